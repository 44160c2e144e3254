"""Quiet hours and digests on somebody's own clock, across changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.notices.moments import next_digest, quiet_until

BERLIN = "Europe/Berlin"
TEN, SEVEN = time(22), time(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T20:59:00", None),
        ("2026-03-02T21:00:00", "2026-03-03T06:00:00"),
        ("2026-03-03T05:59:59", "2026-03-03T06:00:00"),
        ("2026-03-03T06:00:00", None),
        # In the night to the 29th of March an hour is skipped, in that to the 25th of October
        # one comes twice; her clock shows seven in both.
        ("2026-03-28T21:30:00", "2026-03-29T05:00:00"),
        ("2026-10-24T20:30:00", "2026-10-25T06:00:00"),
    ],
)
def test_quiet_ends_when_her_clock_shows_it(now: str, until: str | None) -> None:
    assert quiet_until(utc(now), BERLIN, TEN, SEVEN) == (utc(until) if until else None)


def test_an_end_that_comes_twice_or_never_is_still_an_end() -> None:
    half_past_two = time(2, 30)
    skipped = quiet_until(utc("2026-03-28T23:00:00"), BERLIN, TEN, half_past_two)
    assert skipped == utc("2026-03-29T01:30:00")  # the clock goes from two to three
    first = quiet_until(utc("2026-10-25T00:15:00"), BERLIN, TEN, half_past_two)
    assert first == utc("2026-10-25T00:30:00")
    between = quiet_until(utc("2026-10-25T01:15:00"), BERLIN, TEN, half_past_two)
    assert between == utc("2026-10-25T01:30:00")
    at_noon = time(12)
    assert quiet_until(utc("2026-03-02T11:00:00"), BERLIN, at_noon, at_noon) is None


TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    TIMES,
    TIMES,
)
def test_nothing_waits_for_the_past_or_for_longer_than_a_day(
    minute: int, zone: str, begins: time, ends: time
) -> None:
    at = utc("2026-01-01T00:00:30") + timedelta(minutes=minute)
    until = quiet_until(at, zone, begins, ends)
    assert until is None or at < until <= at + timedelta(hours=25)


def test_a_digest_comes_once_a_day_at_the_same_hour_of_her_clock() -> None:
    at, seen = utc("2026-10-22T12:00:00"), []
    for _ in range(5):
        at = next_digest(at, BERLIN, 2)
        seen.append(at.astimezone(ZoneInfo(BERLIN)))
    assert [(one.day, one.hour) for one in seen] == [(day, 2) for day in range(23, 28)]
    weekly = next_digest(utc("2026-03-02T07:00:00"), BERLIN, 8, 0)
    assert weekly == utc("2026-03-09T07:00:00")  # it is eight on that Monday already
    assert next_digest(utc("2026-03-02T06:59:00"), BERLIN, 8, 0) == utc("2026-03-02T07:00:00")
