"""Leximin: the worst score as high as it can be, then the next worst, each level proved.

A level says how few pairs there can be at or below a score, among the assignments that are
best at every level before. It is an assignment problem of its own (each such pair counts -1),
so prices prove it, and they narrow what the next level may use (Huang, Kavitha, Mehlhorn and
Michail 2016 call such assignments fair).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cohort.assignment.flow import (
    Goal,
    Residual,
    Scope,
    cancel_cycles,
    optimal_face,
    pairs_in,
    prices_of,
)
from cohort.assignment.problem import Bools, Ints
from cohort.assignment.solution import Level
from cohort.assignment.start import initial_assignment
from cohort.assignment.walks import NO_ARC

Pair = tuple[int, int]

SWEEPS = 3  # through the pairs at a score before they are weighed together
SETTLED = 2**58  # above every score: a pair that earlier levels have already counted


class Fairest(NamedTuple):
    """All assignments as fair as `assigned`, and why none is fairer; not `done` if time ran out."""

    scope: Scope
    assigned: Bools
    levels: tuple[Level, ...]
    done: bool


def fairest(
    goal: Goal,
    scope: Scope,
    assigned: Bools,
    out_of_time: Callable[[], bool],
    most_levels: int | None = None,
    ahead: Bools | None = None,
) -> Fairest:
    """Raise the worst pair, then the next, from an assignment that meets every condition.

    `ahead` bool[n] are those of whom as many as possible have a mentor before anything else.
    """
    levels: list[Level] = []
    units = goal.worth
    ones = np.ones_like(units)
    stages = [("pairs", Goal(ones))]
    if (scope.most > 1).any():
        stages.insert(0, ("placed", Goal(np.zeros_like(units), 1)))
    if ahead is not None and ahead.any():
        stages.insert(0, ("ahead", Goal(ones * ahead[:, None])))
    for kind, stage in stages:
        residual = Residual(
            stage, scope, initial_assignment(stage, scope, assigned, out_of_time).assigned
        )
        if cancel_cycles(residual, out_of_time) is not None:
            return Fairest(scope, residual.assigned, tuple(levels), done=False)
        assigned, prices = residual.assigned, prices_of(residual)
        rows = assigned if kind != "ahead" else assigned[ahead]
        count = int(rows.sum() if kind != "placed" else rows.any(axis=1).sum())
        levels.append(Level(kind, 0, count, prices))
        scope = optimal_face(residual, prices)
    assigned = initial_assignment(Goal(units), scope, assigned, out_of_time).assigned
    ladder = _Ladder(units, scope, assigned)
    while (score := ladder.lowest()) is not None and len(levels) != most_levels:
        if out_of_time():
            return Fairest(ladder.open_scope(score), ladder.assigned, tuple(levels), done=False)
        level = ladder.settle(score, out_of_time)
        levels += [] if level is None else [level]
    return Fairest(ladder.open_scope(), ladder.assigned, tuple(levels), done=score is None)


class _Ladder:
    """An assignment whose lowest open pair is raised again and again.

    rank  int[n, m]: the score of a pair that is open; SETTLED where an earlier level has
          counted it, NO_ARC where it cannot be.
    wide  int[m + 1, m + 1]: the highest rank at which somebody can go from one node to another.
    """

    def __init__(self, units: Ints, scope: Scope, assigned: Bools) -> None:
        self.scope, self.assigned = replace(scope, fixed=scope.fixed.copy()), assigned.copy()
        self.rank = np.where(scope.allowed, units, NO_ARC)
        self.rank[scope.fixed] = SETTLED
        self.units = units
        self._rebuild()

    def lowest(self) -> int | None:
        """The lowest score of an open pair that is assigned."""
        lowest = int(self.rank[self.pairs].min(initial=SETTLED))
        return None if lowest == SETTLED else lowest

    def open_scope(self, score: int = SETTLED) -> Scope:
        """What may still be used when nothing open below the score may."""
        return replace(self.scope, allowed=self.scope.fixed | (self.rank >= score))

    def settle(self, score: int, out_of_time: Callable[[], bool]) -> Level | None:
        """Raise the pairs at this score; a level of those that cannot be, or None.

        None also when time runs out: the score is then not settled.
        """
        stuck, reached = self._raise(score, out_of_time)
        if not stuck or out_of_time():
            return None
        alone = int(np.count_nonzero(self.rank == score)) == len(stuck)
        if reached is not None and alone and not reached[[p for _, p in stuck]].any():
            return self._fixed(score, stuck, reached)
        return self._weighed(score, out_of_time)

    def _raise(
        self, score: int, out_of_time: Callable[[], bool]
    ) -> tuple[list[Pair], Bools | None]:
        """Raise one pair after the other: who is left, and whom they reach if nobody moved."""
        for _ in range(SWEEPS):
            reached, moved = np.zeros(len(self.wide), dtype=np.bool_), False
            for i, p in self._at(score):
                walk = self._way_up(i, p, score, reached) if self.assigned[i, p] else None
                if walk:
                    self._move(i, walk)
                    moved = True
                if out_of_time():
                    break
            if not moved:
                return self._at(score), reached
        return self._at(score), None

    def _at(self, score: int) -> list[Pair]:
        here = self.rank[self.pairs] == score
        rows, columns = (part[here].tolist() for part in self.pairs)
        return list(zip(rows, columns, strict=True))

    def _fixed(self, score: int, pairs: list[Pair], reached: Bools) -> Level:
        """Nobody above the score can make room, and nobody else is at it: these pairs stay.

        Those who could be raised compete for the places that they reach, all of which are full:
        a price of 1 for each of these places proves it.
        """
        for i, p in pairs:
            self.scope.fixed[i, p] = True
            self.rank[i, p] = SETTLED
        self._refresh([p for _, p in pairs])
        return self._level(score, reached[:-1].astype(np.int64) - int(reached[-1]))

    def _weighed(self, score: int, out_of_time: Callable[[], bool]) -> Level | None:
        """The fewest pairs at the score, where they can take each other's places."""
        at_score = self.rank == score
        residual = Residual(Goal(-at_score.astype(np.int64)), self.open_scope(score), self.assigned)
        in_time = cancel_cycles(residual, out_of_time) is None
        self.assigned = np.ascontiguousarray(residual.assigned)
        if not in_time or not (self.assigned & at_score).any():
            self._rebuild()
            return None
        prices = prices_of(residual)
        self.scope = optimal_face(residual, prices)
        open_ = self.scope.allowed & (self.rank > score) & ~self.scope.fixed
        self.rank = np.where(open_, self.rank, np.where(self.scope.allowed, SETTLED, NO_ARC))
        self._rebuild()
        return self._level(score, prices)

    def _level(self, score: int, prices: Ints) -> Level:
        count = int(np.count_nonzero(self.units[self.pairs] == score))
        return Level("score", score, count, prices)

    def _rebuild(self) -> None:
        self.pairs = pairs_in(self.assigned)
        self.degree, self.load = self.assigned.sum(axis=1), self.assigned.sum(axis=0)
        self.wide = np.full((len(self.load) + 1,) * 2, NO_ARC, dtype=np.int64)
        self._refresh(range(len(self.wide)))

    def _refresh(self, nodes: Iterable[int]) -> None:
        unmatched, scope = len(self.load), self.scope
        for node in nodes:
            rows = self._movers(node)
            self.wide[node, :unmatched] = self._ranks(rows).max(axis=0, initial=NO_ARC)
            if node == unmatched:
                may_empty = (self.load > scope.lower) | (scope.lower == 0)
                self.wide[node, :unmatched][may_empty] = SETTLED
            else:
                leaves = (self.degree[rows] > scope.least[rows]).any()
                may = leaves or self.load[node] < scope.upper[node]
                self.wide[node, unmatched] = SETTLED if may else NO_ARC

    def _movers(self, node: int) -> Ints:
        if node == len(self.load):
            return np.flatnonzero(self.degree < self.scope.most)
        return np.flatnonzero(self.assigned[:, node] & ~self.scope.fixed[:, node])

    def _ranks(self, rows: Ints) -> Ints:
        """To whom these people may go: the ranks of the pairs that they do not hold."""
        return np.where(self.assigned[rows], NO_ARC, self.rank[rows])

    def _way_up(self, i: int, start: int, score: int, reached: Bools) -> list[int] | None:
        """A closed walk that begins with i leaving `start` and has only pairs above the score."""
        front = np.append(self._ranks(np.array([i]))[0] > score, False)
        front[-1] = self.degree[i] > self.scope.least[i]
        home = self.wide[:, start] > score
        seen, before = front.copy(), np.full(len(front), start)
        newly = np.flatnonzero(front)
        while len(newly):
            if home[newly].any():
                walk = [start, int(newly[home[newly].argmax()])]
                while walk[-1] != start:
                    walk.append(int(before[walk[-1]]))
                return walk[::-1]
            unseen = np.flatnonzero(~seen)
            above = self.wide[np.ix_(newly, unseen)] > score
            found = above.any(axis=0)
            before[unseen[found]] = newly[above[:, found].argmax(axis=0)]
            newly = unseen[found]
            seen[newly] = True
        reached |= seen
        return None

    def _move(self, i: int, walk: list[int]) -> None:
        unmatched = len(self.load)
        moves = [(i, walk[0], walk[1])]
        for p, q in pairwise(walk[1:]):
            mover = self._mover(p, q)
            if mover is not None:
                moves.append((mover, p, q))
        for k, p, _ in moves:
            if p != unmatched:
                self.assigned[k, p] = False
        for k, _, q in moves:
            if q != unmatched:
                self.assigned[k, q] = True
        rows, nodes = [k for k, _, _ in moves], set(walk) | {unmatched}
        self.degree[rows] = self.assigned[rows].sum(axis=1)
        still = ~np.isin(self.pairs[0], rows)
        nth, columns = pairs_in(self.assigned[rows])
        self.pairs = (
            np.append(self.pairs[0][still], np.array(rows)[nth]),
            np.append(self.pairs[1][still], columns),
        )
        mentors = sorted(nodes - {unmatched})
        self.load[mentors] = self.assigned[:, mentors].sum(axis=0)
        if (self.scope.most[rows] > 1).any():
            nodes.update(np.flatnonzero(self.assigned[rows].any(axis=0)).tolist())
        self._refresh(sorted(nodes))

    def _mover(self, p: int, q: int) -> int | None:
        """Who goes; None where a place is left empty or a free one is taken up."""
        unmatched, scope = len(self.load), self.scope
        if p == unmatched and (self.load[q] > scope.lower[q] or scope.lower[q] == 0):
            return None
        if q == unmatched and self.load[p] < scope.upper[p]:
            return None
        rows = self._movers(p)
        if q == unmatched:
            return int(rows[self.degree[rows] > scope.least[rows]][0])
        return int(rows[self._ranks(rows)[:, q].argmax()])
