"""When the weekly matching is due: across zones, clock changes and years."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.matching.periods import latest_tick, period_of, week_planned_on

BERLIN = "Europe/Berlin"


def test_a_minute_before_it_is_still_last_weeks() -> None:
    before = latest_tick(datetime(2026, 3, 9, 4, 59, tzinfo=UTC), zone=BERLIN, day=0, at=time(6))
    now = latest_tick(datetime(2026, 3, 9, 5, 0, tzinfo=UTC), zone=BERLIN, day=0, at=time(6))

    assert (before.period, before.at) == ("2026-W10", datetime(2026, 3, 2, 5, tzinfo=UTC))
    assert (now.period, now.at) == ("2026-W11", datetime(2026, 3, 9, 5, tzinfo=UTC))


def test_a_time_that_the_clock_skips_is_due_as_much_later() -> None:
    late = datetime(2026, 3, 29, 12, tzinfo=UTC)

    tick = latest_tick(late, zone=BERLIN, day=6, at=time(2, 30))

    assert tick.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 on the wall


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    late = datetime(2026, 10, 25, 12, tzinfo=UTC)

    tick = latest_tick(late, zone=BERLIN, day=6, at=time(2, 30))

    assert tick.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_the_week_at_the_turn_of_a_year_has_one_name(day: date, period: str) -> None:
    assert period_of(day) == period


def test_hours_are_compared_in_the_week_that_is_still_to_come() -> None:
    assert week_planned_on(date(2026, 3, 9)) == date(2026, 3, 9)
    assert week_planned_on(date(2026, 3, 10)) == date(2026, 3, 16)
    assert week_planned_on(date(2026, 3, 15)) == date(2026, 3, 16)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([BERLIN, "America/St_Johns", "Pacific/Kiritimati", "Australia/Lord_Howe"]),
    day=st.integers(0, 6),
    at=st.times(),
)
def test_the_latest_is_past_and_the_next_one_is_not(
    now: datetime, zone: str, day: int, at: time
) -> None:
    at = at.replace(second=0, microsecond=0)
    tick = latest_tick(now, zone=zone, day=day, at=at)

    assert tick.at <= now
    following = latest_tick(tick.at + timedelta(days=8), zone=zone, day=day, at=at)
    assert following.at > now
    assert following.period > tick.period
