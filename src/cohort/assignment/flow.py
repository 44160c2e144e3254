"""The exact engine: from any assignment to the best one, by cancelling cycles of positive gain.

An assignment is `assigned` bool[n, m]. The residual graph has a node for each of the m mentors and,
last, one for being unmatched. Its arc p -> q is the best gain of one move: somebody with p goes to
q; a free place at p takes one in (p -> unmatched, gain 0); a place at q is left empty
(unmatched -> q, gain 0). The researchers are not nodes, because each arc carries the best of them.
A cycle of positive gain improves the assignment (Klein 1967; in costs, a negative cycle). When
there is none, longest walks from the unmatched node are node potentials, and these are prices
that prove the assignment best (Ahuja, Magnanti and Orlin 1993, chapter 9). Gains are whole
numbers: nothing is rounded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from cohort.assignment.canonical import in_blocks
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools, Ints
from cohort.assignment.walks import (
    NEVER,
    NO_ARC,
    Walk,
    bellman_ford,
    lowest_prices,
    walk_back,
    walks_from,
)

SPARSE = 4
"""Where so many times the allowed pairs are fewer than all, arcs come from these pairs alone."""


@dataclass(frozen=True, eq=False)
class Scope:
    """Which assignments are looked at; each goal narrows it to what it leaves equal.

    allowed, fixed  bool[n, m]: pairs that may be assigned, and among them those that must be.
    least, most     int[n]: how many mentors a researcher has.
    lower, upper    int[m]: how many researchers a mentor has.
    """

    allowed: Bools
    fixed: Bools
    least: Ints
    most: Ints
    lower: Ints
    upper: Ints

    def transposed(self) -> "Scope":
        """The same assignments with mentors as rows."""
        return Scope(
            allowed=self.allowed.T,
            fixed=self.fixed.T,
            least=self.lower,
            most=self.upper,
            lower=self.least,
            upper=self.most,
        )

    def holds(self, assigned: Bools) -> bool:
        degree, load = counts(assigned)
        return not (
            (assigned > self.allowed).any()
            or (self.fixed > assigned).any()
            or (degree < self.least).any()
            or (degree > self.most).any()
            or (load < self.lower).any()
            or (load > self.upper).any()
        )


@dataclass(frozen=True, eq=False)
class Goal:
    """What is maximised: `worth` int[n, m] of the assigned pairs, `first` for everybody placed."""

    worth: Ints
    first: int = 0


class Residual:
    """What could move in an assignment: arcs int[m + 1, m + 1], kept true while people move.

    near    int[m]: prices that may be near the best ones, for a bound when time runs out.
    lowest  int[m]: the lowest prices that prove it best, once they are known.
    """

    def __init__(self, goal: Goal, scope: Scope, assigned: Bools, near: Ints | None = None) -> None:
        self.goal, self.scope = goal, scope
        self.near = np.zeros(assigned.shape[1], dtype=np.int64) if near is None else near
        # Read by mentor, so that mentors lie together.
        self.assigned: Bools = np.zeros(assigned.shape, dtype=np.bool_, order="F")
        self.assigned[pairs_in(assigned)] = True
        self._some_fixed = bool(scope.fixed.any())
        self.degree, self.load = counts(assigned)
        self.unmatched = assigned.shape[1]
        self._several = bool((scope.most > 1).any())
        self.arcs = np.full((self.unmatched + 1, self.unmatched + 1), NO_ARC, dtype=np.int64)
        self.lowest: Ints | None = None
        self._waits = np.zeros(len(assigned), dtype=np.bool_)
        self._best_waiting = np.full(self.unmatched, -1)
        self._gain_waiting = np.full(self.unmatched, NO_ARC)
        if not self._several and np.count_nonzero(scope.allowed) * SPARSE < assigned.size:
            self._arcs_of_pairs(*pairs_in(scope.allowed))
            return
        for mentors in in_blocks(self.unmatched):
            self._refresh(np.arange(self.unmatched)[mentors])
        self._refresh_unmatched()

    @cached_property
    def _worth(self) -> Ints:
        """The goal's worth, `NO_ARC` for a pair that cannot be added."""
        if not self._several and self.scope.allowed.all():
            return self.goal.worth
        worth = np.where(self.scope.allowed, self.goal.worth, NO_ARC)
        if self._several:  # never the same mentor twice
            worth[self.assigned] = NO_ARC
        return worth

    def _arcs_of_pairs(self, rows: Ints, columns: Ints) -> None:
        """All arcs at once, where few pairs are allowed and nobody has several mentors."""
        people = np.arange(len(self.degree))
        mentors, held = pairs_in(self._loose(np.arange(self.unmatched)))
        own, origin = self._without(people), np.full(len(people), -1)
        own[held], origin[held] = self.goal.worth[held, mentors], mentors
        goes = (self.degree < self.scope.most) | (origin >= 0)
        flat = self.arcs.reshape(-1)
        some = goes[rows]
        rows, columns = rows[some], columns[some]
        tails = origin[rows] % (self.unmatched + 1)  # -1 is the unmatched node, the last
        gains = self.goal.worth[rows, columns] - own[rows]
        np.maximum.at(flat, tails * (self.unmatched + 1) + columns, gains)
        leaves = self._leaves(held, own[held])
        np.maximum.at(flat, mentors * (self.unmatched + 1) + self.unmatched, leaves)
        room = np.flatnonzero(self._has_room)
        self.arcs[room, -1] = np.maximum(self.arcs[room, -1], 0)
        empty = np.flatnonzero(self._may_empty)
        self.arcs[-1, empty] = np.maximum(self.arcs[-1, empty], 0)

    def move(self, walks: Iterable[Walk]) -> Ints:
        """Make the moves of walks that share no node; the nodes whose arcs are new."""
        moves = [
            (self.mover(p, q), p, q)
            for walk in walks
            for p, q in pairwise(walk)
            if not self.is_place(p, q)
        ]
        for i, p, _ in moves:
            if p != self.unmatched:
                self._assign(i, p, assigned=False)
        for i, _, q in moves:
            if q != self.unmatched:
                self._assign(i, q, assigned=True)
        rows = [i for i, _, _ in moves]
        self.degree[rows] = self.assigned[rows].sum(axis=1)
        touched = {node for walk in walks for node in walk}
        mentors = sorted(touched - {self.unmatched})
        self.load[mentors] = self.assigned[:, mentors].sum(axis=0)
        if self._several:
            touched.update(
                np.flatnonzero(self.assigned[rows].any(axis=0)).tolist(), [self.unmatched]
            )
        self._refresh(np.array(sorted(touched - {self.unmatched}), dtype=np.int64))
        if self.unmatched in touched:
            self._refresh_unmatched()
        return np.array(sorted(touched), dtype=np.int64)

    def _assign(self, i: int, j: int, *, assigned: bool) -> None:
        self.assigned[i, j] = assigned
        if self._several:
            self._worth[i, j] = NO_ARC if assigned else self.goal.worth[i, j]

    def is_place(self, p: int, q: int) -> bool:
        """Whether the arc is a free place taken up, or a place left empty, and nobody moves."""
        if self.arcs[p, q] != 0 or self.unmatched not in (p, q):
            return False
        return bool(self._has_room[p] if q == self.unmatched else self._may_empty[q])

    def mover(self, p: int, q: int, rank: Sequence[str] | None = None) -> int:
        """Who makes this move: the first by `rank` of those who gain as much as the arc says."""
        if p == self.unmatched:
            rows = np.flatnonzero(self.degree < self.scope.most)
            gains = self._worth[rows, q] - self._without(rows)
        else:
            rows = np.flatnonzero(self._loose(np.array([p]))[0])
            own = self.goal.worth[rows, p]
            gains = self._leaves(rows, own) if q == self.unmatched else self._worth[rows, q] - own
        able = rows[gains == self.arcs[p, q]]
        return int(able[0]) if rank is None else int(min(able.tolist(), key=lambda i: rank[i]))

    @property
    def _has_room(self) -> Bools:
        room: Bools = self.load < self.scope.upper
        return room

    @property
    def _may_empty(self) -> Bools:
        above: Bools = (self.load > self.scope.lower) | (self.scope.lower == 0)
        return above

    def _refresh(self, mentors: Ints) -> None:
        """Work out the arcs from these mentors anew."""
        nth, rows = pairs_in(self._loose(mentors))
        gains = self._gains(rows, mentors[nth])
        end = np.searchsorted(nth, np.arange(len(mentors)), side="right").tolist()
        for j, part in zip(mentors.tolist(), pairwise([0, *end]), strict=True):
            self.arcs[j] = gains[slice(*part)].max(axis=0, initial=NO_ARC)
        open_ = mentors[self._has_room[mentors]]
        self.arcs[open_, -1] = np.maximum(self.arcs[open_, -1], 0)

    def _refresh_unmatched(self) -> None:
        """Work out the arcs from the unmatched node anew, for those who came to it or left."""
        waits = self.degree < self.scope.most
        lost = self._several | np.isin(self._best_waiting, np.flatnonzero(self._waits & ~waits))
        gain = np.where(lost, NO_ARC, self._gain_waiting)
        self._best_waiting[lost] = -1
        self._compare_waiting(np.flatnonzero(waits), np.flatnonzero(lost), gain)
        if not self._several:
            self._compare_waiting(
                np.flatnonzero(waits & ~self._waits), np.arange(self.unmatched), gain
            )
        self._waits, self._gain_waiting = waits, gain
        self.arcs[-1, :-1] = np.where(self._may_empty, np.maximum(gain, 0), gain)

    def _compare_waiting(self, rows: Ints, columns: Ints, gain: Ints) -> None:
        for part in in_blocks(len(rows)) if len(columns) else ():
            some = rows[part]
            gains = self._worth[some[:, None], columns] - self._without(some)[:, None]
            nth = gains.argmax(axis=0)
            best = gains[nth, np.arange(len(columns))]
            more = best > gain[columns]
            gain[columns[more]] = best[more]
            self._best_waiting[columns[more]] = some[nth[more]]

    def _loose(self, mentors: Ints) -> Bools:
        """bool[k, n]: whom these mentors hold and could let go."""
        assigned = self.assigned.T[mentors]
        return assigned & ~self.scope.fixed.T[mentors] if self._some_fixed else assigned

    def _gains(self, rows: Ints, mentors: Ints) -> Ints:
        """What each of these people gains by going from her mentor to every node: int[k, m + 1]."""
        own = self.goal.worth[rows, mentors]
        table = np.empty((len(rows), self.unmatched + 1), dtype=np.int64)
        np.subtract(self._worth[rows], own[:, None], out=table[:, :-1])
        table[:, -1] = self._leaves(rows, own)
        return table

    def _leaves(self, rows: Ints, own: Ints) -> Ints:
        """What each of these people gains by leaving a mentor worth `own` for nobody."""
        may_leave = self.degree[rows] > self.scope.least[rows]
        leaves = -own - self.goal.first * (self.degree[rows] == 1)
        gains: Ints = np.where(may_leave, leaves, NO_ARC)
        return gains

    def _without(self, rows: Ints) -> Ints:
        """What having nobody more is worth to each of these people."""
        nothing: Ints = -self.goal.first * (self.degree[rows] == 0)
        return nothing


