"""Weekly hours in people's own zones, compared in one given week."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.pairing.scores.availability import DAYS, BadHours, availability, shared_hours

WINTER = date(2026, 1, 12)
SUMMER = date(2026, 7, 13)
AMERICA_IS_AHEAD = date(2026, 3, 16)
"""New York has changed its clocks on 8 March, Berlin will on the 29th."""
BERLIN_CHANGES = date(2026, 3, 23)
EUROPE_IS_BACK = date(2026, 10, 26)
"""Berlin has changed back on 25 October, New York will on 1 November."""


def at(day: str, start: str, end: str) -> list[dict[str, str]]:
    return [{"day": day, "start": start, "end": end}]


def together(
    hers: tuple[str, str, str], her_zone: str, theirs: tuple[str, str, str], zone: str, week: date
) -> float:
    some = availability([at(*hers)], [her_zone], week)
    return float(shared_hours(some, availability([at(*theirs)], [zone], week))[0, 0])


@pytest.mark.parametrize(
    ("week", "hours"),
    [(WINTER, 1.0), (SUMMER, 1.0), (AMERICA_IS_AHEAD, 2.0), (EUROPE_IS_BACK, 2.0)],
)
def test_berlin_and_new_york_come_closer_between_their_clock_changes(
    week: date, hours: float
) -> None:
    evening, morning = ("wednesday", "15:00", "18:00"), ("wednesday", "11:00", "14:00")
    assert together(evening, "Europe/Berlin", morning, "America/New_York", week) == hours


@pytest.mark.parametrize(
    ("zone", "theirs"),
    [
        ("Asia/Kolkata", ("monday", "17:30", "18:30")),
        ("Asia/Kathmandu", ("monday", "17:45", "18:45")),
        ("Pacific/Auckland", ("tuesday", "01:00", "02:00")),
    ],
)
def test_zones_far_away_or_off_the_full_hour_meet_exactly(
    zone: str, theirs: tuple[str, str, str]
) -> None:
    assert together(("monday", "12:00", "13:00"), "UTC", theirs, zone, WINTER) == 1.0


def test_hours_before_the_week_in_utc_are_read_from_the_other_end_of_the_own_week() -> None:
    free = availability([at("monday", "00:00", "24:00")], ["Asia/Tokyo"], WINTER)[0]
    assert free[: 15 * 4].all()
    assert not free[15 * 4 : -9 * 4].any()
    assert free[-9 * 4 :].all()


def test_a_skipped_hour_does_not_exist_and_a_repeated_one_counts_twice() -> None:
    night = at("sunday", "02:00", "03:00")
    assert availability([night], ["Europe/Berlin"], BERLIN_CHANGES).sum() == 0
    assert availability([night], ["Europe/Berlin"], date(2026, 10, 19)).sum() == 8
    assert availability([night], ["Europe/Berlin"], WINTER).sum() == 4


@pytest.mark.parametrize(
    ("zone", "week", "hours", "quarters"),
    [
        ("Australia/Lord_Howe", date(2024, 4, 1), ("sunday", "01:30", "02:00"), 4),
        ("Australia/Lord_Howe", date(2024, 9, 30), ("sunday", "02:00", "02:30"), 0),
        ("Australia/Lord_Howe", date(2024, 9, 30), ("sunday", "01:30", "03:00"), 4),
        ("America/New_York", date(2024, 3, 4), ("sunday", "01:00", "04:00"), 8),
        ("America/New_York", date(2024, 10, 28), ("sunday", "01:00", "02:00"), 8),
        ("Pacific/Chatham", date(2024, 4, 1), ("sunday", "02:45", "03:45"), 8),
        ("Africa/Cairo", date(2024, 4, 22), ("friday", "00:00", "01:00"), 0),
        ("Pacific/Apia", date(2011, 12, 26), ("friday", "00:00", "24:00"), 0),
        ("Pacific/Apia", date(2011, 12, 26), ("thursday", "00:00", "24:00"), 96),
        ("Asia/Kathmandu", date(2024, 4, 1), ("sunday", "01:15", "02:00"), 3),
    ],
)
def test_clocks_that_change_by_any_amount_are_followed(
    zone: str, week: date, hours: tuple[str, str, str], quarters: int
) -> None:
    assert availability([at(*hours)], [zone], week).sum() == quarters


@pytest.mark.parametrize(("day", "start", "end"), [("friday", 8, 9), ("sunday", 7, 8)])
def test_a_week_planned_across_the_change_has_other_hours_after_it(
    day: str, start: int, end: int
) -> None:
    """Berlin puts its clocks forward in the night to Sunday, 31 March 2024."""
    utc = (day, f"{start:02}:00", f"{end:02}:00")
    nine = (day, "09:00", "10:00")
    assert together(nine, "Europe/Berlin", utc, "UTC", date(2024, 3, 25)) == 1.0


@given(
    zone=st.sampled_from(["Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12"]),
    day=st.sampled_from(DAYS),
    start=st.integers(0, 95),
    length=st.integers(1, 96),
)
@settings(deadline=None)
def test_away_from_changes_everybody_has_the_hours_that_she_wrote(
    zone: str, day: str, start: int, length: int
) -> None:
    end = min(start + length, 96)
    hours = at(day, f"{start // 4:02}:{start % 4 * 15:02}", f"{end // 4:02}:{end % 4 * 15:02}")
    assert availability([hours], [zone], WINTER).sum() == end - start


def test_overlapping_entries_count_once_and_the_whole_day_has_24_hours() -> None:
    hours = [*at("friday", "00:00", "24:00"), *at("friday", "09:00", "10:30")]
    assert availability([hours], ["UTC"], WINTER).sum() == 96


def test_nobody_and_no_hours_share_nothing() -> None:
    nobody = availability([], [], WINTER)
    silent = availability([[]], ["Europe/Paris"], WINTER)
    assert shared_hours(nobody, silent).shape == (0, 1)
    assert shared_hours(silent, silent).tolist() == [[0.0]]


@pytest.mark.parametrize(
    "entry",
    [
        {"day": "Funday", "start": "09:00", "end": "10:00"},
        {"day": "monday", "start": "09:10", "end": "10:00"},
        {"day": "monday", "start": "9", "end": "10:00"},
        {"day": "monday", "start": "10:00", "end": "10:00"},
        {"day": "monday", "start": "22:00", "end": "02:00"},
        {"day": "monday", "start": "22:00", "end": "24:15"},
        {"day": "monday", "start": "-1:00", "end": "02:00"},
        {"day": "monday", "start": "09:00"},
    ],
)
def test_hours_that_cannot_be_read_are_refused_at_their_place(entry: dict[str, str]) -> None:
    good = at("monday", "09:00", "10:00")
    with pytest.raises(BadHours) as refusal:
        availability([good, [*good, entry]], ["UTC", "UTC"], WINTER)
    assert (refusal.value.person, refusal.value.entry) == (1, 1)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "\0", "Europe"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(BadHours, match="is no time zone") as refusal:
        availability([[], []], ["UTC", zone], WINTER)
    assert refusal.value.person == 1


def test_a_week_begins_on_monday() -> None:
    with pytest.raises(BadHours, match="2026-01-13 is not a Monday"):
        availability([], [], date(2026, 1, 13))


@pytest.mark.parametrize("week", [date(1, 1, 1), date(9999, 12, 27)])
def test_the_first_and_the_last_week_of_all_are_refused(week: date) -> None:
    with pytest.raises(BadHours, match=f"{week} is at the end of all calendars"):
        availability([[], []], ["Asia/Tokyo", "America/Lima"], week)
