"""What can be had: fit against people placed against incumbents kept, as points to choose from.

A point is the best for some weights of the three (a supported point of the Pareto frontier).
Between two neighbours there are weights at which both are worth the same: either nothing is
worth more there, or it is a new point (Aneja and Nair 1979).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cohort.matching.flow import never
from cohort.matching.problem import UNMATCHED, Ints, Problem
from cohort.matching.solver import solve

SAME = 1e-9
KEEP_ALL = 1e15


@dataclass(frozen=True, eq=False)
class Point:
    """One choice: the sum of scores, researchers placed, incumbents kept and changed, the pairs."""

    fit: float
    placed: int
    kept: int
    changed: int
    pairs: Ints


@dataclass(eq=False)
class _Search:
    problem: Problem
    solves_left: int
    out_of_time: Callable[[], bool]
    found: list[Point]

    def best(self, place: float, keep: float, *, cover: bool) -> Point:
        """The best point when placing somebody and keeping an incumbent count this much."""
        self.solves_left -= 1
        self.found.append(_best(self.problem, place, keep, cover=cover))
        return self.found[-1]

    def between_fit_and_placed(self) -> list[float]:
        """What placing somebody counts at each corner between the highest fit and full cover."""
        corners = [0.0]
        spans = [(self.best(0.0, 0.0, cover=False), self.best(0.0, 0.0, cover=True))]
        while spans and self.may_go_on():
            fit, wide = spans.pop()
            if wide.placed == fit.placed:
                continue
            place = (fit.fit - wide.fit) / (wide.placed - fit.placed)
            new = self.best(place, 0.0, cover=False)
            corners.append(place)
            if _gains(new.fit - fit.fit + place * (new.placed - fit.placed), fit.fit):
                spans += [(fit, new), (new, wide)]
        return corners

    def between_merit_and_kept(self, place: float, *, cover: bool) -> None:
        """All corners from no regard for incumbents to keeping as many as can be."""
        loose, tight = (self.best(place, keep, cover=cover) for keep in (0.0, KEEP_ALL))
        spans = [(loose, tight)]
        while spans and self.may_go_on():
            merit, kept = spans.pop()
            if kept.kept == merit.kept:
                continue
            lost = merit.fit - kept.fit + place * (merit.placed - kept.placed)
            keep = lost / (kept.kept - merit.kept)
            new = self.best(place, keep, cover=cover)
            gained = new.fit - merit.fit + place * (new.placed - merit.placed)
            if _gains(gained + keep * (new.kept - merit.kept), merit.fit):
                spans += [(merit, new), (new, kept)]

    def may_go_on(self) -> bool:
        return self.solves_left > 0 and not self.out_of_time()


def frontier(
    problem: Problem, *, most_solves: int = 60, out_of_time: Callable[[], bool] = never
) -> tuple[Point, ...]:
    """The points that no other beats in fit, placed and kept, the highest fit first.

    `changed` counts the incumbents of the problem that are not kept. Its `cover`, `stickiness`
    and objective are set aside: they are what is being chosen. Each point is one solve; after
    about `most_solves` (or out of time) the points found so far are given.
    """
    search = _Search(problem, most_solves, out_of_time, [])
    for place in search.between_fit_and_placed():
        if search.may_go_on():
            search.between_merit_and_kept(place, cover=False)
    if search.may_go_on():
        search.between_merit_and_kept(0.0, cover=True)
    return _unbeaten(search.found)


def _gains(difference: float, size: float) -> bool:
    return difference > SAME * max(1.0, abs(size))


def _best(problem: Problem, place: float, keep: float, *, cover: bool) -> Point:
    forbidden = np.asarray(problem.forbidden).copy()
    if problem.floor is not None:
        forbidden |= problem.scores < problem.floor
        for i, j in problem.pinned:
            forbidden[i, j] = False
    weighed = replace(
        problem,
        scores=problem.scores + place,
        stickiness=keep,
        cover=cover,
        floor=None,
        forbidden=forbidden,
        objective="total",
    )
    pairs = solve(weighed).pairs
    incumbent = np.asarray(problem.incumbent)
    kept = int((incumbent[pairs[:, 0]] == pairs[:, 1]).sum())
    return Point(
        fit=math.fsum(problem.scores[pairs[:, 0], pairs[:, 1]].tolist()),
        placed=len(np.unique(pairs[:, 0])),
        kept=kept,
        changed=int((incumbent != UNMATCHED).sum()) - kept,
        pairs=pairs,
    )


def _unbeaten(found: list[Point]) -> tuple[Point, ...]:
    def beats(one: Point, other: Point) -> bool:
        no_worse = (
            not _gains(other.fit - one.fit, one.fit)
            and one.placed >= other.placed
            and one.kept >= other.kept
        )
        better = _gains(one.fit - other.fit, one.fit) or (one.placed, one.kept) != (
            other.placed,
            other.kept,
        )
        return no_worse and better

    distinct = {(round(one.fit, 9), one.placed, one.kept): one for one in found}.values()
    kept = [one for one in distinct if not any(beats(other, one) for other in distinct)]
    return tuple(sorted(kept, key=lambda one: (-one.fit, one.placed, one.kept)))
