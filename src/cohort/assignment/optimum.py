"""Who is matched with whom: the exact optimum, its proof, and one answer among equals."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cohort.assignment.canonical import Canonical, canonical
from cohort.assignment.fair import fairest
from cohort.assignment.flow import Goal, Residual, Scope, cancel_cycles, pairs_in, prices_of
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED, Bools, Ints, Problem
from cohort.assignment.solution import Level, Prices, Solution
from cohort.assignment.stages import bound_by, feasible, offers, whole
from cohort.assignment.tie_break import break_ties


def solve(problem: Problem, *, out_of_time: Callable[[], bool] = never) -> Solution:
    """The assignment of highest total (with `cover`: among those that place the most people).

    Among equal ones: the one that keeps the most incumbents, then the one with the most pairs,
    then the one whose pairs have the highest sum of lots. A lot is a fixed draw from the two
    ids (`canonical.lots`), so that nobody gains by the order of rows or by a name.

    Scores are compared as integers (see `canonical`), so equality and a gap of 0 are exact.
    `out_of_time` is asked again and again; once it is true the best found so far is returned, with
    its true gap (and with every minimum met, which may take longer). Raises CannotMeet when pins
    and min_load leave no assignment. The problem is not changed.

    Memory O(n m + m^2). Time: the initial assignment (`start.initial_assignment`), O(n m) a few
    times, and O(m^2) for each pass over the residual graph; once more each for the pairs that are
    tied. 2,000 x 667 takes 0.1 to 0.4 s, depending on the shape (benchmarks/bench_shapes.py).
    """
    worth = canonical(problem)
    scope = whole(problem, worth)
    levels: tuple[Level, ...] = ()
    goal = Goal(worth.units, worth.bonus)
    residual = feasible(problem, goal, scope, out_of_time)
    if problem.objective == "fair":
        found = fairest(goal, scope, residual.assigned, out_of_time, ahead=problem.ahead)
        scope, levels = found.scope, found.levels
        # What is as fair has the same scores: no total is left to be raised.
        goal = Goal(np.zeros_like(goal.worth) if found.done else goal.worth)
        residual = Residual(goal, scope, found.assigned)
    guess = cancel_cycles(residual, out_of_time)
    prices = prices_of(residual) if guess is None else _tightest(goal, scope, guess, residual.near)
    assigned, done = residual.assigned, False
    if guess is None:
        assigned, done = break_ties(problem, residual, prices, out_of_time)
    figures = _figures(problem, worth, _Optimum(goal, scope, assigned, prices))
    return replace(figures, levels=levels, stopped=not done)


def _tightest(goal: Goal, scope: Scope, *guesses: Ints) -> Ints:
    """The prices that prove most, of several that prove something."""
    return min(guesses, key=lambda v: bound_by(offers(goal, scope, v), v, scope))


class _Optimum(NamedTuple):
    goal: Goal
    scope: Scope
    assigned: Bools
    prices: Ints


def _figures(problem: Problem, worth: Canonical, found: _Optimum) -> Solution:
    goal, scope, assigned, v = found
    pairs = np.column_stack(pairs_in(assigned))
    mentor_of = np.full(len(assigned) if problem.single else 0, UNMATCHED, dtype=np.int64)
    if problem.single:
        mentor_of[pairs[:, 0]] = pairs[:, 1]
    i, j = pairs.T
    u = offers(goal, scope, v)
    np.add.at(u, i, worth.units[i, j] - goal.worth[i, j])
    # Python's integers: the sums of many 50-bit numbers would overflow 64 bits.
    bonus = goal.first * int(assigned.any(axis=1).sum())
    total = sum(worth.units[i, j].tolist())
    bound = bound_by(u, v, scope) - bonus
    return Solution(
        pairs=pairs,
        mentor_of=mentor_of,
        total=total / worth.steps,
        bound=bound / worth.steps,
        gap=(bound - total) / worth.steps,
        prices=Prices(u.astype(np.float64) / worth.steps, v.astype(np.float64) / worth.steps),
        cover_bonus=goal.first / worth.steps,
    )
