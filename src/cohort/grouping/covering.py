"""The best groups where all that may be can be listed: a choice among them, by branch and bound.

Each group that fits is a column of a set packing problem; HiGHS solves it (`scipy.optimize.milp`)
within a number of nodes, which is no clock, and where that is not enough tells a bound that is
tighter than any of pairs alone.
"""

import math
from collections.abc import Iterator
from itertools import islice

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

from cohort.assignment.problem import Bools
from cohort.grouping.problem import UNPLACED, Ordered

MOST_GROUPS = 3_000
NODES = 40


def chosen_groups(
    people: Ordered, *, most: int = MOST_GROUPS, nodes: int = NODES
) -> tuple[list[list[int]], float] | None:
    """Groups, possibly none, and what no groups are worth more than; None where too many fit."""
    columns = list(islice(_fitting(people), most + 1))
    if not columns or len(columns) > most:
        return None
    gains = np.array([people.worth_of(one) + UNPLACED * len(one) for one in columns])
    rows = np.concatenate([np.array(one) for one in columns])
    starts = np.cumsum([0, *map(len, columns)])
    n = len(people.ids)
    within = csc_array((np.ones(len(rows)), rows, starts), shape=(n, len(columns)))
    solved = milp(
        -gains,
        integrality=np.ones(len(columns), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(within, ub=1),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    groups: list[list[int]] = []
    if solved.x is not None:
        groups = [list(columns[one]) for one in np.flatnonzero(solved.x > 0.5)]
    found = getattr(solved, "mip_dual_bound", None)
    bound = math.inf if found is None else -found - UNPLACED * n
    return groups, bound


def _fitting(people: Ordered) -> Iterator[tuple[int, ...]]:
    """Every group that fits, in the order of ids; whatever cannot grow is left at once."""
    everyone = np.arange(len(people.ids))

    def grow(group: tuple[int, ...], may: Bools, shared: list[Bools]) -> Iterator[tuple[int, ...]]:
        if len(group) >= people.problem.least and people.fits(group):
            yield group
        if len(group) == people.problem.most:
            return
        for one in np.flatnonzero(may & (everyone > group[-1])).tolist():
            both = [mine & its[one] for mine, its in zip(shared, people.common, strict=True)]
            if all(its.any() for its in both):
                yield from grow((*group, one), may & people.compatible[one], both)

    for one in everyone.tolist():
        yield from grow((one,), people.compatible[one], [its[one] for its in people.common])
