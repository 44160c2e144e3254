"""Skill gaps, from the work that is not passed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.study.gaps import OpenWork, live_gaps


def due_in(weeks: float, *skills: str, hours: int = 10) -> OpenWork:
    return OpenWork(hours, skills, timedelta(weeks=weeks) // timedelta(microseconds=1))


def test_nothing_left_is_no_gap() -> None:
    assert live_gaps([]) == {}


def test_four_weeks_later_weighs_half() -> None:
    assert live_gaps([due_in(0, "serving"), due_in(4, "monitoring")]) == {
        "monitoring": 0.5,
        "serving": 1.0,
    }


def test_overdue_counts_as_due_now() -> None:
    gaps = live_gaps([due_in(-9, "serving"), due_in(0, "monitoring")])

    assert gaps == {"monitoring": 1.0, "serving": 1.0}


def test_hours_add_up_over_the_milestones_of_a_skill() -> None:
    work = [due_in(0, "serving", hours=4), due_in(0, "serving", "monitoring", hours=12)]

    assert live_gaps(work) == {"monitoring": 0.75, "serving": 1.0}


def test_what_is_due_in_more_than_eight_weeks_is_no_gap_yet() -> None:
    work = [due_in(0, "now"), due_in(8, "soon"), due_in(8.1, "later")]

    assert set(live_gaps(work)) == {"now", "soon"}


def test_where_nothing_is_due_yet_the_first_work_begins_the_eight_weeks() -> None:
    work = [due_in(20, "first"), due_in(28, "then"), due_in(29, "later")]

    assert set(live_gaps(work)) == {"first", "then"}


WORK = st.lists(
    st.builds(due_in, st.floats(-60, 120), st.sampled_from("abcd"), hours=st.integers(1, 200)),
    max_size=12,
)


@given(WORK, st.randoms())
def test_the_order_of_the_work_does_not_matter(work: list[OpenWork], chance: object) -> None:
    shuffled = sorted(work, key=lambda _: chance.random())  # type: ignore[attr-defined]

    gaps = live_gaps(work)

    assert gaps == live_gaps(shuffled)
    assert all(0 < weight <= 1 for weight in gaps.values())
    assert max(gaps.values(), default=1) == 1


@given(st.floats(0, 100), st.floats(0.01, 20))
def test_what_comes_nearer_weighs_more(weeks: float, nearer: float) -> None:
    late = live_gaps([due_in(0, "a"), due_in(weeks + nearer, "b")])
    soon = live_gaps([due_in(0, "a"), due_in(weeks, "b")])

    assert soon.get("b", 0.0) >= late.get("b", 0.0)
    assert soon["a"] == late["a"] == pytest.approx(1)
