"""One answer among equal ones: each rule is an assignment problem on what the rules before leave.

Prices restrict the scope to the optimal face, and of that only the pairs that lie on a cycle of
gain 0 are still open. They are mostly few, and where scores come in few steps up to a tenth of
all; so they are listed, and only they are given lots.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.canonical import LOT_BITS, lots
from cohort.assignment.flow import (
    Goal,
    Residual,
    Scope,
    cancel_cycles,
    counts,
    optimal_face,
    pairs_in,
    prices_of,
)
from cohort.assignment.min_cost_flow import min_cost_flow
from cohort.assignment.place_matching import sparse_matching
from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.start import initial_assignment, is_small

CHOICE = 24
"""Pairs with the highest lots that the core keeps for each place. At 6,000 x 2,000, twenty levels,
the engine has 788 rounds to mend with 4, 75 with 12, 16 with 24; with 32 also 16, and the flow
takes twice as long."""

SHORT = 0.9
"""Of the places that people ask for: with fewer, SciPy's sparse matching of lots takes half as long
as the flow, with as many three times as long."""


def break_ties(
    problem: Problem, best: Residual, prices: Ints, out_of_time: Callable[[], bool]
) -> tuple[Bools, bool]:
    """One assignment among those equal to this best one, and whether there was time for it.

    Most incumbents kept, then most pairs, then the highest sum of lots. Time as for `solve`, on
    the pairs that are still open.
    """
    assigned = np.array(best.assigned, order="C")
    rows, columns = (np.arange(size) for size in assigned.shape)
    part = _open_part(rows, columns, _on_cycles_of_no_gain(best, prices))
    kept = part.incumbents(problem)
    if kept.any():
        goal = Goal(kept * np.int64(problem.most_pairs + 1) + 1)
        start = initial_assignment(goal, part.scope, part.of(assigned), out_of_time).assigned
        residual, in_time = _improved(goal, part, start, assigned, out_of_time)
        if not in_time:
            return assigned, False
        face = optimal_face(residual, prices_of(residual))
        part = _open_part(part.rows, part.columns, face)
    if not part.scope.allowed.any():
        return assigned, True
    goal, core = _pairs_then_lots(problem, part)
    start = _near_the_best(goal, replace(part.scope, allowed=core), part, assigned, out_of_time)
    return assigned, _improved(goal, part, start, assigned, out_of_time)[1]


@dataclass(frozen=True, eq=False)
class _OpenPart:
    """The researchers and mentors who may still change, without the pairs that are fixed."""

    rows: Ints
    columns: Ints
    scope: Scope

    def incumbents(self, problem: Problem) -> Bools:
        """bool[n, m]: the open pairs of people with the mentors whom they have now."""
        now: Bools = (problem.incumbent[self.rows, None] == self.columns) & self.scope.allowed
        return now

    def of(self, assigned: Bools) -> Bools:
        block: Bools = assigned[self.rows][:, self.columns] & self.scope.allowed
        return block


def _open_part(rows: Ints, columns: Ints, scope: Scope) -> _OpenPart:
    free = scope.allowed & ~scope.fixed
    r, c = (np.flatnonzero(pairs) for pairs in counts(free))
    allowed = free[r][:, c]
    degree, load = counts(scope.fixed)
    part = Scope(
        allowed=allowed,
        fixed=np.zeros_like(allowed),
        least=np.maximum(scope.least - degree, 0)[r],
        most=(scope.most - degree)[r],
        lower=np.maximum(scope.lower - load, 0)[c],
        upper=(scope.upper - load)[c],
    )
    return _OpenPart(rows[r], columns[c], part)


def _improved(
    goal: Goal, part: _OpenPart, start: Bools, assigned: Bools, out_of_time: Callable[[], bool]
) -> tuple[Residual, bool]:
    """Put the best assignment of the part into `assigned`; False if time ran out before."""
    residual = Residual(goal, part.scope, start)
    in_time = cancel_cycles(residual, out_of_time) is None
    r, c = pairs_in(part.scope.allowed)
    assigned[part.rows[r], part.columns[c]] = residual.assigned[r, c]
    return residual, in_time


def _pairs_then_lots(problem: Problem, part: _OpenPart) -> tuple[Goal, Bools]:
    """The last two rules as one goal, and the pairs among which the best is looked for first.

    A cycle passes each mentor once, so all its lots together are less than what a pair counts.
    Lots are uniform draws: an assignment of the highest sum takes those near the top of each.
    """
    open_, (n, m) = part.scope.allowed, part.scope.allowed.shape
    r, c = pairs_in(open_)
    ids = [problem.researcher_ids[i] for i in part.rows]
    drawn = lots(ids, [problem.mentor_ids[j] for j in part.columns], r, c)
    worth = np.zeros((n, m), dtype=np.int64)
    worth[r, c] = drawn + ((m + 2) << LOT_BITS)
    of_row = CHOICE * part.scope.most / np.maximum(np.bincount(r, minlength=n), 1)
    of_column = CHOICE * part.scope.upper / np.maximum(np.bincount(c, minlength=m), 1)
    near = drawn > (1 - np.maximum(of_row[r], of_column[c])) * 2.0**LOT_BITS
    core = np.zeros((n, m), dtype=np.bool_)
    core[r[near], c[near]] = True
    return Goal(worth), core


def _near_the_best(
    goal: Goal, core: Scope, part: _OpenPart, assigned: Bools, out_of_time: Callable[[], bool]
) -> Bools:
    scope, now = part.scope, part.of(assigned)
    if is_small(scope) or out_of_time():
        return initial_assignment(goal, scope, now, out_of_time).assigned
    core = replace(core, allowed=core.allowed | now)
    found: Bools | None
    if scope.upper.sum() < SHORT * scope.most.sum():
        found = sparse_matching(replace(goal, worth=goal.worth.T), core.transposed()).T
    else:
        found = min_cost_flow(goal, core)
    return now if found is None or not scope.holds(found) else found


def _on_cycles_of_no_gain(best: Residual, prices: Ints) -> Scope:
    """What is as good as the best, without pairs that lie on no cycle of gain 0.

    Such cycles stay inside one strongly connected component of the arcs of reduced cost 0. Only
    where nobody has several mentors; elsewhere the scope is left as prices make it.
    """
    scope, assigned = optimal_face(best, prices), best.assigned
    if not len(prices) or (scope.most > 1).any():
        return scope
    # Imported here so that large pools, which need only the rest of the package, do without SciPy.
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    price = np.append(prices, 0)
    even = best.arcs == price - price[:, None]
    _, part = connected_components(csr_array(even), connection="strong")
    columns, rows = pairs_in(assigned.T)
    here = np.full(len(assigned), part[-1])
    here[rows] = part[columns]
    i, j = pairs_in(scope.allowed & ~scope.fixed)
    near = part[j] == here[i]
    i, j = i[near], j[near]
    may_leave = (scope.least == 0) & (here == part[-1])
    decided = np.bincount(i, minlength=len(assigned)) + may_leave <= best.degree
    allowed, fixed = scope.fixed.copy(), scope.fixed.copy()
    allowed[i, j] = True
    surely = decided[i] & assigned[i, j]
    fixed[i[surely], j[surely]] = True
    still = part[:-1] != part[-1]
    return replace(
        scope,
        allowed=allowed,
        fixed=fixed,
        least=np.where(may_leave, scope.least, best.degree),
        lower=np.where(still, best.load, scope.lower),
        upper=np.where(still, best.load, scope.upper),
    )
