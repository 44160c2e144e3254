"""What would be lost, gained and moved if one thing were otherwise; exact, for all pairs."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cohort.matching.canonical import Canonical, canonical
from cohort.matching.problem import UNMATCHED, Floats, Ints, Problem
from cohort.matching.residual import NO_ARC, gains, lowest_prices, own_worth
from cohort.matching.solver import Solution


@dataclass(frozen=True, eq=False)
class Counterfactuals:
    """What each other decision would cost, in the units of the scores.

    regret         float[n, m]: what the total would lose if i had to have j; never negative,
                   and 0 for a pair of some optimum. Below the floor it is the loss by a pin,
                   which may go there, and negative where the total would gain from it. inf
                   where it cannot be: a forbidden pair, a researcher pinned to somebody else,
                   a mentor without places or with pins on all of them.
    fewer_placed   int[n, m]: with `cover`, how many people fewer would be placed; `regret` is
                   then the loss of total beside it and may be negative. Otherwise 0.
    mentor_price   float[m] >= 0: what one more place with j would add to the total.
    more_placed    int[m]: with `cover`, how many people more would be placed by that place
                   (0 or 1); `mentor_price` is then the gain beside it and may be negative.
    """

    regret: Floats
    fewer_placed: Ints
    mentor_price: Floats
    more_placed: Ints


@dataclass(frozen=True)
class Move:
    """A researcher goes from one mentor to another; -1 is the bench."""

    researcher: int
    origin: int
    target: int


@dataclass(frozen=True, eq=False)
class _Residual:
    """Costs of moves around one optimal matching, in steps; node m is the bench."""

    worth: Canonical
    node: Ints
    free: Ints
    price: Ints
    costs: Floats


def counterfactuals(problem: Problem, solution: Solution) -> Counterfactuals:
    """All regrets and prices at once, from an optimal solution of the problem.

    Giving j to i costs what the pair is below its prices, and the cheapest moves that hand one
    place's worth of people from j back to where i was. O(n m + m^3) time, O(n m + m^2) memory;
    the costs are whole numbers below 2**53, on which float64 is exact.
    """
    around = _residual(problem, solution)
    m = problem.shape[1]
    worth, price, node = around.worth, around.price, around.node
    back = _all_cheapest(around.costs)
    surplus = own_worth(worth.units, solution.mentor_of) - price[node]
    loss = (surplus[:, None] - (worth.units - price[:m])) + back[:m].T[node]
    loss[np.asarray(problem.forbidden)] = np.inf
    for i, j in problem.pinned:
        loss[i] = np.where(np.arange(m) == j, 0.0, np.inf)
    people, steps = _split(loss, worth.bonus)
    more, gained = _split(price[:m].astype(np.float64), worth.bonus)
    return Counterfactuals(
        regret=steps / worth.steps,
        fewer_placed=people,
        mentor_price=gained / worth.steps,
        more_placed=more,
    )


def chain(problem: Problem, solution: Solution, i: int, j: int) -> tuple[Move, ...] | None:
    """The moves that pinning i to j would cause, i first; None where it cannot be.

    One cheapest chain. Where several people could make the same move at the same cost, it is
    the one whose id comes first.
    """
    if np.asarray(problem.forbidden)[i, j] or dict(problem.pinned).get(i, j) != j:
        return None
    around = _residual(problem, solution)
    here = int(around.node[i])
    if here == j:
        return ()
    path = _cheapest_path(around.costs, j, here)
    if path is None:
        return None
    moves = [_mover(problem, around, p, q) for p, q in pairwise(path)]
    m = problem.shape[1]
    first = Move(i, UNMATCHED if here == m else here, j)
    return (first, *(move for move in moves if move is not None))


def _residual(problem: Problem, solution: Solution) -> _Residual:
    worth = canonical(problem)
    m = problem.shape[1]
    mentor_of = solution.mentor_of
    pinned = np.zeros(len(mentor_of), dtype=np.bool_)
    pinned[[i for i, _ in problem.pinned]] = True
    room = problem.capacity - np.bincount(mentor_of[pinned], minlength=m)
    free = np.flatnonzero(~pinned)
    arcs = gains(worth.units[free], worth.allowed[free], mentor_of[free], room)
    price = np.append(lowest_prices(arcs), 0)
    costs = price - price[:, None] - arcs.astype(np.float64)
    costs[arcs == NO_ARC] = np.inf
    node = np.where(mentor_of == UNMATCHED, m, mentor_of)
    return _Residual(worth, node, free, price, costs)


def _split(steps: Floats, bonus: int) -> tuple[Ints, Floats]:
    """Whole people and the rest, from numbers in which a person counts as `bonus` steps."""
    if not bonus:
        return np.zeros(steps.shape, dtype=np.int64), steps
    people = np.rint(np.where(np.isfinite(steps), steps, 0.0) / bonus)
    return people.astype(np.int64), steps - people * bonus


def _all_cheapest(costs: Floats) -> Floats:
    """The cheapest way from every node to every other (Floyd 1962, Warshall 1962)."""
    cheapest = costs.copy()
    np.fill_diagonal(cheapest, 0.0)
    through = np.empty_like(cheapest)
    for k in range(len(cheapest)):
        np.add(cheapest[:, k, None], cheapest[k], out=through)
        np.minimum(cheapest, through, out=cheapest)
    return cheapest


def _cheapest_path(costs: Floats, start: int, end: int) -> list[int] | None:
    """Nodes from start to end at the lowest cost, None if there is no way (Bellman-Ford)."""
    cost = np.full(len(costs), np.inf)
    cost[start] = 0.0
    before = np.full(len(costs), UNMATCHED)
    while True:
        reached = cost[:, None] + costs
        cheaper = reached.min(axis=0)
        better = cheaper < cost
        if not better.any():
            break
        before[better] = reached.argmin(axis=0)[better]
        cost = np.minimum(cost, cheaper)
    if not np.isfinite(cost[end]):
        return None
    path = [end]
    while path[-1] != start:
        path.append(int(before[path[-1]]))
    return path[::-1]


def _mover(problem: Problem, around: _Residual, origin: int, target: int) -> Move | None:
    """Who makes this move; None when a free place takes it up or a place is left empty."""
    m = problem.shape[1]
    gain = around.price[target] - around.price[origin] - around.costs[origin, target]
    has_room = np.append(np.bincount(around.node, minlength=m + 1)[:m] < problem.capacity, True)
    if gain == 0 and m in (origin, target) and has_room[origin]:
        return None
    there = around.free[around.node[around.free] == origin]
    now = around.worth.units[there, origin] if origin < m else 0
    then = around.worth.units[there, target] if target < m else 0
    may = around.worth.allowed[there, target] if target < m else True
    able = there[(then - now == gain) & may]
    ids = problem.researcher_ids or ()
    researcher = min(able.tolist(), key=lambda i: ids[i])
    return Move(
        researcher,
        UNMATCHED if origin == m else origin,
        UNMATCHED if target == m else target,
    )
