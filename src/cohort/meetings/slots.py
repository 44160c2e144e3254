"""Times at which two people are both free, by the hours that each gave in her own zone. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from cohort.pairing.scores.availability import availability

WEEKS_AHEAD = 3
QUARTER = timedelta(minutes=15)

Hours = Sequence[Mapping[str, str]]


def shared_starts(
    hours: tuple[Hours, Hours],
    zones: tuple[str, str],
    *,
    after: datetime,
    minutes: int,
    most: int,
) -> list[datetime]:
    """Up to `most` starts, in UTC and in order, of `minutes` in which both are free.

    A stretch of shared time gives its beginning and each full hour of the first one's clock that
    still leaves room. Hours are read week by week, so a change of the clocks on either side is
    seen in the week in which it comes.
    """
    monday = (after - timedelta(days=after.weekday())).date()
    weeks = [monday + timedelta(weeks=week) for week in range(WEEKS_AHEAD + 1)]
    free = np.concatenate([availability(hours, zones, week).all(axis=0) for week in weeks])
    begins = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    found: list[datetime] = []
    for first, last in _stretches(free.tolist()):
        for quarter in range(first, last - -(-minutes // 15) + 1):
            at = begins + quarter * QUARTER
            is_new_hour = quarter == first or at.minute == 0
            if is_new_hour and after < at < after + timedelta(weeks=WEEKS_AHEAD):
                found.append(at)
    return _spread(found, most)


def _stretches(free: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and one past the last of each run of free quarters."""
    first = None
    for quarter, is_free in enumerate([*free, False]):
        if is_free and first is None:
            first = quarter
        elif not is_free and first is not None:
            yield first, quarter
            first = None


def _spread(starts: Sequence[datetime], most: int) -> list[datetime]:
    """The first of each day, then the second of each day, and so on, until there are enough."""
    days: dict[str, list[datetime]] = {}
    for at in starts:
        days.setdefault(at.date().isoformat(), []).append(at)
    deepest = max(map(len, days.values()), default=0)
    in_turn = [day[rank] for rank in range(deepest) for day in days.values() if rank < len(day)]
    return sorted(in_turn[:most])
