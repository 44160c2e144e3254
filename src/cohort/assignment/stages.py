"""Which assignments a problem allows, a first one that meets every minimum, and what bounds all."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cohort.assignment.canonical import Canonical, in_blocks
from cohort.assignment.flow import Goal, Residual, Scope, cancel_cycles, fill
from cohort.assignment.infeasible import too_few
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Ints, Problem
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
    if not scope.holds(start.assigned):
        no_minimum = replace(scope, lower=np.zeros_like(scope.lower))
        best = Residual(
            goal,
            no_minimum,
            initial_assignment(goal, no_minimum, scope.fixed, out_of_time).assigned,
        )
        in_time = cancel_cycles(best, out_of_time) is None
        aim = goal if in_time else Goal(np.zeros_like(goal.worth))
        residual = Residual(aim, scope, best.assigned)
        if len(fill(residual)):
            raise too_few(problem, residual)
        start = start._replace(assigned=residual.assigned)
    return Residual(goal, scope, start.assigned, start.price)


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
