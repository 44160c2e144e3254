"""A minimum cost flow by OR-tools, on the pairs that a scope allows: nearly the best assignment.

A unit goes from the source to a researcher, on to a mentor, and to the sink; or it goes from the
source to the sink. What must be filled has arcs of its own, at a gain that little outweighs.
"""

import math

import numpy as np
import numpy.typing as npt

from cohort.assignment.flow import Goal, Scope, pairs_in
from cohort.assignment.problem import Bools, Ints

BITS = 58  # that OR-tools has for a gain times the number of nodes
STEPS = 2.0**24
"""From the least to the largest worth, unless all are multiples of a larger step: twenty levels
take half as long in twenty steps. At 6,000 x 2,000, two places each, with a few popular mentors,
the engine needs 578 rounds to mend what 2**12 leaves, 38 with 2**16, 1 with 2**24; the flow itself
takes as long with each."""
ALIKE = 4.0
"""Times the spread of worths, what all pairs may count alike. As much as a pair counts where equals
are settled, which is a hundred times as much, the flow took up to twice as long for the same."""
ENOUGH = 64.0
"""Times the largest worth, for what comes first. With 4, where equals are settled among 1,861
people one minimum was missed, and the whole start with it."""


def min_cost_flow(goal: Goal, scope: Scope) -> Bools | None:
    """An assignment, the best in the scope but for rounded gains; minimums may be missed.

    None where there are more places than OR-tools can count. Cost scaling push-relabel (Goldberg
    and Tarjan 1990): O(n^2 k log(n C)) for n nodes, k arcs and gains up to C, near k log k on
    the cores that come here. OR-tools is imported here because small pools do without it.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

    n, m = scope.allowed.shape
    rows, columns = pairs_in(scope.allowed)
    units = goal.worth[rows, columns]
    step = max(int(np.gcd.reduce(units)), 1)
    lowest, spread = (int(units.min()), float(np.ptp(units))) if len(units) else (0, 0.0)
    units -= max(lowest - max(round(ALIKE * spread), step), 0) // step * step
    worth = units.astype(np.float64)
    largest = float(np.abs(worth).max(initial=1))
    first = min(float(goal.first), ENOUGH * largest)
    if first == goal.first:  # what comes first is weighed against worths, so it must not be rounded
        step = math.gcd(step, goal.first)
    owes = bool(scope.least.any() or scope.lower.any() or scope.fixed.any())
    must = ENOUGH * (first + largest) if owes else 0.0
    most_steps = 2.0**BITS / (n + m + 2) / (largest + first + must)
    scale = min(1 / step, STEPS / max(spread, 1.0), most_steps)
    flow = SimpleMinCostFlow()

    def arcs(tails: Ints, heads: Ints, capacity: Ints, gain: npt.ArrayLike) -> Ints:
        cost = -np.rint(np.broadcast_to(gain, capacity.shape) * scale).astype(np.int64)
        added: Ints = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, cost)
        return added

    source, sink = np.full(n, n + m), np.full(m, n + m + 1)
    researchers, mentors = np.arange(n), np.arange(n, n + m)
    gain = worth + must * scope.fixed[rows, columns]
    pairs = arcs(rows, mentors[columns], np.ones_like(rows), gain)
    once, least = np.minimum(scope.most, 1), np.maximum(scope.least, 1)
    arcs(source, researchers, once, first + must * (scope.least > 0))
    arcs(source, researchers, least - 1, must)
    arcs(source, researchers, np.maximum(scope.most - least, 0), 0.0)
    arcs(mentors, sink, scope.lower, must)
    arcs(mentors, sink, scope.upper - scope.lower, 0.0)
    supply = int(scope.most.sum())
    flow.add_arc_with_capacity_and_unit_cost(n + m, n + m + 1, supply, 0)
    flow.set_node_supply(n + m, supply)
    flow.set_node_supply(n + m + 1, -supply)
    if flow.solve() != flow.OPTIMAL:
        return None
    used = np.asarray(flow.flows(pairs)) > 0
    assigned = np.zeros((n, m), dtype=np.bool_)
    assigned[rows[used], columns[used]] = True
    return assigned
