"""Times at which two are free, over the weeks in which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.meetings.slots import shared_starts

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
EVENING = [{"day": "tuesday", "start": "17:00", "end": "20:00"}]
MORNING = [{"day": "tuesday", "start": "11:00", "end": "13:00"}]
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


def starts(
    hours: tuple[list[dict[str, str]], list[dict[str, str]]],
    zones: tuple[str, str],
    *,
    after: datetime = MARCH,
    minutes: int = 30,
    most: int = 12,
) -> list[str]:
    found = shared_starts(hours, zones, after=after, minutes=minutes, most=most)
    return [at.strftime("%m-%d %H:%M") for at in found]


def test_each_full_hour_that_leaves_room_is_offered() -> None:
    assert starts((EVENING, EVENING), (BERLIN, BERLIN), most=3, minutes=60) == [
        "03-03 16:00",
        "03-10 16:00",
        "03-17 16:00",
    ]
    assert starts((EVENING, EVENING), (BERLIN, BERLIN), minutes=60)[:3] == [
        "03-03 16:00",
        "03-03 17:00",
        "03-03 18:00",
    ]
    assert starts((EVENING, EVENING), (BERLIN, BERLIN), minutes=240) == []


def test_when_one_clock_changes_before_the_other_the_shared_hours_move() -> None:
    """New York changes on 8 March, Berlin on 29 March: in between they are an hour nearer."""
    assert starts((EVENING, MORNING), (BERLIN, NEW_YORK), minutes=60) == [
        "03-03 16:00",
        "03-03 17:00",
        "03-10 16:00",
        "03-17 16:00",
    ]
    later = starts((EVENING, MORNING), (BERLIN, NEW_YORK), after=MARCH + timedelta(weeks=4))
    assert later[0] == "03-31 15:00"


def test_those_who_share_no_hour_are_offered_none() -> None:
    assert starts((EVENING, MORNING), (BERLIN, BERLIN)) == []
    assert starts(([], EVENING), (BERLIN, BERLIN)) == []


def test_what_is_past_or_too_soon_is_not_offered() -> None:
    tuesday_evening = datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert starts((EVENING, EVENING), (BERLIN, BERLIN), after=tuesday_evening)[0] == "03-03 18:00"


def test_a_stretch_over_the_end_of_the_week_is_one() -> None:
    sunday = [{"day": "sunday", "start": "23:00", "end": "24:00"}]
    monday = [{"day": "monday", "start": "00:00", "end": "01:00"}]
    found = starts((sunday + monday, sunday + monday), ("UTC", "UTC"), minutes=120)
    assert found == ["03-08 23:00", "03-15 23:00", "03-22 23:00"][: len(found)]
    assert len(found) >= 2


@pytest.mark.parametrize("swapped", [False, True])
@given(
    week=st.integers(0, 52),
    zones=st.tuples(
        *[st.sampled_from([BERLIN, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe"])] * 2
    ),
    minutes=st.sampled_from([15, 30, 45, 60, 90]),
)
def test_each_offer_lies_within_the_hours_of_both(
    *, week: int, zones: tuple[str, str], minutes: int, swapped: bool
) -> None:
    spans = [
        [{"day": day, "start": "06:00", "end": "14:00"} for day in ("monday", "thursday")],
        [{"day": day, "start": "08:30", "end": "22:15"} for day in ("monday", "friday")],
    ]
    first, second = spans[::-1] if swapped else spans
    after = MARCH + timedelta(weeks=week)
    for at in shared_starts((first, second), zones, after=after, minutes=minutes, most=50):
        assert after < at < after + timedelta(weeks=3)
        for hours, zone in zip((first, second), zones, strict=True):
            for moment in (at, at + timedelta(minutes=minutes - 1)):
                there = moment.astimezone(ZoneInfo(zone))
                assert any(
                    span["day"] == there.strftime("%A").lower()
                    and span["start"] <= there.strftime("%H:%M") < span["end"]
                    for span in hours
                ), (at, zone)
