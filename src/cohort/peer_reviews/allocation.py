"""Who is asked to review what, as even as can be and then by who knows the work best: pure.

First as many reviews as possible; among those ways, one where of those who are asked now nobody is
asked more often than it takes, and whoever was asked least comes first; among those, as many works
as possible with a reviewer, then the highest sum of fits, which `cohort.assignment` finds and
proves. The same input always gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from cohort.assignment import Problem, solve, verify
from cohort.assignment.checks import Bools, Ints


@dataclass(frozen=True, slots=True)
class WorkToReview:
    """A piece of work, and how many more reviewers it needs."""

    id: str
    wanted: int


@dataclass(frozen=True, slots=True)
class PossibleReviewer:
    """Somebody who reviews: how often she was asked so far, and how often more she may be now."""

    id: str
    asked: int
    free: int


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """Who reviews what, and the figures that prove it.

    total, bound  the sum of the fits, and what no other way of the same evenness exceeds.
    most, least   how often the reviewers were asked, with what is asked of them now.
    """

    pairs: Sequence[tuple[str, str]]
    wanted: int
    total: float
    bound: float
    most: int
    least: int
    proved: bool


def allocate(
    works: Sequence[WorkToReview],
    reviewers: Sequence[PossibleReviewer],
    fits: Mapping[tuple[str, str], float],
) -> ReviewPlan:
    """`fits` in [0, 1] holds the pairs that may be: work and reviewer. O(pairs) a few times."""
    works = sorted(works, key=lambda one: one.id)
    reviewers = sorted(reviewers, key=lambda one: one.id)
    wanted = sum(one.wanted for one in works)
    asked = np.array([one.asked for one in reviewers], dtype=np.int64)
    scores = np.full((len(works), len(reviewers)), -1.0)
    place = {one.id: j for j, one in enumerate(reviewers)}
    for i, work in enumerate(works):
        for reviewer_id, j in place.items():
            scores[i, j] = fits.get((work.id, reviewer_id), -1.0)
    may = scores >= 0
    asked_for = np.array([one.wanted for one in works], dtype=np.int64)
    demand = np.minimum(asked_for, may.sum(axis=1))
    free = np.minimum(np.array([one.free for one in reviewers], dtype=np.int64), may.sum(axis=0))
    if not may.any() or not _flow(may, demand, free):
        return ReviewPlan([], wanted, 0.0, 0.0, *_ends(asked), proved=True)
    places, least = _even(may, demand, free, asked)
    first = float(demand.sum() + 1)
    problem = Problem(
        np.where(may, scores + first, 0.0),
        places,
        demand=demand,
        min_load=least,
        forbidden=~may,
        cover=True,
        researcher_ids=[one.id for one in works],
        mentor_ids=[one.id for one in reviewers],
    )
    found = solve(problem)
    pairs = [(works[i].id, reviewers[j].id) for i, j in found.pairs.tolist()]
    load = asked + np.bincount(found.pairs[:, 1], minlength=len(reviewers))
    return ReviewPlan(
        pairs=pairs,
        wanted=wanted,
        total=found.total - first * len(pairs),
        bound=found.bound - first * len(pairs),
        most=_ends(load)[0],
        least=_ends(load)[1],
        proved=verify(problem, found).holds,
    )


def _ends(load: Ints) -> tuple[int, int]:
    return (int(load.max()), int(load.min())) if len(load) else (0, 0)


def _even(may: Bools, demand: Ints, free: Ints, asked: Ints) -> tuple[Ints, Ints]:
    """The places of each reviewer, and how many of them are filled in any case.

    Nobody is asked more often than is needed for as many reviews as there can be; then those who
    were asked least are asked as often as can be. Flows are whole numbers, so both are exact.
    """

    def up_to(most: int) -> Ints:
        return np.clip(most - asked, 0, free)

    can_be = _flow(may, demand, free)
    low, high = 0, int((asked + free).max())
    while low < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _flow(may, demand, up_to(middle)) == can_be else (middle + 1, high)
        )
    places = up_to(high)
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        needed = np.minimum(np.clip(middle - asked, 0, None), places)
        low, high = (
            (middle, high) if _flow(may, demand, needed) == needed.sum() else (low, middle - 1)
        )
    return places, np.minimum(np.clip(low - asked, 0, None), places)


def _flow(may: Bools, demand: Ints, places: Ints) -> int:
    """The most pairs there can be, each at most once."""
    n, m = may.shape
    i, j = np.nonzero(may)
    source, sink = n + m, n + m + 1
    tails = np.concatenate([np.full(n, source), i, n + np.arange(m)])
    heads = np.concatenate([np.arange(n), n + j, np.full(m, sink)])
    sizes = np.concatenate([demand, np.ones(len(i), dtype=np.int64), places]).astype(np.int32)
    graph = csr_array((sizes, (tails, heads)), shape=(n + m + 2, n + m + 2))
    return int(maximum_flow(graph, source, sink).flow_value)
