"""The goals in their order: what is open at first, what it is worth, and how equals are settled."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from cohort.matching.canonical import Canonical, lots
from cohort.matching.flow import (
    NO_ARC,
    Goal,
    Residual,
    Scope,
    fill,
    improve,
    lowest_prices,
    narrowed,
)
from cohort.matching.infeasible import too_few
from cohort.matching.problem import Bools, Ints, Problem
from cohort.matching.start import quick


def whole(problem: Problem, worth: Canonical) -> Scope:
    """Every assignment that the problem allows."""
    n, m = problem.shape
    fixed = np.zeros((n, m), dtype=np.bool_)
    fixed[[i for i, _ in problem.pinned], [j for _, j in problem.pinned]] = True
    return Scope(
        allowed=worth.allowed,
        fixed=fixed,
        least=np.zeros(n, dtype=np.int64),
        most=np.minimum(np.asarray(problem.demand), m),
        lower=np.asarray(problem.min_load),
        upper=problem.capacity,
    )


def feasible(problem: Problem, goal: Goal, scope: Scope) -> Residual:
    """A good assignment that meets every minimum; raises CannotMeet with the proof if none does.

    Minimums are met from the best assignment without them, each at the least loss, so that it
    stays the best for the minimums met so far (successive shortest paths).
    """
    no_minimum = replace(scope, lower=np.zeros_like(scope.lower))
    residual = Residual(goal, scope, quick(goal, no_minimum, scope.fixed))
    if (residual.load < scope.lower).any():
        improve(residual)
        mentor = fill(residual)
        if mentor is not None:
            raise too_few(problem, residual, mentor)
    return residual


def settled(
    problem: Problem, scope: Scope, held: Bools, out_of_time: Callable[[], bool]
) -> tuple[Bools, bool]:
    """One assignment among the equals of the scope, and whether there was time to find it."""
    for goal in _rules_for_equals(problem):
        if not (scope.allowed & ~scope.fixed).any():
            return held, True
        residual = Residual(goal, scope, quick(goal, scope, held))
        if improve(residual, out_of_time) is not None:
            return residual.held, False
        held = residual.held
        scope = narrowed(residual, lowest_prices(residual.arcs))
    return held, True


def _rules_for_equals(problem: Problem) -> Iterator[Goal]:
    m = problem.shape[1]
    kept = np.asarray(problem.incumbent)[:, None] == np.arange(m)
    yield Goal(kept * np.int64(problem.most_pairs + 1) + 1)
    yield Goal(lots(problem))


def offers(goal: Goal, scope: Scope, price: Ints) -> Ints:
    """What each researcher adds at best when a place costs its price: int[n]."""
    margin = goal.worth - price
    fixed = scope.fixed.sum(axis=1)
    best = np.where(scope.fixed, margin, 0).sum(axis=1) + goal.first * (fixed > 0)
    margin = np.where(scope.allowed & ~scope.fixed, margin, NO_ARC)
    more = int((scope.most - fixed).max(initial=0))
    top = (
        np.sort(margin, axis=1)[:, ::-1]
        if more > 1
        else margin.max(axis=1, keepdims=True, initial=NO_ARC)
    )
    for k in range(min(more, margin.shape[1])):
        degree = fixed + k
        gain = top[:, k] + goal.first * (degree == 0)
        must = degree < scope.least
        best += np.where(must | ((degree < scope.most) & (gain > 0)), gain, 0)
    total: Ints = best
    return total


def bound_by(u: Ints, price: Ints, scope: Scope) -> int:
    """No assignment of the scope has more: what people add, and what the places are charged."""
    places = np.where(price > 0, scope.upper, scope.lower)
    charged = zip(price.tolist(), places.tolist(), strict=True)
    return int(sum(u.tolist()) + sum(p * c for p, c in charged))
