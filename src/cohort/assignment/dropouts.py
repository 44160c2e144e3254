"""When one person drops out of a best assignment: how little can change, and what that loses.

Each answer is a list: the best when nobody else moves, then the best that moves one person more,
and so on up to a best assignment of those who are left. Where one person has to go elsewhere,
nothing is solved again: the moves are one walk in the residual graph of the assignment (`flow`),
and the best walk of at most k moves is found for all k by dynamic programming (a shortest path with
a limited number of arcs; Bellman 1958), O(m^2) for each k.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cohort.assignment.canonical import canonical
from cohort.assignment.counterfactual import Move
from cohort.assignment.neighbourhood import Neighbourhood, NotTheBest, improved, neighbourhood
from cohort.assignment.problem import UNMATCHED, Ints, Problem
from cohort.assignment.solution import Solution
from cohort.assignment.walks import NEVER, NO_ARC

MOST_LEFT = 12
"""Balances tried where several people have to go elsewhere at once."""


@dataclass(frozen=True)
class WayOn:
    """One way to go on.

    moved   how many of the others lose the mentor they had; whoever had none moves nobody.
    total   of all scores, with stickiness, as `Solution.total`.
    placed  how many people have a mentor.
    moves   who goes where, those who have to first.
    """

    moved: int
    total: float
    placed: int
    moves: tuple[Move, ...]


def without_researcher(problem: Problem, solution: Solution, i: int) -> list[WayOn]:
    """The ways on when researcher i leaves: the fewest moves first, each better than the last one.

    The last one is a best assignment of the others. O(n m) to look around the solution, and O(m^2)
    for each way. Raises NotTheBest as `neighbourhood` does, and for what `_one_each` refuses.
    """
    near = _one_each(problem, solution)
    return ways_without_researcher(near, i)


def ways_without_researcher(near: Neighbourhood, i: int) -> list[WayOn]:
    """As `without_researcher`, for whoever has looked around the solution."""
    mine = np.flatnonzero(near.residual.assigned[i])
    if not len(mine):
        return [_way_on(near, [], gone=i)]
    steps = _Steps(near, int(mine[0]))
    return _each_better(near, steps, [near.residual.unmatched], np.array([0]), gone=i)


def without_pair(problem: Problem, solution: Solution, i: int, j: int) -> list[WayOn]:
    """The ways on when the pair (i, j) of the solution must not be; as `without_researcher`.

    Raises KeyError where it is no pair, and NotTheBest where it is pinned.
    """
    return ways_without_pair(_one_each(problem, solution), i, j)


def ways_without_pair(near: Neighbourhood, i: int, j: int) -> list[WayOn]:
    residual = near.residual
    if not residual.assigned[i, j]:
        raise KeyError((i, j))
    if residual.scope.fixed[i, j]:
        raise NotTheBest("This pair is pinned: there is nothing to compare it with.")
    gains = np.where(residual.scope.allowed[i], residual.goal.worth[i], NO_ARC)
    gains[j] = NO_ARC
    gains = np.append(gains - residual.goal.worth[i, j], residual.arcs[j, -1])
    gains[-1] = -residual.goal.worth[i, j] - residual.goal.first
    return _each_better(near, _Steps(near, j), range(len(gains)), gains, first=(i, j))


def without_mentor(problem: Problem, solution: Solution, j: int) -> list[WayOn]:
    """The ways on when mentor j leaves, and everybody with j has to go elsewhere.

    The first and the last are exact. Between them stand those that are the best for some price of
    moving a person (the convex hull), as people who go elsewhere at once compete for places.
    """
    _one_each(problem, solution)
    kept = solution.pairs[solution.pairs[:, 1] != j]
    displaced: list[int] = solution.pairs[solution.pairs[:, 1] == j, 0].tolist()
    return _Balances(_without(problem, kept, j), kept, j, displaced).all()


def _one_each(problem: Problem, solution: Solution) -> Neighbourhood:
    if not problem.single or problem.min_load.any():
        raise NotTheBest("This question needs one mentor for each at most, and no minimums.")
    return neighbourhood(problem, solution)


class _Steps:
    """The best walks to one node, by how many people they move.

    gain  of the best walk from each node that moves at most k people: int[m + 1] for each k.
    via   the next node of that walk; -1 where one that moves fewer is as good, or it has ended.
    """

    def __init__(self, near: Neighbourhood, end: int) -> None:
        residual = near.residual
        self.end, self.arcs = end, residual.arcs
        self.room = np.append(residual.load < residual.scope.upper, np.False_)
        self.gain: list[Ints] = []
        self.via: list[Ints] = []
        start = np.full(len(self.arcs), NO_ARC)
        start[end] = 0
        self._keep(start, np.full(len(start), UNMATCHED))

    def more(self) -> bool:
        """Let one person more move; whether that gains anything anywhere."""
        before = self.gain[-1]
        reached = self.arcs + before
        reached[-1] = NO_ARC
        via = reached.argmax(axis=1)
        best = reached[np.arange(len(before)), via]
        better = (best > before) & (best > NEVER)
        if not better.any():
            return False
        self._keep(np.where(better, best, before), np.where(better, via, UNMATCHED))
        return True

    def _keep(self, gain: Ints, via: Ints) -> None:
        """With what moves nobody: whoever waits takes a place, or a place stays empty."""
        node = len(gain) - 1
        if node != self.end:
            waiting = self.arcs[node] + gain
            q = int(waiting.argmax())
            if waiting[q] > max(int(gain[node]), NEVER):
                gain[node], via[node] = waiting[q], q
        by_room = self.room & (gain < gain[node]) & (gain[node] > NEVER)
        gain[by_room], via[by_room] = gain[node], node
        self.gain.append(gain)
        self.via.append(via)

    def walk(self, start: int) -> list[int]:
        """The best walk from a node with as many moves as were let so far."""
        k, nodes = len(self.gain) - 1, [start]
        while nodes[-1] != self.end:
            p = nodes[-1]
            q = int(self.via[k][p])
            if q == UNMATCHED:
                k -= 1
                continue
            moves_nobody = p == len(self.via[k]) - 1 or (
                q == len(self.via[k]) - 1 and bool(self.room[p])
            )
            k -= not moves_nobody
            nodes.append(q)
        return nodes


def _each_better(
    near: Neighbourhood,
    steps: _Steps,
    starts: Sequence[int],
    gains: Ints,
    *,
    gone: int | None = None,
    first: tuple[int, int] | None = None,
) -> list[WayOn]:
    """From the best of these starts, each with a gain of its own, with more and more moves."""
    ways: list[WayOn] = []
    best = NO_ARC
    while True:
        reached = gains + steps.gain[-1][list(starts)]
        k = int(reached.argmax())
        if reached[k] > max(best, NEVER) or not ways:
            best = int(reached[k])
            found = steps.walk(starts[k])
            ways.append(_way_on(near, _moves(near, found, first), gone=gone))
        if not steps.more():
            return ways


def _moves(
    near: Neighbourhood, walk: Sequence[int], first: tuple[int, int] | None
) -> list[tuple[int, int, int]]:
    residual, ids = near.residual, near.problem.researcher_ids
    moves = [] if first is None else [(*first, walk[0])]
    for p, q in pairwise(walk):
        if not residual.is_place(p, q):
            moves.append((residual.mover(p, q, ids), p, q))
    return moves


def _way_on(
    near: Neighbourhood, moves: Sequence[tuple[int, int, int]], *, gone: int | None = None
) -> WayOn:
    """The figures are added up anew from the moves, in whole steps."""
    residual, m = near.residual, near.residual.unmatched
    units, placed = 0, int((residual.degree > 0).sum())
    for i, p, q in moves:
        units += (int(near.worth.units[i, q]) if q < m else 0) - (
            int(near.worth.units[i, p]) if p < m else 0
        )
        placed += (p == m) - (q == m)
    if gone is not None:
        units -= int(near.worth.units[gone][residual.assigned[gone]].sum())
        placed -= int(residual.degree[gone])
    told = tuple(
        Move(i, UNMATCHED if p == m else p, UNMATCHED if q == m else q) for i, p, q in moves
    )
    had_to = 0 if gone is not None else 1
    return WayOn(
        moved=sum(one.origin != UNMATCHED for one in told[had_to:]),
        total=near.total + units / near.worth.steps,
        placed=placed,
        moves=told,
    )


def _without(problem: Problem, kept: Ints, j: int) -> Problem:
    """The problem without mentor j, in which what stays as it is can be given a worth."""
    pins = tuple(pin for pin in problem.pinned if pin[1] != j)
    worth = canonical(replace(problem, pinned=pins))
    capacity = problem.capacity.copy()
    capacity[j] = 0
    stays = np.full(problem.shape[0], UNMATCHED)
    stays[kept[:, 0]] = kept[:, 1]
    allowed = worth.allowed.copy()
    allowed[:, j] = False
    scores = problem.scores.copy()
    has = np.flatnonzero(problem.incumbent >= 0)
    scores[has, problem.incumbent[has]] += problem.stickiness
    scores += problem.lead[:, None]
    return replace(
        problem,
        scores=scores,
        capacity=capacity,
        forbidden=~allowed,
        floor=-math.inf,
        pinned=pins,
        incumbent=stays,
        stickiness=0.0,
        head_start=0.0,
    )


@dataclass(frozen=True, eq=False)
class _Balances:
    """What is the best for each price of moving a person, found between the two extremes."""

    problem: Problem
    kept: Ints
    gone: int
    displaced: Sequence[int]

    def all(self) -> list[WayOn]:
        still = self._at(0.0, pinned=tuple((i, j) for i, j in self.kept.tolist()))
        found = [still, self._at(0.0)]
        self._between(found[0], found[1], found)
        found.sort(key=lambda one: (one.moved, -one.placed, -one.total))
        ways: list[WayOn] = []
        for one in found:
            if not ways or self._merit(one) > self._merit(ways[-1]):
                ways.append(one)
        return ways

    def _between(self, few: WayOn, many: WayOn, found: list[WayOn]) -> None:
        apart, gained = many.moved - few.moved, many.total - few.total
        if apart < 2 or len(found) > MOST_LEFT or few.placed != many.placed or gained <= 0:
            return
        middle = self._at(gained / apart)
        if few.moved < middle.moved < many.moved:
            found.append(middle)
            self._between(few, middle, found)
            self._between(middle, many, found)

    def _merit(self, one: WayOn) -> tuple[int, float]:
        return one.placed if self.problem.cover else 0, round(one.total, 9)

    def _at(self, price: float, pinned: tuple[tuple[int, int], ...] | None = None) -> WayOn:
        problem = replace(self.problem, stickiness=price)
        if pinned is not None:
            problem = replace(problem, pinned=pinned)
        near = improved(problem, self.kept, canonical(problem))
        if near is None:  # only a clock could stop it
            raise NotTheBest("Time ran out.")
        return self._told(near)

    def _told(self, near: Neighbourhood) -> WayOn:
        had = self.problem.incumbent
        has = np.full(len(had), UNMATCHED)
        rows, mentors = np.nonzero(near.residual.assigned)
        has[rows] = mentors
        others = np.setdiff1d(np.flatnonzero(has != had), self.displaced).tolist()
        origins = {**dict.fromkeys(self.displaced, self.gone), **{i: int(had[i]) for i in others}}
        return WayOn(
            moved=sum(had[i] != UNMATCHED for i in others),
            total=math.fsum(self.problem.scores[rows, mentors].tolist()),
            placed=len(rows),
            moves=tuple(Move(i, origin, int(has[i])) for i, origin in origins.items()),
        )