def cancel_cycles(residual: Residual, out_of_time: Callable[[], bool] = never) -> Ints | None:
    """Cancel cycles until none gains anything: None then, or else guessed prices.

    Each round is one Bellman-Ford search, O(m^2) for each of its passes, and cancels all cycles
    that it has found and that share no node. There is no useful bound on the rounds from a bad
    start; from those of `initial_assignment` there are none, or up to about a hundred with ties.

    When time runs out before, the guess is what the search has found so far: a bound, not yet
    the best one.
    """
    price = np.zeros(residual.unmatched + 1, dtype=np.int64)
    moved, changed = False, np.arange(len(price))
    while not out_of_time():
        price, cycles, changed = bellman_ford(residual.arcs, price, changed)
        if not cycles:
            if not moved and price[-1] == 0 and not residual.scope.lower.any():
                residual.lowest = price[:-1]
            return None
        changed = np.union1d(changed, residual.move(cycles))
        moved = True
    guess: Ints = np.maximum(price[:-1] - price[-1], 0)
    return guess


def prices_of(residual: Residual) -> Ints:
    """The lowest prices of a best assignment, which `cancel_cycles` may have found on its way."""
    return lowest_prices(residual.arcs) if residual.lowest is None else residual.lowest


def fill(residual: Residual) -> Ints:
    """Bring mentors up to `lower`, always where the next place loses least; who stays short.

    From a best assignment this leaves as few places missing as can be, and among those
    assignments it ends at a best one (successive shortest paths). O(m^2) a pass of Bellman-Ford,
    and one search for each missing place.
    """
    while True:
        short = np.flatnonzero(residual.load < residual.scope.lower)
        gain, _, before = walks_from(residual.arcs, residual.unmatched)
        reached = short[gain[short] > NEVER]
        if not len(reached):
            return short
        residual.move([walk_back(before, int(reached[gain[reached].argmax()]))])


