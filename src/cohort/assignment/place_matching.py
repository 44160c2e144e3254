"""The assignment with a row and a column for each place, by SciPy: shortest augmenting paths.

What must be filled counts so much more that nothing outweighs it.
"""

from typing import NamedTuple

import numpy as np

from cohort.assignment.flow import Goal, Scope, pairs_in
from cohort.assignment.problem import Bools, Floats, Ints

ABOVE_0 = 2.0**-30
"""Of the greatest cost: what is added to all, as SciPy takes a cost of 0 for no pair."""


def dense_matching(goal: Goal, scope: Scope) -> Bools:
    """The best assignment by the whole matrix, in which a missing pair counts 0.

    Jonker and Volgenant 1987, Crouse 2016: O(k^2 l) for k rows and l columns, one for each place.
    """
    # Larger pools do without the 40 MB that SciPy's optimisers take.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    row, nth_row = _each_place(scope.most)
    column, nth_column = _each_place(scope.upper)
    gain = np.where(scope.allowed, goal.worth + (goal.first + 0.5), 0.0)
    gain = gain[row[:, None], column]
    if _owes(scope):
        rows, columns = pairs_in(scope.allowed[row[:, None], column])
        at = _Places(row[rows], column[columns], nth_row[rows], nth_column[columns])
        gain[rows, columns] += _owed(scope, at, goal.worth[at.row, at.column])
    rows, columns = linear_sum_assignment(np.minimum(-gain, 0.0))
    real = gain[rows, columns] > 0
    return _assigned(scope, row[rows[real]], column[columns[real]])


def sparse_matching(goal: Goal, scope: Scope) -> Bools:
    """The same on the allowed pairs alone, for rows that have fewer places than columns have.

    Each place of a row has a column of its own that counts 0, so that all can be matched (the
    sparse variant of Jonker and Volgenant's algorithm): O(k e) at most for e pairs of places.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # noqa: PLC0415

    at = _pairs_of_places(scope)
    worth = goal.worth[at.row, at.column]
    gain = worth + (goal.first + 0.5)
    if _owes(scope):
        gain += _owed(scope, at, worth)
    k, length = int(scope.most.sum()), int(scope.upper.sum())
    rows = (np.cumsum(scope.most) - scope.most)[at.row] + at.nth_row
    columns = (np.cumsum(scope.upper) - scope.upper)[at.column] + at.nth_column
    own = np.arange(k)
    most = float(gain.max(initial=1.0))
    cost = most - np.append(gain, np.zeros(k)) + most * ABOVE_0
    ends = np.append(rows, own), np.append(columns, length + own)
    graph = csr_array((cost, ends), shape=(k, length + k))
    rows, columns = min_weight_full_bipartite_matching(graph)
    real = columns < length
    row, column = _each_place(scope.most)[0], _each_place(scope.upper)[0]
    return _assigned(scope, row[rows[real]], column[columns[real]])


class _Places(NamedTuple):
    """Pairs of places: the row and the column of each, and which of their places it is."""

    row: Ints
    column: Ints
    nth_row: Ints
    nth_column: Ints


def _each_place(places: Ints) -> tuple[Ints, Ints]:
    """Of each of so many places of each node: the node, and how many places come before it."""
    node = np.repeat(np.arange(len(places)), places)
    return node, np.arange(len(node)) - np.repeat(np.cumsum(places) - places, places)


def _pairs_of_places(scope: Scope) -> _Places:
    rows, columns = pairs_in(scope.allowed)
    pair, nth = _each_place(scope.most[rows] * scope.upper[columns])
    nth_row, nth_column = np.divmod(nth, scope.upper[columns[pair]])
    return _Places(rows[pair], columns[pair], nth_row, nth_column)


def _assigned(scope: Scope, rows: Ints, columns: Ints) -> Bools:
    assigned = np.zeros(scope.allowed.shape, dtype=np.bool_)
    assigned[rows, columns] = True
    return assigned


def _owes(scope: Scope) -> bool:
    return bool(scope.least.any() or scope.lower.any() or scope.fixed.any())


def _owed(scope: Scope, at: _Places, worth: Ints) -> Floats:
    """What these pairs of places count beside their worth."""
    owed = (at.nth_row < scope.least[at.row]) + (at.nth_column < scope.lower[at.column]) * 1.0
    owed += scope.fixed[at.row, at.column]
    most = 2.0 * max(scope.allowed.shape) * float(np.abs(worth).max(initial=0))
    gain: Floats = owed * (most + 1.0)
    return gain
