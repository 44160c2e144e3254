"""The best groups where all that may be can be listed: a choice among them, by branch and bound.

Each group that fits is a column of a set packing problem. Its linear relaxation gives each person a
price; no solution that uses a column is worth more than the relaxation and the column's reduced
cost together, so columns which cannot be in anything better than what was found are left out
(reduced cost fixing; Nemhauser and Wolsey 1988, II.5.2). CP-SAT chooses among the rest, within a
deterministic time, which is no clock, and its bound is told where that was not enough.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.grouping.problem import UNPLACED, Ordered

MOST_GROUPS = 20_000
MOST_COLUMNS = 3_000
EFFORT = 2.0
"""Units of CP-SAT's deterministic time; one takes about two seconds."""
WHOLE = 2**24
"""Worths are whole numbers of so many in the solver: all roundings together are below 1e-6."""

Columns = Sequence[tuple[int, ...]]


def chosen_groups(
    people: Ordered,
    found: Sequence[Sequence[int]],
    *,
    most: int = MOST_GROUPS,
    effort: float = EFFORT,
) -> tuple[list[list[int]], float] | None:
    """Groups worth at least those found, and what none are worth more than; None of too many."""
    columns = list(islice(_fitting(people), most + 1))
    if not columns or len(columns) > most:
        return None
    gains = np.array([people.worth_of(one) + UNPLACED * len(one) for one in columns])
    ceiling, reduced = _relaxed(columns, gains, len(people.ids))
    now = {tuple(sorted(one)) for one in found}
    worth = sum(gain for one, gain in zip(columns, gains.tolist(), strict=True) if one in now)
    may = np.flatnonzero(reduced >= worth - ceiling - 1e-6)
    ranked = may[np.argsort(-reduced[may], kind="stable")]
    used = np.flatnonzero([one in now for one in columns])
    kept = np.union1d(ranked[:MOST_COLUMNS], used)
    bound, chosen = _solved([columns[one] for one in kept], gains[kept], now, effort)
    if len(ranked) > MOST_COLUMNS:
        bound = max(bound, ceiling + float(reduced[ranked[MOST_COLUMNS]]))
    groups = [list(columns[kept[one]]) for one in chosen]
    bound = max(min(bound, ceiling), float(gains[kept[chosen]].sum()))
    return groups, bound - UNPLACED * len(people.ids)


def _relaxed(columns: Columns, gains: Floats, n: int) -> tuple[float, Floats]:
    """What no groups gain more than, and each column's reduced cost at the best prices."""
    rows = np.concatenate([np.array(one) for one in columns])
    starts = np.cumsum([0, *map(len, columns)])
    within: Any = csc_array((np.ones(len(rows)), rows, starts), shape=(n, len(columns)))
    # Processes that form no circles do without the 15 MB that SciPy's optimisers take.
    from scipy.optimize import linprog  # noqa: PLC0415

    solved = linprog(-gains, A_ub=within, b_ub=np.ones(n), bounds=(0, None), method="highs")
    prices = np.maximum(-solved.ineqlin.marginals, 0.0)
    reduced = gains - within.T @ prices
    # For all prices this is a bound, also for those that the solver rounded.
    above = max(float(reduced.max()), 0.0) * n / min(map(len, columns))
    return float(prices.sum()) + above, reduced


def _solved(
    columns: Columns, gains: Floats, now: set[tuple[int, ...]], effort: float
) -> tuple[float, Ints]:
    """What no choice of these columns gains more than, and the columns of the best one found."""
    from ortools.sat.python import cp_model  # noqa: PLC0415  (a second, for those who need it)

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    of: dict[int, list[Any]] = {}
    for one, column in zip(chosen, columns, strict=True):
        model.add_hint(one, column in now)
        for person in column:
            of.setdefault(person, []).append(one)
    for columns_of_one in of.values():
        model.add_at_most_one(columns_of_one)
    whole = np.rint(gains * WHOLE).astype(np.int64).tolist()
    model.maximize(sum(gain * one for gain, one in zip(whole, chosen, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return float("inf"), np.flatnonzero([one in now for one in columns])
    bound = solver.best_objective_bound / WHOLE
    return bound, np.flatnonzero([solver.value(one) for one in chosen])


def _fitting(people: Ordered) -> Iterator[tuple[int, ...]]:
    """Every group that fits, in the order of ids; whatever cannot grow is left at once."""
    everyone = np.arange(len(people.ids))

    def grow(group: tuple[int, ...], may: Bools, shared: list[Bools]) -> Iterator[tuple[int, ...]]:
        if len(group) >= people.problem.least and people.fits(group):
            yield group
        if len(group) == people.problem.most:
            return
        for one in np.flatnonzero(may & (everyone > group[-1])).tolist():
            both = [mine & its[one] for mine, its in zip(shared, people.common, strict=True)]
            if all(its.any() for its in both):
                yield from grow((*group, one), may & people.compatible[one], both)

    for one in everyone.tolist():
        yield from grow((one,), people.compatible[one], [its[one] for its in people.common])