def optimal_face(residual: Residual, price: Ints) -> Scope:
    """Restrict the scope to the optimal face: what is as good as this best assignment.

    Every best assignment agrees with every set of prices that proves one (complementary
    slackness). A researcher's own price may lie anywhere between the best pair that she does
    without and the worst that she holds; a pair off that range is surely assigned or surely not,
    and a price above 0 fills all places.
    """
    scope, first, shape = residual.scope, residual.goal.first, residual.assigned.shape
    assigned, tied = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    columns, rows_of = pairs_in(residual.assigned.T)
    assigned[rows_of, columns] = True
    some_fixed = bool(scope.fixed.any())
    low, high = np.zeros((2, len(assigned)), dtype=np.int64)
    for rows in in_blocks(len(assigned)):
        margin = residual.goal.worth[rows] - price
        np.copyto(margin, NO_ARC, where=~scope.allowed[rows])
        if some_fixed:
            np.copyto(margin, NO_ARC, where=scope.fixed[rows])
        low[rows], high[rows] = _own_prices(residual, rows, assigned[rows], margin)
        sure = (low[rows] < high[rows]) | (low[rows] <= NEVER)
        np.equal(margin, np.where(sure, -NO_ARC, low[rows])[:, None], out=tied[rows])
    surely = np.where(high > 0, scope.most, np.where(high + first > 0, 1, 0))
    at_most = np.where(low >= 0, scope.most, np.where(low + first >= 0, 1, 0))
    fixed = scope.fixed | (assigned & ~tied)
    return Scope(
        allowed=fixed | tied,
        fixed=fixed,
        least=np.clip(surely, scope.least, scope.most),
        most=np.clip(at_most, scope.least, scope.most),
        lower=np.where(price > 0, scope.upper, scope.lower),
        upper=np.where(price < 0, scope.lower, scope.upper),
    )


