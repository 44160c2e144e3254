"""The shortest way back for somebody who is late: pure.

What is late is done first; what another milestone of the plan counts instead of is left out, where
that takes fewer hours. She is back in the first week by whose end all of it and all that is due
until then are done, with no week longer than what she can do. If
there is no such week, the work is spread to the last day, and the answer says that it is too much.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

WEEK = timedelta(weeks=1)
SHOWN = 3


class OwedWork(NamedTuple):
    """A milestone that waits for her: not passed, and not waiting for a review."""

    slug: str
    hours: int
    due_at: datetime
    requires: Collection[str]
    instead_of: Collection[str]
    is_optional: bool
    is_known: bool = False
    """She may well have it already, and need only hand it in."""


@dataclass(frozen=True, slots=True)
class WayBack:
    first: Sequence[str]
    """Slugs of what to begin with."""
    left_out: Sequence[str]
    """Slugs of what is late and passed with something else."""
    hours: int
    """Of all that is late and not left out."""
    weeks: int
    hours_a_week: int
    """With what is due in these weeks anyway."""
    is_too_much: bool


def way_back(
    owed: Sequence[OwedWork], *, now: datetime, end: datetime, most: float
) -> WayBack | None:
    """`most` is how many hours she can do in a week; nothing where nothing is late."""
    late = [one for one in owed if one.due_at < now and not one.is_optional]
    if not late:
        return None
    instead, added = _instead(owed, late)
    to_do = [one for one in late if one.slug not in instead]
    hours = sum(one.hours for one in to_do) + added
    coming = [one for one in owed if one.due_at >= now and not one.is_optional]
    last = max(1, ceil((end - now) / WEEK))
    loads = [_load(hours, coming, now, weeks) for weeks in range(1, last + 1)]
    fitting = (weeks for weeks, load in enumerate(loads, 1) if load <= most)
    weeks = next(fitting, last)
    return WayBack(
        first=_first(to_do, owed),
        left_out=sorted(instead),
        hours=hours,
        weeks=weeks,
        hours_a_week=ceil(loads[weeks - 1]),
        is_too_much=loads[weeks - 1] > most,
    )


def _load(hours: int, coming: Sequence[OwedWork], now: datetime, weeks: int) -> float:
    due = sum(one.hours for one in coming if one.due_at <= now + weeks * WEEK)
    return (hours + due) / weeks


def _instead(owed: Sequence[OwedWork], late: Sequence[OwedWork]) -> tuple[set[str], int]:
    """What is passed with something else, and the hours that this adds to the late ones.

    What is in the plan anyway adds nothing; what is optional must be shorter than what it saves.
    """
    hours = {one.slug: one.hours for one in late}
    saved: set[str] = set()
    added = 0
    for one in sorted(owed, key=lambda one: (one.is_optional, one.hours, one.slug)):
        covers = ({*one.instead_of} & hours.keys()) - saved - {one.slug}
        if not covers or one.slug in saved:
            continue
        if one.is_optional:
            if one.hours >= sum(hours[slug] for slug in covers):
                continue
            added += one.hours
        saved |= covers
    return saved, added


def _first(to_do: Sequence[OwedWork], owed: Sequence[OwedWork]) -> list[str]:
    """What she may have already, then what most other work waits for, then the shortest.

    Nothing comes before what it builds on.
    """
    needed_by = {one.slug: sum(one.slug in other.requires for other in owed) for one in to_do}
    left = {one.slug: one for one in to_do}
    first: list[str] = []
    while left and len(first) < SHOWN:
        ready = [one for one in left.values() if not {*one.requires} & left.keys()]
        best = min(
            ready or left.values(),
            key=lambda one: (not one.is_known, -needed_by[one.slug], one.hours, one.slug),
        )
        first.append(best.slug)
        del left[best.slug]
    return first
