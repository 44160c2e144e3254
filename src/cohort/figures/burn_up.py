"""What was planned, handed in and passed of a cohort's plans, week by week; pure.

In a week count the people who study in it: who has joined by its end and is not away for all of
it. Of these people, the lines have the share of their plans that was due, handed in and passed by
the end of the week:

    share(week) = sum over them of items by then / sum over them of items

Somebody who is away leaves all lines for as long, the plan's too, and comes back with what she has
and owes: a pause pulls no line down.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt

Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemsCounted:
    """So many items that have all of this in common. Weeks count from 0; None is not yet."""

    joined: int
    whom: UUID | None
    """Only of somebody who is away at times."""
    due: int
    handed_in: int | None
    passed: int | None
    items: int


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    joined: int
    whom: UUID | None
    people: int


@dataclass(frozen=True, slots=True)
class WeekCounted:
    """At the end of a week, or now, where it goes on."""

    people: int
    items: int
    planned: int
    handed_in: int | None
    """None of a week that is to come."""
    passed: int | None

    def share(self, count: int | None) -> float | None:
        """In [0, 1]; None of nothing."""
        return count / self.items if count is not None and self.items else None


def by_week(
    items: Sequence[ItemsCounted],
    people: Sequence[PeopleCounted],
    away: Mapping[UUID, Collection[int]],
    *,
    weeks: int,
    begun: int,
) -> list[WeekCounted]:
    """O(groups x weeks), where a group is everybody who joined in one week, or one who is away."""
    groups = {(one.joined, one.whom): row for row, one in enumerate(people)}
    many = np.array([one.people for one in people], dtype=np.int64)
    known = [one for one in items if (one.joined, one.whom) in groups]
    there = np.array([_there(*group, away, weeks) for group in groups]).reshape(-1, weeks)
    due, handed_in, passed = (
        _by_end_of(known, groups, [getattr(one, name) for one in known], weeks)
        for name in ("due", "handed_in", "passed")
    )
    totals = np.zeros(len(groups), dtype=np.int64)
    for one in known:
        totals[groups[one.joined, one.whom]] += one.items
    each = [(there * of).sum(axis=0) for of in (due, handed_in, passed)]
    counted, all_items = (there.T @ many if groups else np.zeros(weeks), there.T @ totals)
    return [
        WeekCounted(
            people=int(counted[week]),
            items=int(all_items[week]),
            planned=int(each[0][week]),
            handed_in=int(each[1][week]) if week < begun else None,
            passed=int(each[2][week]) if week < begun else None,
        )
        for week in range(weeks)
    ]


def _there(
    joined: int, whom: UUID | None, away: Mapping[UUID, Collection[int]], weeks: int
) -> list[bool]:
    gone = away.get(whom, ()) if whom is not None else ()
    return [joined <= week and week not in gone for week in range(weeks)]


def _by_end_of(
    items: Sequence[ItemsCounted],
    groups: Mapping[tuple[int, UUID | None], int],
    at: Sequence[int | None],
    weeks: int,
) -> Counts:
    """int[groups, weeks]: how many items have it behind them by the end of each week."""
    counts = np.zeros((len(groups), weeks + 1), dtype=np.int64)
    for one, week in zip(items, at, strict=True):
        if week is not None:
            counts[groups[one.joined, one.whom], min(week, weeks)] += one.items
    result: Counts = counts.cumsum(axis=1)[:, :weeks]
    return result
