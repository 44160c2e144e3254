"""Times that a course page says beside what is to be done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.curricula.drafting import propose
from cohort.curricula.schemas import SectionRow
from cohort.curricula.stated_hours import without_hours


@pytest.mark.parametrize(
    ("title", "kept", "hours"),
    [
        ("Write a README (3 hours)", "Write a README", 3),
        ("Lab 2 (2-3 h)", "Lab 2", 3),
        ("Lab 2 [about 1.5 hrs]", "Lab 2", 2),
        ("Quiz – 45 min", "Quiz", 1),
        ("Reading — 90 minutes", "Reading", 2),
        ("Train for 24 hours", "Train for 24 hours", None),
        ("Hand in (3 pages)", "Hand in (3 pages)", None),
        ("A 24-hour run (h)", "A 24-hour run (h)", None),
        ("(3 hours)", "(3 hours)", None),
        ("", "", None),
    ],
)
def test_a_time_at_the_end_is_read_and_what_only_looks_like_one_stays(
    title: str, kept: str, hours: int | None
) -> None:
    assert without_hours(title) == (kept, hours)


@given(st.text(alphabet="ab (3-–h) [min]", max_size=200))
def test_no_title_is_lost(title: str) -> None:
    kept, hours = without_hours(title)
    assert title.startswith(kept)
    assert kept or not title.strip()
    assert hours is None or hours >= 1


def test_a_milestone_takes_the_hours_that_its_course_says() -> None:
    body = "- [ ] Write a README (3 hours)\n- [ ] Build a pipeline\n- [ ] Retrain it all (900 h)\n"
    section = SectionRow(slug="week-1", title="Week 1", level=2, body=body)
    told = [(one.title, one.hours) for one in propose([section]).milestones]
    assert told[0] == ("Write a README", 3)
    assert told[1][0] == "Build a pipeline"
    assert told[2] == ("Retrain it all", 40)
