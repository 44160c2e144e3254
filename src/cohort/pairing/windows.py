"""A part of the matrix of all pairs: how well two suit each other, and what each costs; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.counterfactual import regrets_in
from cohort.assignment.neighbourhood import NotTheBest
from cohort.assignment.problem import Ints
from cohort.pairing.alternatives import Alternative, alternative
from cohort.pairing.evidence import Evidence


@dataclass(frozen=True)
class Window:
    """Some researchers, some mentors, and for each researcher the cells in the mentors' order.

    priced  whether costs are known: only around pairs that are proved the best by total.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[Alternative]]
    priced: bool


def window(evidence: Evidence, rows: Sequence[str], columns: Sequence[str]) -> Window:
    """The cells of these researchers and mentors, by id.

    Each cost is exact: what the total would lose if the two had to be a pair and everyone else
    were matched again as well as can be. O(n m) time and memory. KeyError names who took no part.
    """
    problem, solution = evidence.problem, evidence.solution
    some = _positions(problem.researcher_ids, rows), _positions(problem.mentor_ids, columns)
    priced = True
    try:
        cost, fewer = regrets_in(problem, solution, *some)
    except NotTheBest:
        priced, forbidden = False, problem.forbidden[np.ix_(*some)]
        cost, fewer = np.where(forbidden, np.inf, np.nan), np.zeros(forbidden.shape, dtype=np.int64)
    cells = [
        [alternative(evidence, i, j, *one) for j, *one in zip(some[1].tolist(), *its, strict=True)]
        for i, *its in zip(some[0].tolist(), cost.tolist(), fewer.tolist(), strict=True)
    ]
    return Window(rows, columns, cells, priced)


def _positions(ids: Sequence[str] | None, wanted: Sequence[str]) -> Ints:
    at = {one: position for position, one in enumerate(ids or ())}
    return np.array([at[one] for one in wanted], dtype=np.int64)
