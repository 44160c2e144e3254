"""Weeks, lines and durations of figures, as anybody could work them out by hand."""

from collections import Counter
from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import CensoredData, ecdf

from cohort.figures.burn_up import AwayCounted, ItemsCounted, PeopleCounted, by_week
from cohort.figures.durations import FEW, Quantiles, at_least, days_until_done, middle_of
from cohort.figures.lines import Line, picture_of
from cohort.figures.weeks import begun, weeks_away, weeks_of

SPRING = weeks_of(date(2026, 3, 2), date(2026, 4, 15), "Europe/Berlin")
"""The clocks change on 29 March; the last week has three days."""


def test_weeks_end_at_local_midnight_on_both_sides_of_a_clock_change() -> None:
    ends = [week.ends_at.astimezone(UTC) for week in SPRING]
    assert ends[2] == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert ends[3] == datetime(2026, 3, 29, 22, tzinfo=UTC), "one hour less"
    assert (SPRING[-1].begins_on, SPRING[-1].ends_on) == (date(2026, 4, 13), date(2026, 4, 15))


def test_a_week_has_begun_when_its_first_day_has_begun_on_the_cohorts_clock() -> None:
    assert begun(SPRING, datetime(2026, 3, 1, 22, 59, tzinfo=UTC)) == 0
    assert begun(SPRING, datetime(2026, 3, 1, 23, 0, tzinfo=UTC)) == 1
    assert begun(SPRING, datetime(2027, 1, 1, tzinfo=UTC)) == len(SPRING)


def test_only_a_week_without_a_single_day_of_studying_is_a_week_away() -> None:
    parts = [(date(2026, 3, 9), date(2026, 3, 12)), (date(2026, 3, 13), date(2026, 3, 21))]
    assert weeks_away(SPRING, parts) == {1}, "22 March is a day of the third week"
    assert weeks_away(SPRING, [(date(2026, 4, 13), date(2026, 4, 15))]) == {6}


def test_who_is_away_leaves_the_plans_line_as_well_as_her_own() -> None:
    """One has passed half and is away in the second week; four others do what is due."""
    people = [PeopleCounted(0, 5)]
    items = [
        ItemsCounted(0, due=0, handed_in=0, passed=0, items=25),
        ItemsCounted(0, due=1, handed_in=None, passed=None, items=5),
        ItemsCounted(0, due=1, handed_in=1, passed=None, items=20),
    ]
    gone = [AwayCounted(1, people=1, items=10, planned=10, handed_in=5, passed=5)]
    first, second, third = by_week(items, people, gone, weeks=3, begun=3)
    assert (first.people, second.people, third.people) == (5, 4, 5)
    assert (first.planned, first.passed) == (25, 25)
    assert second.share(second.planned) == second.share(second.handed_in) == 1
    assert (third.planned, third.handed_in, third.passed) == (50, 45, 25)
    at_work = by_week(items, people, [], weeks=3, begun=1)
    assert at_work[1].handed_in is None, "a week to come has no facts"
    assert at_work[1].planned == 50, "and has a plan"


def test_who_joins_late_is_in_no_week_before() -> None:
    people = [PeopleCounted(2, 3)]
    items = [ItemsCounted(2, due=0, handed_in=None, passed=None, items=6)]
    told = by_week(items, people, [], weeks=3, begun=3)
    assert [one.people for one in told] == [0, 0, 3]
    assert (told[0].share(told[0].planned), told[2].planned) == (None, 6)
    assert by_week([], [], [], weeks=2, begun=0)[0].items == 0


@settings(deadline=None, max_examples=25)
@given(
    some.lists(some.integers(0, 40), min_size=1, max_size=60),
    some.lists(some.integers(0, 40), max_size=60),
)
def test_quantiles_are_those_of_kaplan_and_meier(done: list[int], still: list[int]) -> None:
    found = days_until_done(Counter(done), Counter(still))
    if len(done) + len(still) < FEW:
        assert found == Quantiles()
        return
    left = ecdf(CensoredData(uncensored=done, right=still)).sf
    for told, share in ((found.quarter, 0.25), (found.half, 0.5), (found.three_quarters, 0.75)):
        there = np.flatnonzero(left.probabilities <= 1 - share + 1e-9)
        assert told == (int(left.quantiles[there[0]]) if len(there) else None)


def test_those_still_at_it_make_a_milestone_longer_and_few_tell_nothing() -> None:
    done = Counter({3: 4, 10: 2})
    assert days_until_done(done, {}).half == 3
    assert days_until_done(done, {20: 6}).half == 10
    assert days_until_done(done, {20: 7}).half is None, "not half have passed it"
    assert days_until_done({3: FEW - 1}, {}) == Quantiles()
    assert (middle_of([1.0] * (FEW - 1)), middle_of([1, 2, 3, 4, 50])) == (None, 3)


def test_of_few_people_little_is_certain() -> None:
    assert at_least(2, 2) < at_least(20, 25)
    assert at_least(0, 30) == at_least(0, 0) == 0
    assert at_least(8, 10) == pytest.approx(0.4902, abs=1e-4)


def test_lines_are_drawn_from_nothing_to_the_last_week_that_has_a_fact() -> None:
    plan, facts = Line("Planned", 0, [0.5, 1.0]), Line("Passed", 2, [0.25, None])
    picture = picture_of([plan, facts, Line("To come", 3, [None, None])])
    first, second, third = picture.lines
    assert first.ends == (picture.right, picture.across[-1][0]), "all of it, in the last week"
    assert second.ends[0] == (picture.left + picture.right) / 2
    assert (second.last, third.last) == (0.25, None)
    assert [one.points.count(",") for one in picture.lines] == [3, 2, 1]
    assert len({one.style for one in picture.lines}) == 3
