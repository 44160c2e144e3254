"""Longest walks in the residual graph: node potentials, or the cycles that gain something.

`arcs` int[k, k] holds the gain of going from each node to each other one, `NO_ARC` where there is
no way. A walk is a list of nodes; it gains what its arcs add up to. With the signs turned, gains
are costs and longest walks are shortest paths. Each search is Bellman and Ford's algorithm, O(k^2)
a pass, at most k passes and mostly fewer than ten.
"""

from collections.abc import Sequence

import numpy as np

from cohort.assignment.canonical import in_blocks
from cohort.assignment.problem import Ints

NO_ARC = -(2**61)
NEVER = -(2**60)  # anything below is a walk over a missing arc
Walk = Sequence[int]
Search = tuple[Ints, list[Walk], Ints]
"""The gain of a walk to every node, cycles if any gain something, and the node before each."""


def lowest_prices(arcs: Ints, found: "Search | None" = None) -> Ints:
    """The lowest prices int[m] that prove the assignment best: longest walks from `unmatched`.

    A mentor whom no walk from there reaches (one held at `lower`) has the highest price that
    his walks to others leave him. Raises ArithmeticError if a closed walk gains something.
    `found` are these walks, where they are known already.
    """
    price, cycles, _ = found or walks_from(arcs, len(arcs) - 1)
    if not cycles and (price <= NEVER).any():
        price, cycles, _ = bellman_ford(arcs, _highest_onward(arcs, price), np.arange(len(arcs)))
    if cycles:
        raise ArithmeticError("the assignment is not the best: a round of moves improves it")
    return price[:-1]


def _highest_onward(arcs: Ints, price: Ints) -> Ints:
    """Prices for those whom no walk reached: as high as the others' bear, 0 if they touch none.

    Without a closed walk that gains, no node needs more rounds than there are nodes.
    """
    cut_off = price <= NEVER
    highest = np.where(cut_off, -NO_ARC, price)
    for _ in arcs:
        onward = np.where(arcs > NEVER, highest - arcs, -NO_ARC).min(axis=1)
        lower = np.where(cut_off, np.minimum(highest, onward), price)
        if np.array_equal(lower, highest):
            break
        highest = lower
    return np.where(highest >= -NEVER, 0, highest)


def longest_walks(arcs: Ints, start: int) -> Ints:
    """The highest gain of a walk to every node, below `NEVER` where there is no way."""
    return walks_from(arcs, start)[0]


def longest_walk(arcs: Ints, start: int, end: int) -> list[int] | None:
    """The nodes of the walk of highest gain, None where there is no way."""
    price, _, before = walks_from(arcs, start)
    if price[end] <= NEVER:
        return None
    return walk_back(before, end)


def walk_back(before: Ints, end: int) -> list[int]:
    walk = [end]
    while before[walk[-1]] >= 0:
        walk.append(int(before[walk[-1]]))
    return walk[::-1]


def walks_from(arcs: Ints, start: int) -> Search:
    price = np.full(len(arcs), NO_ARC, dtype=np.int64)
    price[start] = 0
    before = np.full(len(arcs), -1)
    price, cycles, _ = bellman_ford(arcs, price, np.array([start]), before)
    return price, cycles, before


def bellman_ford(
    arcs: Ints, price: Ints, changed: Ints, before: Ints | None = None
) -> tuple[Ints, list[Walk], Ints]:
    """Raise potentials along arcs until all hold (Bellman 1958), or cycles of gain turn up.

    `changed` are the nodes whose potential the others do not know yet, which also come back;
    `before` int[k] collects the node from which each got its own.
    """
    before = np.full(len(price), -1) if before is None else before
    price = price.copy()
    while len(changed):
        raised = np.zeros(len(price), dtype=np.bool_)
        for rows in in_blocks(len(changed)):
            nodes = changed[rows]
            reached = arcs[nodes] + price[nodes, None]
            best = reached.max(axis=0)
            better = np.flatnonzero((best > price) & (best > NEVER))
            price[better] = best[better]
            before[better] = nodes[reached[:, better].argmax(axis=0)]
            raised[better] = True
        changed = np.flatnonzero(raised)
        cycles = _cycles(before) if len(changed) else []
        if cycles:
            return price, cycles, changed
    return price, [], changed


def _cycles(before: Ints) -> list[Walk]:
    """The cycles that following `before` runs into, by doubling the steps: O(k log k)."""
    nowhere = len(before)
    ahead = np.append(np.where(before < 0, nowhere, before), nowhere)
    for _ in range(nowhere.bit_length()):
        ahead = ahead[ahead]
    left = set(ahead[:-1].tolist()) - {nowhere}
    walks: list[Walk] = []
    while left:
        walk = [left.pop()]
        while before[walk[-1]] != walk[0]:
            walk.append(int(before[walk[-1]]))
        left.difference_update(walk)
        walks.append([*walk, walk[0]][::-1])
    return walks
