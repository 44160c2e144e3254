"""What can be had: fit against people placed against incumbents kept, as points to choose from.

A point is an answer that alone is the best when placing somebody counts `a` of score and keeping
an incumbent counts `b`, for some a and b >= 0 (a supported extreme point). Each is the best in a
region of such weights; the regions tile the plane. From the points found so far the tiles are
known; if nothing better is found at any corner of any tile, no point is missing, because the best
value is convex in the weights (Przybylski, Gandibleux and Ehrgott 2010, for any three criteria).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import mul
from typing import NamedTuple

import numpy as np

from cohort.assignment.canonical import canonical
from cohort.assignment.flow import Goal, Residual, Scope, cancel_cycles, pairs_in, prices_of
from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.optimum import solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED, BadNumber, Bools, Ints, Problem
from cohort.assignment.stages import feasible, whole
from cohort.assignment.start import initial_assignment
from cohort.assignment.steps import LARGEST_UNIT, LONGEST_WALK, MOST_DIGITS
from cohort.assignment.tie_break import break_ties
from cohort.assignment.tiles import Answer, Corner, Tile, Weights, laid, middle, rounded, within

FAR = 0.05
"""Of all people: answers that place or keep so many more or fewer are not walked between. Moving
200 of 2,000 people path by path took three times as long as a new start."""


class Balance(NamedTuple):
    """What placing one researcher and what keeping one incumbent counts, in units of score."""

    placing: float
    keeping: float


@dataclass(frozen=True, eq=False)
class Point:
    """One choice: the sum of scores, researchers placed, incumbents kept and changed, the pairs.

    balance  weights for which it alone is the best of the points found; None where it was not
             found by weights.
    """

    fit: float
    placed: int
    kept: int
    changed: int
    pairs: Ints
    balance: Balance | None = None


@dataclass(frozen=True, eq=False)
class Frontier:
    """points, the highest fit first; complete: whether all are there.

    limits  for each number of people placed between those of the points, a fit that no answer
            which places as many exceeds, whether all points are there or not.
    """

    points: tuple[Point, ...]
    complete: bool
    limits: tuple[tuple[int, float], ...] = ()


def frontier(
    problem: Problem,
    *,
    start: Ints | None = None,
    most_solves: int = 500,
    settle: bool = True,
    out_of_time: Callable[[], bool] = never,
) -> Frontier:
    """The answers that are the best for some weights of fit, people placed and incumbents kept.

    `changed` counts the incumbents of the problem that are not kept. Its `cover`, `stickiness`,
    `head_start` and objective are set aside: they are what is being chosen; all else holds.
    Weights and scores are compared in steps, 10**-10 for 60 people and 10**-7 for 1,000. Each
    point takes about three warm starts, each O(n m) and the moves to it from the best point
    known for its weights; the first starts from the pairs `start` int[k, 2], which must be
    allowed, or from nothing. The weights between the points that differ most are asked for
    first. After `most_solves`, or out of time, the points found so far are given, which then
    need not be all. Out of time, or without `settle`, which of equal answers a point has is
    left open; the figures are the same.

    Other good answers lie between the points. Without regard to incumbents there is one for
    every number of people between two points, on the line between them (`place_exactly`).
    """
    search = _Search(problem, _Ground.of(problem), start)
    while corner := search.unasked():
        if len(search.asked) >= most_solves or out_of_time():
            break
        search.ask(corner)
    points = (search.point(tile, out_of_time if settle else at_once) for tile in search.tiles)
    # Where some are missing, two tiles may lead to one better answer that neither had.
    found = {(-one.fit, one.placed, one.kept): one for one in points}
    every = tuple(found[key] for key in sorted(found))
    return Frontier(every, corner is None, search.limits())


def spread(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most so many of the points, far apart in all figures; in the same order.

    The first, then always the one farthest from those taken (Gonzalez 1985), where the range of
    each figure counts as much as that of any other.
    """
    figures = np.array([(one.fit, one.placed, one.kept) for one in points]).reshape(-1, 3)
    figures /= np.where(np.ptp(figures, axis=0) > 0, np.ptp(figures, axis=0), 1.0) if points else 1
    taken: list[int] = []
    far = np.full(len(points), np.inf)
    while len(taken) < min(most, len(points)):
        taken.append(int(far.argmax()))
        far = np.minimum(far, ((figures - figures[taken[-1]]) ** 2).sum(axis=1))
    return tuple(points[k] for k in sorted(taken))


