"""Lay milestones out over a cohort's weeks: a pure function of its arguments."""

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

LEAST_DAYS = 3
"""A week that has fewer days left asks for nothing yet: its work is due a week later."""
END_OF_DAY = time(23, 59)


class Work(NamedTuple):
    """A milestone as the calendar sees it."""

    slug: str
    hours: int
    requires: Collection[str]
    position: int
    is_optional: bool = False


class Dated(NamedTuple):
    """When a piece of work is due, and which place it has in the whole plan."""

    slug: str
    place: int
    due_at: datetime


def lay_out(
    work: Iterable[Work],
    *,
    starts_on: date,
    ends_on: date,
    zone: str,
    now: datetime,
    standing: Mapping[str, datetime] | None = None,
) -> list[Dated]:
    """Give each piece of work that has no date yet its date, in the order of working.

    The hours (whole, > 0) are spread evenly over the days from the start, or from today for one
    who joins late, to the end, both included. A piece is due at 23:59 in `zone` on the Sunday of
    the week in which an even worker ends it; the last week ends on the last day. So hours due by
    the end of a week never exceed that week's share of the whole, and no date is past. A first
    week with fewer than LEAST_DAYS left asks for nothing. One who joins after the end gets a week.

    Work comes after what it `requires` (slugs that are not in `work` are ignored), and else by
    position, then slug; so the order of the input does not matter. `standing` holds the dates
    (aware) that were given before: they stay, and a new piece is due neither before what it
    requires nor after what requires it, unless that would be in the past. What is optional is due
    on the last day and takes no hours from the rest, so that nobody is late with it before.

    Returns aware times in UTC. Raises ValueError for hours < 1 and for work that requires itself
    by any number of steps. O(n log n + requirements) steps.
    """
    standing = standing or {}
    everything = in_order(work)
    ordered = [piece for piece in everything if not piece.is_optional]
    new = [piece for piece in ordered if piece.slug not in standing]
    first, last = span(starts_on, ends_on, ZoneInfo(zone), now)
    at_the_end = closing(last, ZoneInfo(zone))
    ends = week_ends(first, last)
    by_day = _spread([piece.hours for piece in new], first, last)
    dues = [closing(ends[bisect_left(ends, day)], ZoneInfo(zone)) for day in by_day]
    fitted = _fit(new, dues, ordered, standing, soonest=closing(ends[0], ZoneInfo(zone)))
    return [
        Dated(piece.slug, place, at_the_end if piece.is_optional else fitted[piece.slug])
        for place, piece in enumerate(everything)
        if piece.slug not in standing
    ]


def in_order(work: Iterable[Work]) -> list[Work]:
    """What is required comes first; among what could come next, the lowest position."""
    pieces = {piece.slug: piece for piece in work}
    waits_for = {slug: {*piece.requires} & pieces.keys() for slug, piece in pieces.items()}
    needed_by: dict[str, list[str]] = {slug: [] for slug in pieces}
    for slug, required in waits_for.items():
        for earlier in required:
            needed_by[earlier].append(slug)
    ready = [(pieces[slug].position, slug) for slug, required in waits_for.items() if not required]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, slug = heapq.heappop(ready)
        ordered.append(pieces[slug])
        for later in needed_by[slug]:
            waits_for[later].discard(slug)
            if not waits_for[later]:
                heapq.heappush(ready, (pieces[later].position, later))
    if len(ordered) < len(pieces):
        stuck = ", ".join(sorted(pieces.keys() - {piece.slug for piece in ordered}))
        raise ValueError(f"These require each other in a circle, or wait for one: {stuck}.")
    return ordered


def week_ends(first: date, last: date) -> list[date]:
    """The Sundays from `first` on, and `last`, which ends the last week whatever day it is."""
    sunday = first + timedelta(days=6 - first.weekday())
    if (sunday - first).days + 1 < LEAST_DAYS:
        sunday += timedelta(weeks=1)
    weeks = range(max(0, -((sunday - last).days // 7)))
    return [*(sunday + timedelta(weeks=week) for week in weeks), last]


def span(starts_on: date, ends_on: date, zone: ZoneInfo, now: datetime) -> tuple[date, date]:
    # In the last minute of a day its closing time is past, so the next day is the first.
    today = (now + timedelta(minutes=1)).astimezone(zone).date()
    first = max(starts_on, today)
    return first, ends_on if first <= ends_on else first + timedelta(days=6)


def _spread(hours: Sequence[int], first: date, last: date) -> list[date]:
    """The day on which an even worker ends each piece; in whole numbers, so exact."""
    if any(amount < 1 for amount in hours):
        raise ValueError("Each piece of work takes at least one hour.")
    days, whole = (last - first).days + 1, sum(hours)
    done, ended = 0, []
    for amount in hours:
        done += amount
        ended.append(first + timedelta(days=-(-done * days // whole) - 1))
    return ended


def closing(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)


def _fit(
    new: Sequence[Work],
    dues: Sequence[datetime],
    ordered: Sequence[Work],
    standing: Mapping[str, datetime],
    *,
    soonest: datetime,
) -> dict[str, datetime]:
    """Move new dates between the standing ones: first ahead of what needs them, then after."""
    due = {**standing, **{piece.slug: at for piece, at in zip(new, dues, strict=True)}}
    for piece in reversed(ordered):
        for earlier in piece.requires:
            if earlier in due and earlier not in standing:
                due[earlier] = max(soonest, min(due[earlier], due[piece.slug]))
    for piece in new:
        due[piece.slug] = max([due[piece.slug], *(due[s] for s in piece.requires if s in due)])
    return due
