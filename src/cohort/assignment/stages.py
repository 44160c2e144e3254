"""The goals in their order: which assignments are open, and the tie-break among equal ones."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cohort.assignment.canonical import Canonical, in_blocks, lots
from cohort.assignment.flow import (
    Goal,
    Residual,
    Scope,
    cancel_cycles,
    fill,
    optimal_face,
    prices_of,
)
from cohort.assignment.infeasible import too_few
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.start import initial_assignment
from cohort.assignment.walks import NO_ARC


def whole(problem: Problem, worth: Canonical) -> Scope:
    """Every assignment that the problem allows."""
    n, m = problem.shape
    fixed = np.zeros((n, m), dtype=np.bool_)
    fixed[[i for i, _ in problem.pinned], [j for _, j in problem.pinned]] = True
    return Scope(
        allowed=worth.allowed,
        fixed=fixed,
        least=np.zeros(n, dtype=np.int64),
        most=np.minimum(problem.demand, m),
        lower=problem.min_load,
        upper=problem.capacity,
    )


def feasible(
    problem: Problem, goal: Goal, scope: Scope, out_of_time: Callable[[], bool] = never
) -> Residual:
    """A good assignment that meets every minimum; raises CannotMeet with the proof if none does.

    Where the initial assignment misses a minimum, all are met from the best assignment without
    them, always at the least loss (`fill`); out of time, in any way.
    """
    start = initial_assignment(goal, scope, scope.fixed, out_of_time)
    if not scope.holds(start.held):
        no_minimum = replace(scope, lower=np.zeros_like(scope.lower))
        best = Residual(
            goal, no_minimum, initial_assignment(goal, no_minimum, scope.fixed, out_of_time).held
        )
        in_time = cancel_cycles(best, out_of_time) is None
        aim = goal if in_time else Goal(np.zeros_like(goal.worth))
        residual = Residual(aim, scope, best.held)
        if len(fill(residual)):
            raise too_few(problem, residual)
        start = start._replace(held=residual.held)
    return Residual(goal, scope, start.held, start.price)


def break_ties(
    problem: Problem, best: Residual, prices: Ints, out_of_time: Callable[[], bool]
) -> tuple[Bools, bool]:
    """One assignment among those equal to this best one, and whether there was time for it.

    Each rule is an assignment problem of its own on what the rules before leave open.
    """
    held, scope = np.array(best.held, order="C"), _on_cycles_of_no_gain(best, prices)
    rows, columns = (np.arange(size) for size in held.shape)
    for rule in (_keep_incumbents_then_place, _draw_lots):
        rows, columns, scope = _still_open(rows, columns, scope)
        if not scope.allowed.any():
            continue
        goal = Goal(rule(problem, rows, columns))
        block = np.ix_(rows, columns)
        surely = held[block] & ~scope.allowed
        start = held[block] & scope.allowed
        alike = np.ptp(goal.worth[scope.allowed]) == 0
        if alike and (start.sum(axis=1) == scope.most).all():
            scope = replace(scope, least=scope.most)  # nobody could have more
            continue
        if alike and (start.sum(axis=0) == scope.upper).all():
            scope = replace(scope, lower=scope.upper)
            continue
        if not alike:
            start = initial_assignment(goal, scope, start, out_of_time).held
        inner = Residual(goal, scope, start)
        in_time = cancel_cycles(inner, out_of_time) is None
        held[block] = inner.held | surely
        if not in_time:
            return held, False
        if rule is not _draw_lots:
            scope = optimal_face(inner, prices_of(inner))
    return held, True


def _keep_incumbents_then_place(problem: Problem, rows: Ints, columns: Ints) -> Ints:
    kept = problem.incumbent[rows, None] == columns
    worth: Ints = kept * np.int64(problem.most_pairs + 1) + 1
    return worth


def _draw_lots(problem: Problem, rows: Ints, columns: Ints) -> Ints:
    ids = problem.researcher_ids, problem.mentor_ids
    return lots([ids[0][i] for i in rows], [ids[1][j] for j in columns])


def _still_open(rows: Ints, columns: Ints, scope: Scope) -> tuple[Ints, Ints, Scope]:
    """The researchers and mentors who may still change, without what is fixed."""
    free = scope.allowed & ~scope.fixed
    r, c = np.flatnonzero(free.any(axis=1)), np.flatnonzero(free.any(axis=0))
    degree, load = scope.fixed.sum(axis=1)[r], scope.fixed.sum(axis=0)[c]
    allowed = free[r][:, c]
    part = Scope(
        allowed=allowed,
        fixed=np.zeros_like(allowed),
        least=np.maximum(scope.least[r] - degree, 0),
        most=scope.most[r] - degree,
        lower=np.maximum(scope.lower[c] - load, 0),
        upper=scope.upper[c] - load,
    )
    return rows[r], columns[c], part


def _on_cycles_of_no_gain(best: Residual, prices: Ints) -> Scope:
    """What is as good as the best, without pairs that lie on no cycle of gain 0.

    Such cycles stay inside one strongly connected component of the arcs of reduced cost 0. Only
    where nobody has several mentors; elsewhere the scope is left as prices make it.
    """
    scope, held = optimal_face(best, prices), best.held
    if not len(prices) or (scope.most > 1).any():
        return scope
    # Imported here so that large pools, which need only the rest of the package, do without SciPy.
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    price = np.append(prices, 0)
    even = best.arcs == price - price[:, None]
    _, part = connected_components(csr_array(even), connection="strong")
    here = part[np.where(best.degree > 0, held.argmax(axis=1), best.unmatched)]
    usable = scope.allowed & ~scope.fixed
    usable &= part[:-1] == here[:, None]
    may_leave = (scope.least == 0) & (here == part[-1])
    decided = usable.sum(axis=1) + may_leave <= best.degree
    fixed = scope.fixed | (held & usable & decided[:, None])
    still = part[:-1] != part[-1]
    return replace(
        scope,
        allowed=fixed | usable,
        fixed=fixed,
        least=np.where(may_leave, scope.least, best.degree),
        lower=np.where(still, best.load, scope.lower),
        upper=np.where(still, best.load, scope.upper),
    )


def offers(goal: Goal, scope: Scope, price: Ints) -> Ints:
    """What each researcher adds at best when a place costs its price: int[n]."""
    blocks = [_offers(goal, scope, price, rows) for rows in in_blocks(len(goal.worth))]
    return np.concatenate([np.zeros(0, dtype=np.int64), *blocks])


def _offers(goal: Goal, scope: Scope, price: Ints, rows: slice) -> Ints:
    margin, fixed = goal.worth[rows] - price, scope.fixed[rows]
    least, most, has = scope.least[rows], scope.most[rows], fixed.sum(axis=1)
    best = np.where(fixed, margin, 0).sum(axis=1) + goal.first * (has > 0)
    margin = np.where(scope.allowed[rows] & ~fixed, margin, NO_ARC)
    more = int((most - has).max(initial=0))
    top = (
        np.sort(margin, axis=1)[:, ::-1]
        if more > 1
        else margin.max(axis=1, keepdims=True, initial=NO_ARC)
    )
    for k in range(min(more, margin.shape[1])):
        gain = top[:, k] + goal.first * (has + k == 0)
        must = has + k < least
        best += np.where(must | ((has + k < most) & (gain > 0)), gain, 0)
    total: Ints = best
    return total


def bound_by(u: Ints, price: Ints, scope: Scope) -> int:
    """No assignment of the scope has more: what people add, and what the places are charged."""
    places = np.where(price > 0, scope.upper, scope.lower)
    charged = zip(price.tolist(), places.tolist(), strict=True)
    return int(sum(u.tolist()) + sum(p * c for p, c in charged))