def place_exactly(problem: Problem, placed: int) -> Point:
    """The highest fit with this many researchers placed; among equals the rules of `solve`.

    For problems in which nobody may have several mentors. Raises BadNumber where no assignment
    places as many, or none so few.
    """
    if not problem.single:
        raise BadNumber("demand must be at most 1 to place an exact number.", "demand")
    if placed != int(placed):
        raise BadNumber(f"placed is {placed}; it must be a whole number.", "placed")
    able = problem.demand > 0
    left = int(able.sum()) - placed
    refusal = BadNumber(f"No assignment places {placed} researchers.", "placed")
    if left < 0:
        raise refusal
    ids = problem.mentor_ids
    with_nobody = replace(
        problem,
        scores=np.column_stack([problem.scores, np.zeros(len(able))]),
        capacity=np.append(problem.capacity, left),
        min_load=np.append(problem.min_load, left),
        forbidden=np.column_stack([~canonical(problem).allowed, ~able]),
        floor=-math.inf,
        stickiness=0.0,
        cover=True,
        objective="total",
        mentor_ids=(*ids, "nobody".ljust(1 + max(map(len, ids), default=0))),
    )
    try:
        pairs = solve(with_nobody).pairs
    except CannotMeet:
        raise refusal from None
    if len(pairs) < able.sum():
        raise refusal
    return _point(problem, pairs[pairs[:, 1] < problem.shape[1]])


def _point(problem: Problem, pairs: Ints) -> Point:
    incumbent = problem.incumbent
    kept = int((incumbent[pairs[:, 0]] == pairs[:, 1]).sum())
    return Point(
        fit=math.fsum(problem.scores[pairs[:, 0], pairs[:, 1]].tolist()),
        placed=len(np.unique(pairs[:, 0])),
        kept=kept,
        changed=int((incumbent != UNMATCHED).sum()) - kept,
        pairs=pairs,
    )


@dataclass(frozen=True, eq=False)
class _Ground:
    """What all weights share.

    widest  weights beyond which the regions no longer change.
    most    no answer places more people, or keeps more incumbents.
    """

    units: Ints
    steps: float
    incumbent: Bools
    scope: Scope
    widest: Weights
    most: tuple[int, int]

    @classmethod
    def of(cls, problem: Problem) -> "_Ground":
        bare = problem.by_total(cover=False, bare=True)
        low, high = problem.scores.min(initial=0.0), problem.scores.max(initial=0.0)
        incumbent = problem.incumbent[:, None] == np.arange(problem.shape[1])
        placed = max(min(problem.most_pairs, problem.shape[0]), 1)
        kept = max(int(incumbent.sum()), 1)
        # Where three regions meet, Cramer's rule bounds both weights by these.
        spread = problem.most_pairs * float(high - low) or 1.0
        widest = 2 * spread * kept, 2 * spread * placed
        size = max(-float(low), float(high)) + sum(widest)
        room = math.log10(min(LARGEST_UNIT, LONGEST_WALK / kept)) - math.log10(size)
        steps = 10.0 ** min(math.floor(room), MOST_DIGITS)
        units = np.rint(problem.scores * steps).astype(np.int64)
        limits = math.ceil(widest[0] * steps) + 1, math.ceil(widest[1] * steps) + 1
        scope = whole(bare, canonical(bare))
        most = min(problem.most_pairs, int((scope.most > 0).sum())), int(incumbent.sum())
        return cls(units, steps, incumbent, scope, limits, most)

    @property
    def plane(self) -> Sequence[Corner]:
        """All weights that matter; those of incumbents do not where there are none."""
        place, keep = self.widest
        if not self.incumbent.any():
            return [(0, 0, 1), (place, 0, 1), (place, 1, 1), (0, 1, 1)]
        return [(0, 0, 1), (place, 0, 1), (place, keep, 1), (0, keep, 1)]

    def weighty(self, weights: Weights) -> Weights:
        """The weights as they count: without incumbents, one is as good as any other."""
        return weights if self.incumbent.any() else (weights[0], 0)

    def goal(self, weights: Weights) -> Goal:
        return Goal(self.units + weights[1] * self.incumbent, weights[0])


def _apart(answers: Sequence[Answer]) -> int:
    """How far answers are apart in people placed and incumbents kept; -1 for one alone."""
    if len(answers) < 2:
        return -1
    placed, kept = [one.placed for one in answers], [one.kept for one in answers]
    return max(placed) - min(placed) + max(kept) - min(kept)


def at_once() -> bool:
    """No time at all: see `out_of_time`."""
    return True


