"""Who is matched with whom: the exact optimum, its proof, and one answer among equals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from cohort.matching.canonical import Canonical, canonical, lots
from cohort.matching.problem import UNMATCHED, Bools, Floats, Ints, Problem
from cohort.matching.residual import gains, lowest_prices, optimal_face

__all__ = ["Prices", "Problem", "Solution", "solve"]


class Prices(NamedTuple):
    """u float[n] for researchers (negative only if pinned), v float[m] >= 0 for a place."""

    u: Floats
    v: Floats


@dataclass(frozen=True, eq=False)
class Solution:
    """An answer and its certificate; all figures are in the units of the scores.

    pairs        int[k, 2], by researcher.
    mentor_of    int[n], -1 where unmatched.
    total        the sum of the pairs' scores, with the stickiness of kept incumbents.
    bound        no assignment has a higher total; `gap` is bound - total, 0 when proved.
    prices       u and v with u[i] + v[j] >= score[i, j] + cover_bonus for every allowed pair,
                 u >= 0 unless pinned; v is the lowest that prove it: what one more place with
                 the mentor would add.
    cover_bonus  with `cover`, what placing one more person counts, more than all scores could
                 outweigh; it is part of the prices, not of total and bound. Otherwise 0.
    """

    pairs: Ints
    mentor_of: Ints
    total: float
    bound: float
    gap: float
    prices: Prices
    cover_bonus: float


def solve(problem: Problem) -> Solution:
    """The assignment of highest total (with `cover`: among those that place the most people).

    Among equal ones: the one that keeps the most incumbents, then the one that places the most
    people, then the one whose pairs have the highest sum of lots. A lot is a fixed draw from
    the two ids (`canonical.lots`), so that nobody gains by the order of rows or by a name.

    Scores are compared as integers (see `canonical`), so equality and a gap of 0 are exact.
    Time O(n^2 * places) at worst, memory O(n * places). The problem is not changed.
    """
    worth = canonical(problem)
    n, m = problem.shape
    mentor_of = np.full(n, UNMATCHED, dtype=np.int64)
    for i, j in problem.pinned:
        mentor_of[i] = j
    free = mentor_of == UNMATCHED
    room = problem.capacity - np.bincount(mentor_of[~free], minlength=m)
    prices = np.zeros(m, dtype=np.int64)
    if free.any() and m:
        rows, columns = _by_id(problem.researcher_ids), _by_id(problem.mentor_ids)
        rows = rows[free[rows]]
        block = np.ix_(rows, columns)
        goals = (goal[block] for goal in _goals(problem, worth))
        found = _best_in_turn(goals, worth.allowed[block], room[columns])
        mentor_of[rows] = np.where(found == UNMATCHED, UNMATCHED, columns[found])
        arcs = gains(worth.units[free], worth.allowed[free], mentor_of[free], room)
        prices = lowest_prices(arcs)
    return _proved(problem, worth, mentor_of, prices)


def _by_id(ids: Sequence[str] | None) -> Ints:
    """Row numbers in the order of ids, so that even equal lots do not depend on row order."""
    return np.argsort(np.array(ids or [], dtype=np.str_), kind="stable")


def _goals(problem: Problem, worth: Canonical) -> Iterator[Ints]:
    """What is maximised, one after the other; a later goal only chooses among equals."""
    n, m = problem.shape
    yield worth.units
    kept = np.asarray(problem.incumbent)[:, None] == np.arange(m)
    yield kept * np.int64(n + 1) + 1
    yield lots(problem)


def _best_in_turn(goals: Iterator[Ints], allowed: Bools, room: Ints) -> Ints:
    """Maximise the first goal; within its optimal face the second; and so on: int[n].

    Staying in the face is itself worth more than anything the later goal offers, so that each
    step is again a plain assignment, of the people who are not settled yet.
    """
    answer = np.full(len(allowed), UNMATCHED, dtype=np.int64)
    rows = np.arange(len(allowed))
    staying = np.zeros(allowed.shape, dtype=np.int64)
    for goal in goals:
        worth = goal[rows]
        if staying.any():
            worth = worth + staying * (2 * len(rows) * int(worth.max()) + 1)
        answer[rows] = chosen = _assign(worth, allowed, room)
        face = optimal_face(worth, allowed, chosen, room)
        settled, open_ = chosen[face.settled], ~face.settled
        room = room - np.bincount(settled[settled != UNMATCHED], minlength=len(room))
        rows, allowed = rows[open_], face.pairs[open_]
        staying = face.must_match[open_, None].astype(np.int64) + (face.must_fill & (room > 0))
        if not len(rows):
            break
    return answer


def _assign(worth: Ints, allowed: Bools, room: Ints) -> Ints:
    """The mentor of each researcher, -1 for the bench, at the highest sum of `worth`.

    A place is a column. The bench needs none: a pair that does not exist or is worth nothing
    counts as 0, and whoever is given such a place stays on the bench instead.
    """
    worth = np.where(allowed, np.maximum(worth, 0), 0)
    places = np.repeat(np.arange(len(room)), np.minimum(room, (worth > 0).sum(axis=0)))
    cost = np.negative(worth, dtype=np.float64)
    rows, columns = linear_sum_assignment(np.take(cost, places, axis=1))
    mentor_of = np.full(len(worth), UNMATCHED, dtype=np.int64)
    mentor_of[rows] = places[columns]
    real = worth[np.arange(len(worth)), np.maximum(mentor_of, 0)] > 0
    return np.where(real, mentor_of, UNMATCHED)


def _proved(problem: Problem, worth: Canonical, mentor_of: Ints, v: Ints) -> Solution:
    matched = np.flatnonzero(mentor_of != UNMATCHED)
    pairs = np.column_stack([matched, mentor_of[matched]])
    surplus = np.where(worth.allowed, worth.units - v, 0)
    u = surplus.max(axis=1, initial=0)
    for i, j in problem.pinned:
        u[i] = worth.units[i, j] - v[j]
    # Python's integers: the sums of many 50-bit numbers would overflow 64 bits.
    bonus = worth.bonus * len(pairs)
    total = sum(worth.units[pairs[:, 0], pairs[:, 1]].tolist()) - bonus
    bound = sum(u.tolist()) - bonus
    bound += sum(p * c for p, c in zip(v.tolist(), problem.capacity.tolist(), strict=True))
    return Solution(
        pairs=pairs,
        mentor_of=mentor_of,
        total=total / worth.steps,
        bound=bound / worth.steps,
        gap=(bound - total) / worth.steps,
        prices=Prices(u.astype(np.float64) / worth.steps, v.astype(np.float64) / worth.steps),
        cover_bonus=worth.bonus / worth.steps,
    )
