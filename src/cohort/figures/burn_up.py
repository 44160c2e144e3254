"""What was planned, handed in and passed of a cohort's plans, week by week; pure.

In a week count the people who study in it: who has joined by its end and is not away for all of
it. Of these people, the lines have the share of their plans that was due, handed in and passed by
the end of the week:

    share(week) = sum over them of items by then / sum over them of items

Somebody who is away leaves all lines for as long, the plan's too, and comes back with what she has
and owes: a pause pulls no line down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ItemsCounted:
    """So many items that have all of this in common. Weeks count from 0; None is not yet."""

    joined: int
    due: int
    handed_in: int | None
    passed: int | None
    items: int


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    joined: int
    people: int


@dataclass(frozen=True, slots=True)
class AwayCounted:
    """Those who have joined by the end of a week and are away for all of it, and their items."""

    week: int
    people: int
    items: int
    planned: int
    """These and those below by the end of the week."""
    handed_in: int
    passed: int


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
    away: Sequence[AwayCounted],
    *,
    weeks: int,
    begun: int,
) -> list[WeekCounted]:
    """Everybody who has joined, less those away: O(groups + weeks)."""
    counted = np.zeros((weeks + 1, 5), dtype=np.int64)
    for someone in people:
        counted[min(someone.joined, weeks), 0] += someone.people
    for one in items:
        counted[min(one.joined, weeks), 1] += one.items
        for place, at in enumerate((one.due, one.handed_in, one.passed), start=2):
            if at is not None:
                # What she had done before she joined counts from then on.
                counted[min(max(at, one.joined), weeks), place] += one.items
    by_end: Counts = counted.cumsum(axis=0)[:weeks]
    for gone in away:
        by_end[gone.week] -= [gone.people, gone.items, gone.planned, gone.handed_in, gone.passed]
    return [
        WeekCounted(
            people=its[0],
            items=its[1],
            planned=its[2],
            handed_in=its[3] if week < begun else None,
            passed=its[4] if week < begun else None,
        )
        for week, its in enumerate(by_end.tolist())
    ]