@dataclass(eq=False)
class _Search:
    problem: Problem
    ground: _Ground
    start: Ints | None = None
    tiles: list[Tile] = field(default_factory=list)
    asked: set[Weights] = field(default_factory=set)
    highest_fit: int = field(init=False)

    def __post_init__(self) -> None:
        start = self.start
        if start is None:
            goal, scope = self.ground.goal((0, 0)), self.ground.scope
            start = np.argwhere(feasible(self.problem, goal, scope).assigned)
        best = self._best((0, 0), start)
        self.highest_fit = best.fit
        self.tiles.append(Tile(best, self.ground.plane))

    def unasked(self) -> Weights | None:
        """The corner not asked yet at which the points that meet there differ most."""
        meeting: dict[Weights, list[Answer]] = {}
        for tile in self.tiles:
            for corner in tile.corners:
                weights = rounded(corner)
                if self.ground.weighty(weights) not in self.asked:
                    meeting.setdefault(weights, []).append(tile.answer)
        return max(meeting, key=lambda one: _apart(meeting[one]), default=None)

    def ask(self, weights: Weights) -> None:
        """Look for a better answer at these weights; give it its tile if there is one."""
        self.asked.add(self.ground.weighty(weights))
        here = (*weights, 1)
        near = max((tile.answer for tile in self.tiles), key=lambda one: one.worth(here))
        if near.worth(here) >= self.highest_fit + sum(map(mul, weights, self.ground.most)):
            return
        meeting = [t.answer for t in self.tiles if weights in map(rounded, t.corners)]
        start = near.pairs
        unknown = len(meeting) < 2 and self.ground.weighty(weights)[1] > 0
        if unknown or _apart(meeting) > FAR * len(self.problem.demand):
            start = self._approached(weights, start)
        found = self._best(weights, start)
        if found.worth(here) > near.worth(here):
            self.tiles = laid(found, self.tiles, self.ground.plane)

    def limits(self) -> tuple[tuple[int, float], ...]:
        """By duality: where placing counts a, and W is the best value, p people fit W - a p.

        Of the weights asked, those at which keeping counts nothing. Scores in steps are off by
        half a step at most.
        """
        asked = {(0, 0), *(one for one in self.asked if one[1] == 0)}
        answers = [tile.answer for tile in self.tiles]
        best = {a: max(one.worth((a, b, 1)) for one in answers) for a, b in asked}
        placed = [one.placed for one in answers]
        off = self.problem.most_pairs / 2
        return tuple(
            (p, (min(worth - a * p for a, worth in best.items()) + off) / self.ground.steps)
            for p in range(min(placed), max(placed) + 1)
        )

    def point(self, tile: Tile, out_of_time: Callable[[], bool]) -> Point:
        """The answer that the ids choose among those with these figures, while there is time."""
        pairs, balance = tile.answer.pairs, self._balance(tile)
        if not out_of_time():
            residual = self._improved(middle(tile), pairs)
            assigned, _ = break_ties(self.problem, residual, prices_of(residual), never)
            pairs = np.argwhere(assigned)
        return replace(_point(self.problem, pairs), balance=balance)

    def _balance(self, tile: Tile) -> Balance:
        """Weights in the middle of the tile, and no greater than it takes to tell tiles apart."""
        placing, keeping = self.ground.weighty(middle(within(tile, self._telling)))
        return Balance(placing / self.ground.steps, keeping / self.ground.steps)

    @cached_property
    def _telling(self) -> Weights:
        """Weights beyond which no two tiles meet: 1 more than the last at which any do."""
        place, keep, _ = map(max, zip(*self.ground.plane, strict=True))
        met = [rounded(corner) for tile in self.tiles for corner in tile.corners]
        inner = [(0, 0), *((a, b) for a, b in met if a < place and b < keep)]
        one = round(self.ground.steps)
        placing, keeping = (max(axis) + one for axis in zip(*inner, strict=True))
        return min(placing, place), min(keeping, keep)

    def _best(self, weights: Weights, start: Ints) -> Answer:
        ground, residual = self.ground, self._improved(weights, start)
        rows, columns = pairs_in(residual.assigned)
        return Answer(
            np.column_stack([rows, columns]),
            fit=sum(ground.units[rows, columns].tolist()),
            placed=int(np.count_nonzero(residual.degree)),
            kept=int(np.count_nonzero(ground.incumbent[rows, columns])),
        )

    def _approached(self, weights: Weights, pairs: Ints) -> Ints:
        """Pairs near the best ones at these weights, without walking all the way from others."""
        scope, assigned = self.ground.scope, np.zeros(self.problem.shape, dtype=np.bool_)
        assigned[tuple(pairs.T)] = True
        return np.argwhere(initial_assignment(self.ground.goal(weights), scope, assigned).assigned)

    def _improved(self, weights: Weights, start: Ints) -> Residual:
        assigned = np.zeros(self.problem.shape, dtype=np.bool_)
        assigned[tuple(start.T)] = True
        residual = Residual(self.ground.goal(weights), self.ground.scope, assigned)
        cancel_cycles(residual)
        return residual
