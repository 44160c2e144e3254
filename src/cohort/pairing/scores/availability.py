"""When people are free in one given week, in every time zone, and for how long together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from cohort.assignment.problem import Bools, Floats, Ints

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
QUARTERS_A_DAY = 96
QUARTERS = 7 * QUARTERS_A_DAY
CLOCKS_KEPT = 600
"""All the zones there are, for one week: 3 MB."""

WeeklyHours = Sequence[Mapping[str, str]]
"""Entries such as {"day": "monday", "start": "09:00", "end": "10:30"}, in a person's own zone."""


class BadHours(ValueError):
    """Weekly hours, a time zone or a week that cannot be read; `person` and `entry` say where."""

    def __init__(self, sentence: str, person: int = -1, entry: int = -1) -> None:
        super().__init__(sentence)
        self.person = person
        self.entry = entry


def availability(
    weekly_hours: Sequence[WeeklyHours], time_zones: Sequence[str], week: date
) -> Bools:
    """Who is free in which quarter of an hour of the week: bool[people, 672], in UTC.

    The week begins on the Monday `week` at 00:00 UTC. Somebody is free in a quarter when the
    clock on their wall, at the moment it begins, shows a time within their hours. Hours repeat
    every week, so what lies before or after the week in a zone is read from the Sunday or
    Monday there; an hour that the clock skips in spring does not exist, one that it repeats in
    autumn counts twice.
    """
    if week.weekday() != 0:
        raise BadHours(f"{week} is not a Monday; give the Monday that the week begins on.")
    free = np.zeros((len(weekly_hours), QUARTERS), dtype=np.bool_)
    read: dict[tuple[int, str], int] = {}  # who first gave this very list of hours in this zone
    for person, (hours, zone) in enumerate(zip(weekly_hours, time_zones, strict=True)):
        first = read.setdefault((id(hours), zone), person)
        if first == person:
            free[person] = _pattern(hours, person)[_wall_clock(_local(zone, person), week)]
        else:
            free[person] = free[first]
    return free


def shared_hours(some: Bools, others: Bools) -> Floats:
    """Hours a week in which both are free: float[n, m], a multiple of a quarter."""
    return (some.astype(np.float32) @ others.astype(np.float32).T).astype(np.float64) / 4


def _local(zone: str, person: int) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise BadHours(
            f"{zone!r} is no time zone; give an IANA name such as Europe/Berlin.", person
        ) from unknown


@lru_cache(maxsize=CLOCKS_KEPT)
def _wall_clock(local: ZoneInfo, week: date) -> Ints:
    """For each quarter of the week in UTC, the quarter of the local week that clocks show."""
    start = datetime(week.year, week.month, week.day, tzinfo=UTC)
    moments = ((start + timedelta(minutes=15 * k)).astimezone(local) for k in range(QUARTERS))
    try:
        return np.array(
            [QUARTERS_A_DAY * now.weekday() + 4 * now.hour + now.minute // 15 for now in moments]
        )
    except OverflowError as beyond:
        raise BadHours(f"{week} is at the end of all calendars; give another week.") from beyond


def _pattern(hours: WeeklyHours, person: int) -> Bools:
    """The quarters of a local week that the entries cover; they may touch and overlap."""
    free = np.zeros(QUARTERS, dtype=np.bool_)
    for entry, given in enumerate(hours):
        try:
            day = QUARTERS_A_DAY * DAYS.index(given["day"])
            start, end = _quarter(given["start"]), _quarter(given["end"])
        except (KeyError, ValueError) as wrong:
            raise BadHours(
                f"Entry {entry} of person {person} is {dict(given)}; it needs a day from monday "
                "to sunday, and start and end as HH:MM in quarters of an hour.",
                person,
                entry,
            ) from wrong
        if not start < end:
            raise BadHours(
                f"Entry {entry} of person {person} ends at {given['end']}, not after "
                f"{given['start']}; split hours that pass midnight into two entries.",
                person,
                entry,
            )
        free[day + start : day + end] = True
    return free


@lru_cache(maxsize=QUARTERS_A_DAY + 1)
def _quarter(time: str) -> int:
    hour, minute = (int(part) for part in time.split(":"))
    if minute not in {0, 15, 30, 45} or not 0 <= 60 * hour + minute <= 24 * 60:
        raise ValueError(time)
    return 4 * hour + minute // 15
