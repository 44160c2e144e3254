"""The exact optimum among the pairs of the core, and the prices that prove it there."""

from dataclasses import dataclass

import numpy as np

from cohort.assignment.large.pairs import Pairs, Positions
from cohort.assignment.problem import Ints


@dataclass(frozen=True, eq=False)
class Core:
    """A small part of the pairs, with everything else that the solver needs.

    artificial  int[n]: the worth of each row's artificial column, which takes whomever the core
              cannot place: less than any pair that the core may lack.
    masses    int[n]: how many alike people a row stands for.
    capacity  int[m]: the places of each column.
    """

    pairs: Pairs
    artificial: Ints
    masses: Ints
    capacity: Ints


def best_within(core: Core) -> Ints:
    """How many of each pair an optimum uses: int[k]; the rest of each row is in its artificial
    column.

    Cost scaling (Goldberg and Tarjan 1990) by OR-tools, on rows, columns and one sink. OR-tools
    is imported here because it takes a while, and most pools never come this way.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

    n, m = len(core.masses), len(core.capacity)
    rows, columns, sink = np.arange(n), n + np.arange(m), n + m
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        core.pairs.rows,
        n + core.pairs.columns,
        np.minimum(core.masses[core.pairs.rows], core.capacity[core.pairs.columns]),
        -core.pairs.units,
    )
    flow.add_arcs_with_capacity_and_unit_cost(rows, np.full(n, sink), core.masses, -core.artificial)
    nothing = np.zeros(m, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(columns, np.full(m, sink), core.capacity, nothing)
    flow.set_nodes_supplies(np.append(rows, sink), np.append(core.masses, -core.masses.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"the flow solver answered {status}")
    used: Ints = np.asarray(flow.flows(arcs), dtype=np.int64)
    return used


def lowest_prices(core: Core, used: Ints) -> Ints:
    """The lowest prices int[m] that prove `used` optimal within the core.

    From 0, a price rises when somebody would gain by coming at it, until nobody would:
    Bellman-Ford on the mentors, each round only for those whose own price rose. Nobody's
    surplus may fall below the artificial column; it would if the matching were not optimal.
    """
    pairs = core.pairs
    prices = np.zeros(len(core.capacity), dtype=np.int64)
    starts = np.searchsorted(pairs.rows, np.arange(len(core.masses) + 1))
    on = np.flatnonzero(used)
    placed = np.bincount(pairs.rows, weights=used, minlength=len(core.masses))
    unplaced = placed < core.masses
    surplus = np.where(unplaced, core.artificial, np.iinfo(np.int64).max)
    np.minimum.at(surplus, pairs.rows[on], pairs.units[on])
    by_column = on[np.argsort(pairs.columns[on], kind="stable")]
    starts_of_column = np.searchsorted(pairs.columns[by_column], np.arange(len(prices) + 1))
    rows = np.arange(len(core.masses))
    for _ in range(len(prices) + 2):
        arcs = _within(starts, rows)
        wanted = pairs.columns[arcs]
        offer = pairs.units[arcs] - surplus[pairs.rows[arcs]]
        higher = offer > prices[wanted]
        risen = np.unique(wanted[higher])
        if not len(risen):
            return prices
        np.maximum.at(prices, wanted[higher], offer[higher])
        holding = by_column[_within(starts_of_column, risen)]
        left = pairs.units[holding] - prices[pairs.columns[holding]]
        falls = left < surplus[pairs.rows[holding]]
        rows = np.unique(pairs.rows[holding[falls]])
        np.minimum.at(surplus, pairs.rows[holding[falls]], left[falls])
    raise ArithmeticError("the matching is not optimal: a round of moves would improve it")


def _within(starts: Ints, groups: Ints | Positions) -> Ints:
    """The positions of all members of these groups, where group g holds starts[g]:starts[g + 1]."""
    sizes = starts[groups + 1] - starts[groups]
    shift = starts[groups] - (np.cumsum(sizes) - sizes)
    return np.repeat(shift, sizes) + np.arange(sizes.sum())
