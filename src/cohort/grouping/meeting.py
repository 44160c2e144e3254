"""When a circle can meet every week, on one clock, whatever the clocks of its people do."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cohort.assignment.problem import Bools
from cohort.pairing.scores.availability import QUARTERS, WeeklyHours, availability

MOST_WEEKS = 60


def free_on(
    hours: Sequence[WeeklyHours], zones: Sequence[str], clock: str, weeks: Sequence[date]
) -> Bools:
    """Who is free in which quarter of the week on that clock, in each of these weeks.

    bool[people, 672]: a quarter counts where the person is free whenever the clock shows it, also
    in the weeks in which one of the two clocks was changed and the other one was not.
    """
    free = np.ones((len(hours), QUARTERS), dtype=np.bool_)
    for week in weeks_that_differ({*zones, clock}, weeks):
        there = availability(hours, zones, week)
        shows = _shown(clock, week)
        for quarter in range(QUARTERS):
            moments = np.flatnonzero(shows == quarter)
            if moments.size:
                free[:, quarter] &= there[:, moments].all(axis=1)
    return free


def _shown(clock: str, week: date) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """For each quarter of the week in UTC, the quarter of the week that the clock shows."""
    zone, start = ZoneInfo(clock), datetime(week.year, week.month, week.day, tzinfo=UTC)
    moments = ((start + timedelta(minutes=15 * k)).astimezone(zone) for k in range(QUARTERS))
    return np.array([96 * at.weekday() + 4 * at.hour + at.minute // 15 for at in moments])


def weeks_that_differ(zones: set[str], weeks: Sequence[date]) -> list[date]:
    """The first week of each way in which these clocks stand to each other."""
    found: dict[tuple[object, ...], date] = {}
    for week in list(weeks)[:MOST_WEEKS]:
        ends = (0, 7)
        moments = [
            datetime(week.year, week.month, week.day, tzinfo=UTC) + timedelta(d) for d in ends
        ]
        key = tuple(
            at.astimezone(ZoneInfo(zone)).utcoffset() for zone in sorted(zones) for at in moments
        )
        found.setdefault(key, week)
    return list(found.values())


def starts(free: Bools, minutes: int) -> Bools:
    """Where so many minutes can begin; the end of a week runs into its beginning."""
    found = free.copy()
    for quarter in range(1, -(-minutes // 15)):
        found &= np.roll(free, -quarter, axis=1)
    return found
