"""Forecasts from a pace: held against sums by hand, simulation, and what people would expect."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from cohort.forecasts.outlook import Sign, StudyFacts, StudyOutlook, forecasts_of
from cohort.forecasts.pace import (
    Facts,
    Pace,
    chance,
    pace_of,
    still_asked,
    typical_chance,
)
from cohort.forecasts.record import brier, checked, track_record_of

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(weeks=1)
END = BEGIN + 16 * WEEK


def some(done: float = 0, asked: float = 0, left: float = 0) -> Facts:
    return Facts(np.array([float(done)]), np.array([float(asked)]), np.array([float(left)]))


def a_work(number: int, *, done: float, lately: float | None = None, **facts: object) -> StudyFacts:
    """Forty milestones of an hour, of which `done` are handed in."""
    given: dict[str, object] = {
        "enrolment_id": UUID(int=number),
        "name": f"Ada {number}",
        "began_at": BEGIN,
        "items": 40,
        "hours": 40.0,
        "hours_done": float(done),
        "hours_lately": float(done if lately is None else lately),
        "hours_asked": 20.0,
        "hours_asked_lately": 13.0,
        "hours_soon": 0.0,
        "last_due_at": END,
        "late": 0,
        "handed_in_at": None,
        "sent_back_at": None,
        "nudged_at": None,
    }
    return StudyFacts(**(given | facts))  # type: ignore[arg-type]


def test_chances_and_weeks_agree_with_drawing_rates_and_times() -> None:
    facts, pace = some(done=6, asked=4, left=8), Pace(shape=2.5, weight=1.2)
    random = np.random.default_rng(7)
    rates = random.gamma(2.5 + 6, 1 / (1.2 + 4), 400_000)
    times = random.gamma(8.0, 1 / rates)

    assert chance(facts, pace, np.array([5.0]))[0] == pytest.approx((times <= 5).mean(), abs=4e-3)
    drawn = np.quantile(times, [0.1, 0.5, 0.9])
    told = [still_asked(facts, pace, level)[0] for level in (0.1, 0.5, 0.9)]
    assert told == pytest.approx(drawn, rel=0.02)
    newcomers = random.gamma(8.0, 1 / random.gamma(2.5, 1 / 1.2, 400_000))
    typical = typical_chance(facts, pace, np.array([5.0]))[0]
    assert typical == pytest.approx((newcomers <= 5).mean(), abs=4e-3)


def test_more_done_more_time_and_less_left_never_make_it_less_likely() -> None:
    pace = Pace(3.0, 1.5)
    by_done = [chance(some(done, 6, 10), pace, np.array([5.0]))[0] for done in range(20)]
    by_left = [chance(some(6, 6, left), pace, np.array([5.0]))[0] for left in range(20)]
    by_time = [chance(some(6, 6, 10), pace, np.array([float(week)]))[0] for week in range(20)]
    assert by_done == sorted(by_done)
    assert by_left == sorted(by_left, reverse=True)
    assert by_time == sorted(by_time)
    assert (by_left[0], by_time[0]) == (1.0, 0.0)


def test_the_pace_of_a_large_cohort_is_found_again_and_a_lone_one_keeps_near_the_plan() -> None:
    random = np.random.default_rng(3)
    asked = np.full(3_000, 12.0)
    done = random.poisson(random.gamma(4.0, 0.8 / 4.0, 3_000) * asked).astype(float)
    found = pace_of(Facts(done, asked, done))
    assert found.shape / found.weight == pytest.approx(0.8, rel=0.05)
    assert found.shape == pytest.approx(4.0, rel=0.15)

    alone = pace_of(some(done=0, asked=3, left=9))
    assert 0.4 < alone.shape / alone.weight < 1.0
    nobody_has_begun = pace_of(some(left=9))
    assert nobody_has_begun.shape / nobody_has_begun.weight == pytest.approx(1.0, rel=1e-3)


def test_people_of_a_cohort_stand_as_one_would_say() -> None:
    at = BEGIN + 8 * WEEK
    steady = [a_work(number, done=24, lately=15.7) for number in range(10)]
    stopped = a_work(
        10, done=4, lately=1.0, late=12, hours_soon=16.0, handed_in_at=BEGIN + 2 * WEEK
    )
    done = a_work(11, done=40, lately=25)
    sent_back = a_work(12, done=24, lately=15.7, sent_back_at=at - WEEK)
    told = forecasts_of([*steady, stopped, done, sent_back], at=at, end=END)
    by_name = {one.work.name: one for one in told}

    assert by_name["Ada 11"].outlook is StudyOutlook.DONE
    assert (by_name["Ada 11"].chance, by_name["Ada 11"].gain) == (1.0, 0.0)
    on_time = a_work(13, done=20, lately=12)
    [kept] = forecasts_of([on_time], at=at, end=END)
    assert (kept.chance < 0.5, kept.outlook, kept.signs) == (True, StudyOutlook.UNSURE, [])
    assert by_name["Ada 0"].outlook in {StudyOutlook.ON_COURSE, StudyOutlook.UNSURE}
    assert by_name["Ada 10"].outlook is StudyOutlook.UNLIKELY
    assert list(by_name["Ada 10"].signs) == [Sign.SILENT, Sign.UNLIKELY, Sign.TOO_MUCH]
    assert list(by_name["Ada 12"].signs) == [Sign.SENT_BACK]
    assert all(one.early <= one.middle <= one.late for one in told)
    assert by_name["Ada 10"].gain == max(one.gain for one in told)


def test_nobody_before_the_beginning_and_somebody_after_the_end_are_told_too() -> None:
    assert forecasts_of([], at=BEGIN, end=END) == []
    late_comer = a_work(
        1, done=0, began_at=BEGIN + 4 * WEEK, hours_asked=0.0, hours_asked_lately=0.0
    )
    [before] = forecasts_of([late_comer], at=BEGIN, end=END)
    assert (before.outlook, before.signs) == (StudyOutlook.BEGINS, [])
    assert before.early > late_comer.began_at
    [after] = forecasts_of([a_work(1, done=39, hours_asked=40.0, late=1)], at=END + WEEK, end=END)
    assert (after.chance, after.outlook) == (0.0, StudyOutlook.UNLIKELY)


def test_a_track_record_says_how_far_the_chances_were_from_what_came() -> None:
    at = BEGIN + 8 * WEEK
    works = [a_work(number, done=done, lately=done / 2) for number, done in enumerate((4, 30, 40))]
    told = forecasts_of(works, at=at, end=END)
    came = {UUID(int=0): False, UUID(int=1): True, UUID(int=2): True}
    seen = checked(told, came, at, END)
    record = track_record_of(1, seen)

    assert record.forecasts == 2, "whoever was done already is no forecast"
    assert record.brier == pytest.approx((told[0].chance ** 2 + (1 - told[1].chance) ** 2) / 2)
    assert [one.rule for one in seen] == pytest.approx([8 / 72, 1.0])
    assert sum(one.forecasts for one in record.bins) == 2
    assert brier([]) is None
    assert track_record_of(0, []).brier is None
