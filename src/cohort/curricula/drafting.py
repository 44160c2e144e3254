"""A first proposal of milestones from the text of a guide: pure, and linear in its length.

Task lists and exercises say what to do; a notebook is worked through; lectures and homework stand
in lists and tables. A section that says nothing of the kind, and has none below it, is read. Its
author corrects what this guessed.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cohort.curricula.schemas import MOST_MILESTONES, SectionRow
from cohort.curricula.stated_hours import without_hours
from cohort.curricula.syllabus import (
    SyllabusItem,
    listed,
    tabled,
    titles_of_rows,
    topics_in,
    with_subject,
)
from cohort.curricula.wording import (
    CONTENTS,
    LINK,
    is_bare_kind,
    is_beside,
    is_part,
    kind_of,
    readable,
    says_something,
    title_of,
    without_code,
)
from cohort.guides.markdown import parents_of
from cohort.guides.models import MilestoneKind
from cohort.guides.schemas import MilestoneRow
from cohort.guides.slugs import SlugBook, latin_slug

WORDS_AN_HOUR = 3_000
"""To read with care, and to write down what it says."""
LEAST_WORDS = 25
MOST_TASK = 4_000
MOST_LINE = 160
LESSON_HOURS = 2
TOPICS_AN_HOUR = 2
MOST_TOPIC_HOURS = 8

_TASK = re.compile(r"^\s{0,8}(?:[-*+]|\d{1,4}[.)])\s+\[[ xX]\]\s+(\S.*)$")
_ADDRESS = re.compile(r"""(?:\(<?|\bhref\s{0,3}=\s{0,3}["'])([^\s()<>"']{1,1000})""", re.IGNORECASE)
_HREF = re.compile(
    r"""href\s{0,3}=\s{0,3}["']([^\s"'<>]{1,1000})["'][^<>]{0,300}>([^<>]{1,300})</a"""
)
_SAYS_NOTHING = re.compile(
    r"^\W*(?:(?:open|run|view|launch|try|start)\b.{0,30}"
    r"|(?:the )?(?:colab|notebook|nb|ipynb|link|code|here))\W*$",
    re.IGNORECASE,
)
_NOTEBOOK = re.compile(
    r"\.ipynb\b|//colab\.research\.google\.com/|//colab\.google/|//www\.kaggle\.com/code/"
    r"|//nbviewer\.",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
HOURS = {
    MilestoneKind.READING: 1,
    MilestoneKind.EXERCISE: 2,
    MilestoneKind.ARTEFACT: 8,
    MilestoneKind.QUIZ: 1,
    MilestoneKind.MOCK_EXAM: 3,
}
MOST_HOURS = 40
EVIDENCE = {
    MilestoneKind.READING: "Three things that you take from it, and one question that stays open.",
    MilestoneKind.EXERCISE: "A link to what you did, and two sentences on what was hard.",
    MilestoneKind.ARTEFACT: "A link to what you made, how to run it, and what you would do next.",
    MilestoneKind.QUIZ: "Your result, and what you would answer differently now.",
    MilestoneKind.MOCK_EXAM: "Your result by section, and the two sections to work on next.",
}


@dataclass(frozen=True, slots=True)
class ProposedMilestones:
    milestones: tuple[MilestoneRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    section: SectionRow
    kind: MilestoneKind
    title: str
    task: str
    hours: int
    of: str = ""
    """What to call it after, if others have the same title."""


def propose(
    sections: Sequence[SectionRow], taken: Sequence[str] = (), *, title: str = ""
) -> ProposedMilestones:
    """In reading order, with slugs beside those that are `taken`; `title` is the guide's."""
    beside: list[str] = []
    found: list[_Found] = []
    parents = parents_of([one.level for one in sections])
    divided = _divided(sections, parents)
    for place, section in enumerate(sections):
        parent = parents[place]
        above = "" if parent is None else sections[parent].title
        below = sections[place + 1 :][:1]
        is_leaf = not below or below[0].level <= section.level
        is_whole = section.title == title
        if is_beside(section.title):
            its = list(_listed_in(section, tabled(without_code(section.body))))
        else:
            kind = kind_of(section.title)
            if place in divided or (is_whole and not is_leaf):
                kind = None
            of = "" if above == title else above
            its = list(_of_section(section, kind, of, is_leaf=is_leaf, is_whole=is_whole))
        if not its and (is_beside(section.title) or CONTENTS.match(section.title)):
            beside.append(section.title)
        found += map(_as_stated, its)
    book = SlugBook(taken)
    rows = tuple(_row(one, book) for one in _told_apart(found[:MOST_MILESTONES]))
    notes = []
    if beside:
        named = ", ".join(f"“{title[:60]}”" for title in beside[:6])
        named += f" and {len(beside) - 6} more" if len(beside) > 6 else ""
        notes.append(f"No milestones are proposed for what is beside the course: {named}.")
    if len(found) > MOST_MILESTONES:
        notes.append(
            f"The text suggests {len(found):,} milestones. The first {MOST_MILESTONES} are here, "
            "which is as many as a guide may have."
        )
    return ProposedMilestones(rows, tuple(notes))


def _as_stated(one: _Found) -> _Found:
    """What the text says of the time counts, not what is usual."""
    title, hours = without_hours(one.title)
    return one if hours is None else replace(one, title=title, hours=min(MOST_HOURS, hours))


def _divided(sections: Sequence[SectionRow], parents: Sequence[int | None]) -> set[int]:
    """Places of sections like “Projects”, below which each project has a section of its own."""
    found: set[int] = set()
    for place, section in enumerate(sections):
        above = parents[place] if kind_of(section.title) else None
        while above is not None and above not in found:
            found.add(above)
            above = parents[above]
    return found


def _told_apart(found: Sequence[_Found]) -> list[_Found]:
    """“Homework 2” says nothing in a plan; nor would one title that stands there seven times."""
    count = Counter(one.title.casefold() for one in found)
    return [
        replace(one, title=f"{one.title} ({one.of})")
        if one.of and (count[one.title.casefold()] > 1 or is_bare_kind(one.title))
        else one
        for one in found
    ]


def _of_section(
    section: SectionRow, kind: MilestoneKind | None, of: str, *, is_leaf: bool, is_whole: bool
) -> Iterator[_Found]:
    prose = without_code(section.body)
    words = len(_WORD.findall(section.body))
    tasks = [task for task in map(_task, prose) if task]
    if tasks:
        for task in tasks:
            named = kind_of(task) or kind or MilestoneKind.EXERCISE
            yield _Found(section, named, task, task, hours_of(named, 0))
    elif kind is not None and words:
        hours = hours_of(kind, words)
        yield _Found(section, kind, title_of(section.title), _said(section), hours, of)
    else:
        yield from _lessons(section, prose, words, is_leaf=is_leaf, is_whole=is_whole)


def _lessons(
    section: SectionRow, prose: Sequence[str], words: int, *, is_leaf: bool, is_whole: bool
) -> Iterator[_Found]:
    """What is listed in it, its notebooks, and the section itself where it is a lesson."""
    is_contents = bool(CONTENTS.match(section.title))
    notebooks = [] if is_contents else list(_notebooks(section, prose).items())
    entries = [*listed(prose), *([] if notebooks else tabled(prose))]
    lectures = any(one.kind is MilestoneKind.READING for one in entries)
    counts = is_leaf and is_part(section.title) and words > 0 and not lectures
    is_text = is_leaf and words >= LEAST_WORDS and not (is_whole or is_contents)
    if counts or (is_text and not entries and not notebooks):
        yield _reading(section, prose, words, is_short=counts)
    yield from _listed_in(section, entries)
    for address, title in notebooks:
        written = f"<{address}>" if "//" in address else f"[{address}]({address})"
        task = f"Work through the notebook: {written}"
        hours = hours_of(MilestoneKind.EXERCISE, 0)
        yield _Found(section, MilestoneKind.EXERCISE, title, task, hours, section.title)


def _listed_in(section: SectionRow, entries: Iterable[SyllabusItem]) -> Iterator[_Found]:
    for entry in entries:
        hours = LESSON_HOURS if entry.kind is MilestoneKind.READING else hours_of(entry.kind, 0)
        task = entry.task
        if task == entry.title:
            task = f"Do “{entry.title}” of “{section.title}” in the guide."
        yield _Found(section, entry.kind, entry.title, task, hours, entry.of or section.title)


def _reading(section: SectionRow, prose: Sequence[str], words: int, *, is_short: bool) -> _Found:
    """A section of a course that counts may be no more than the list of its topics."""
    title = with_subject(section.title, prose)
    task = f"Read “{section.title}” in the guide. Note what is new to you, and try it out."
    hours = hours_of(MilestoneKind.READING, words)
    if is_short:
        topics = min(MOST_TOPIC_HOURS, -(-len(topics_in(prose)) // TOPICS_AN_HOUR))
        hours = max(hours, topics)
    return _Found(section, MilestoneKind.READING, title_of(title), task, hours)


def _task(line: str) -> str:
    found = _TASK.match(line[:2_000])
    return readable(found[1]) if found else ""


def _notebooks(section: SectionRow, lines: Sequence[str]) -> dict[str, str]:
    """Addresses of notebooks with their titles."""
    found: dict[str, str] = {}
    titles = titles_of_rows(lines)
    for place, whole in enumerate(lines):
        line = whole[:10_000]
        here = [one[1] for one in _ADDRESS.finditer(line) if _NOTEBOOK.search(one[1])]
        if here:
            said = {one[2]: one[1] for one in LINK.finditer(line)}
            said |= {one[1]: one[2] for one in _HREF.finditer(line)}
            for address in here:
                title = readable(said.get(address, ""))
                is_file = title.endswith(".ipynb")
                if not title or is_file or _SAYS_NOTHING.match(title):
                    about = titles.get(place) or _first_cell(line)
                    title = about or (_name_of(title) if is_file else section.title)
                found.setdefault(address, title)
    return found


def _first_cell(line: str) -> str:
    """Of a row of a table, what stands first."""
    cells = line.strip().split("|")
    first = readable(cells[1]) if len(cells) > 2 and not cells[0] else ""
    return first if says_something(first) else ""


def _name_of(file: str) -> str:
    """`notebooks/01_first_steps.ipynb` as “01 first steps”."""
    return re.sub(r"[_-]+", " ", file.rpartition("/")[2].removesuffix(".ipynb"))


def _said(section: SectionRow) -> str:
    body = section.body.strip()
    if len(body) <= MOST_TASK:
        return body
    return f"Do what “{section.title}” in the guide asks for."


def _row(found: _Found, book: SlugBook) -> MilestoneRow:
    title = found.title if len(found.title) <= MOST_LINE else found.title[: MOST_LINE - 1] + "…"
    title = title.replace("=?", "= ?")
    return MilestoneRow(
        slug=book.take(latin_slug(title)),
        section=found.section.slug,
        title=title,
        task=found.task,
        evidence=EVIDENCE[found.kind],
        hours=found.hours,
        kind=found.kind,
    )


def hours_of(kind: MilestoneKind, words: int) -> int:
    """From the length of what is to be read, and what the kind takes by itself."""
    reading = -(-words // WORDS_AN_HOUR)
    least = HOURS[kind]
    return min(
        MOST_HOURS, max(1, reading) if kind is MilestoneKind.READING else least + reading // 2
    )