def _own_prices(
    residual: Residual, rows: slice, assigned: Bools, margin: Ints
) -> tuple[Ints, Ints]:
    """For each of these researchers the lowest and the highest price of one more mentor."""
    first, degree = residual.goal.first, residual.degree[rows]
    least, most = residual.scope.least[rows], residual.scope.most[rows]
    i, j = pairs_in(assigned)
    own = margin[i, j]
    margin[i, j] = NO_ARC
    outside = margin.max(axis=1, initial=NO_ARC)
    margin[i, j] = own
    leave = np.where(degree > least, -first * (degree == 1), NO_ARC)
    inside = np.full(len(assigned), -NO_ARC)
    np.minimum.at(inside, i, np.where(own > NEVER, own, -NO_ARC))
    stay = np.where(degree < most, -first * (degree == 0), -NO_ARC)
    return np.maximum(outside, leave), np.minimum(inside, stay)


def counts(assigned: Bools) -> tuple[Ints, Ints]:
    """How many pairs each row and each column has; sums of the mask take ten times as long."""
    rows, columns = pairs_in(assigned)
    n, m = assigned.shape
    return np.bincount(rows, minlength=n), np.bincount(columns, minlength=m)


def pairs_in(mask: Bools) -> tuple[Ints, Ints]:
    """Row and column of all that is true, row by row; np.nonzero takes twenty times as long."""
    rows, columns = np.divmod(np.flatnonzero(mask), max(mask.shape[1], 1))
    return rows, columns
