"""Course pages as people write them: their sections, and the milestones proposed from them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.curricula.curriculum_file import FileUnreadable, read_file, write_file
from cohort.curricula.reading_in import read_in
from cohort.curricula.schemas import Curriculum
from cohort.guides.markdown import GuideUnreadable

README = """\
<p align="center">
  <img src="banner.png" alt="A banner">
</p>

[![Build](https://example.org/badge.svg)](https://example.org/build)

<!-- <h1>Not this one</h1> -->
<h1 align="center">
  <a href="https://example.org">Models in <em>production</em></a> &amp; after
</h1>

A course.

## Contents

- [Week 1](#week-1)

## Week 1: pipelines

### Reading

WORDS

### Homework

Build a pipeline that trains and evaluates, and hand in a link.

<h3 id="nb">Notebooks</h3>

Work through [the *first* notebook](https://colab.research.google.com/drive/x "open it").

```python
- [ ] not a task
```

## Week 2

- [ ] Deploy the **model** behind an [endpoint](https://example.org)
- [x] Take the practice exam

## Capstone project

Choose your own data.

## License

MIT
""".replace("WORDS", "a word or two about it " * 700)


def test_a_readme_with_html_headings_and_badges_becomes_milestones() -> None:
    found = read_in(README)

    curriculum = found.curriculum
    assert curriculum.title == "Models in production & after"
    assert [(one.title, one.level) for one in curriculum.sections][:3] == [
        ("Models in production & after", 1),
        ("Contents", 2),
        ("Week 1: pipelines", 2),
    ]
    assert [(one.kind.value, one.title, one.hours) for one in curriculum.milestones] == [
        ("reading", "Reading", 2),
        ("exercise", "Homework (Week 1: pipelines)", 2),
        ("exercise", "the first notebook", 2),
        ("exercise", "Deploy the model behind an endpoint", 2),
        ("mock_exam", "Take the practice exam", 3),
        ("artefact", "Capstone project", 8),
    ]
    assert "Build a pipeline" in curriculum.milestones[1].task
    assert found.notes == (
        "No milestones are proposed for what is beside the course: “Contents”, “License”.",
    )


SYLLABUS = """\
# Rivers and models

Welcome. WORDS

## Prerequisites

- Homework is not this: some Python

## Syllabus

### [Module 1: Gauges](01-gauges)

- What a gauge tells
- Logging with `flow_rate`
- Homework

### Module 2 (12 May)

- Floods
- Lab 1 (due 14/05/2020): [measure a flood](labs/1.md) [[slides]](s.pdf)
- Homework

### Module 3 (bank holiday)

## Each lesson has

| No | Part | Lesson | Homework |
|:--:|------|--------|----------|
| 01 | Dams | Why rivers are dammed | [HW1](hw1.md) |
| 02 | Dams | No class | |
| 03 | Weirs | Read a [weir](weir.md) | TBA |

## Contents

- Lecture 1: not read twice
- [Lecture 2: only a link](#lecture-2)
- Lecture 3
""".replace("WORDS", "a word or two about it " * 30)


def test_a_syllabus_of_lists_and_tables_becomes_lessons_and_homework() -> None:
    found = read_in(SYLLABUS)

    assert [(one.kind.value, one.title, one.hours) for one in found.curriculum.milestones] == [
        ("reading", "Module 1: Gauges", 2),
        ("exercise", "Homework (Module 1: Gauges)", 2),
        ("reading", "Module 2: Floods", 2),
        ("exercise", "Lab 1: measure a flood", 2),
        ("exercise", "Homework (Module 2 (12 May))", 2),
        ("reading", "1. Why rivers are dammed", 2),
        ("exercise", "Homework: HW1", 2),
        ("reading", "3. Read a weir", 2),
        ("reading", "Lecture 1: not read twice", 2),
    ]
    tasks = {one.title: one.task for one in found.curriculum.milestones}
    assert "[Read a weir" not in tasks["3. Read a weir"]
    assert "- Lesson: Read a [weir](weir.md)" in tasks["3. Read a weir"]
    assert "Module 1: Gauges" in tasks["Homework (Module 1: Gauges)"]
    assert found.notes == (
        "No milestones are proposed for what is beside the course: “Prerequisites”.",
    )


PRACTICAL = """\
# Practical dams in eight weeks
A hands-on course.

## Week 1: gauges
Notebook: [01_read-a_gauge.ipynb](notebooks/01_read-a_gauge.ipynb)
### Exercises
1. Read a gauge.

## Week 2: floods
| Lesson | Topic | Notebook |
| --- | --- | --- |
| 2.1 | Rain and snow | [nb](notebooks/2_1.ipynb) |
| 2.2 | Warning people | [nb](notebooks/2_2.ipynb) |

## Projects
Choose one of two, or do both.
### Project 1: a weir
Build it.
### Project 2: a lock
Build it.

## Homework
Hand in everything.
"""


def test_what_is_done_has_a_name_that_says_what_and_stands_once() -> None:
    found = read_in(PRACTICAL)

    assert [(one.kind.value, one.title) for one in found.curriculum.milestones] == [
        ("exercise", "01 read a gauge"),
        ("exercise", "Exercises (Week 1: gauges)"),
        ("reading", "Week 2: floods"),
        ("exercise", "Rain and snow"),
        ("exercise", "Warning people"),
        ("artefact", "Project 1: a weir"),
        ("artefact", "Project 2: a lock"),
        ("exercise", "Homework"),
    ], "the course as a whole and the section above its projects are nothing to do"


BY_WEEKS = """\
# Words and rivers
* Run this course in a cloud - [![Binder](https://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/rivers/words/master)

# Syllabus
- [__week01__](week01) __Gauges__
  - Lecture: what a gauge tells.
  - Seminar: logging.
- [__week02__](week02) __Floods__
  - Lecture: when a gauge lies.

# Contributors & course staff
WORDS
""".replace("WORDS", "a word or two about us " * 60)


def test_a_badge_and_the_staff_are_no_milestones() -> None:
    found = read_in(BY_WEEKS)

    titles = [one.title for one in found.curriculum.milestones]
    assert titles == ["week01 Gauges", "week02 Floods"]
    (note,) = found.notes
    assert "“Contributors & course staff”" in note


def test_of_many_sections_beside_the_course_six_are_named_and_the_rest_counted() -> None:
    beside = ("News", "Team", "FAQ", "Support", "Credits", "Sponsors", "Thanks", "License")
    text = "# Rivers\n\n## Week 1\n\n- Homework\n\n" + "".join(
        f"## {one}\n\nYes.\n\n" for one in beside
    )

    (note,) = read_in(text).notes

    assert note.endswith("“Credits”, “Sponsors” and 2 more.")


def test_a_text_without_a_title_of_its_own_says_so() -> None:
    notes = read_in("# Week 1: dams\n\n- Lab 1\n\n# Week 2: weirs\n\n- Lab 2\n").notes

    assert notes == ("No heading names the whole: it is called “Week 1: dams”. Give it a title.",)


def test_a_newer_text_keeps_milestones_and_says_which_lost_their_section() -> None:
    before = read_in(README).curriculum
    newer = README.replace("## Week 2", "## The second week").replace("### Homework", "### Lab")
    newer = newer.replace("## Capstone project\n\nChoose your own data.\n", "")

    after = read_in(newer, before)

    assert [one.slug for one in after.curriculum.milestones] == [
        one.slug for one in before.milestones
    ]
    titles = {one.slug: one.title for one in after.curriculum.sections}
    assert titles["week-2"] == "The second week"
    assert "1 sections are not in the new text, and 1 milestones" in after.notes[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A\n" + "x" * 1_000_001, "at most 1,000,000"),
        ("# A\n" + "\n" * 30_001, "at most 30,000"),
        ("# A\n" * 1_001, "at most 1,000"),
        ("no heading", "no headings"),
        ("# a\0b", "NUL"),
    ],
)
def test_what_is_no_guide_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(GuideUnreadable, match=said):
        read_in(text)


TEXT = st.text(alphabet=st.sampled_from('ab"\\\n\t é=[]#{}😀'), max_size=30)
LINE = TEXT.map(lambda text: " ".join(text.split()).replace("=?", "") or "x")
SLUG = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
LEVELS = st.lists(st.fixed_dictionaries({"title": LINE, "says": TEXT}), min_size=2, max_size=3)
MILESTONE = {
    "slug": SLUG,
    "section": LINE,
    "title": LINE,
    "task": TEXT.map(lambda text: text + "x"),
    "evidence": TEXT.map(lambda text: "x" + text),
    "hours": st.integers(1, 200),
    "kind": st.sampled_from(["reading", "quiz", "mentor_meeting", "artefact"]),
    "is_optional": st.booleans(),
    "skills": st.lists(SLUG, max_size=3),
    "requires": st.lists(SLUG, max_size=3),
    "instead_of": st.lists(SLUG, max_size=2),
    "exam_sections": st.lists(SLUG, max_size=2),
    "rubric": st.lists(st.fixed_dictionaries({"title": LINE, "levels": LEVELS}), max_size=2),
}
SECTION = {"slug": LINE, "title": LINE, "level": st.integers(1, 6), "body": TEXT}
EXAM = {
    "title": LINE,
    "year": st.integers(2000, 2199),
    "source": st.just("https://example.org/guide"),
    "sections": st.just(
        [{"slug": "a", "title": "A", "weight": 40}, {"slug": "b", "title": "B", "weight": 60}]
    ),
}
CURRICULA = st.fixed_dictionaries(
    {
        "title": LINE,
        "slug": st.none() | SLUG,
        "description": TEXT,
        "author": LINE,
        "published_on": st.none()
        | st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2199, 1, 1)),
        "tags": st.lists(LINE, max_size=3),
        "exam": st.none() | st.fixed_dictionaries(EXAM),
        "sections": st.lists(st.fixed_dictionaries(SECTION), min_size=1, max_size=3),
        "milestones": st.lists(st.fixed_dictionaries(MILESTONE), max_size=3),
    }
).map(Curriculum.model_validate)


@settings(max_examples=150, deadline=None)
@given(CURRICULA)
def test_a_curriculum_goes_out_and_in_without_loss(curriculum: Curriculum) -> None:
    written = write_file(curriculum)

    assert read_file(written) == curriculum
    assert write_file(read_file(written)) == written


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("title = ", "not valid TOML"),
        ("[" * 50_000, "not valid TOML"),
        ('title = "A"', "sections: This is needed."),
        ('title = "A"\nsections = []', r"Write each of the sections as \[\[section\]\]."),
        ('title = "A"\n[[section]]\nslug = "a"\ntitle = "A"\nlevel = 9', "Section 1 .“a”.: level:"),
        ('title = "A"\n[section]\nslug = "a"', "sections:"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(toml: str, said: str) -> None:
    with pytest.raises(FileUnreadable, match=said):
        read_file(toml)
