"""Other ways to the same pairs: each takes scores and places and says who goes to whom.

Each is called as its own documentation says, in the form that measured best. What is not
installed (tools/sides installs it) is missing from the comparison, which then says so.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.optimum import solve
from cohort.assignment.problem import UNMATCHED, Problem

sys.path.append(str(Path(__file__).parent.parent / ".bench"))  # last: NumPy is the product's

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WHOLE = 1e9  # steps of a score for those who want whole numbers


@dataclass(frozen=True)
class Side:
    """`find` takes float[n, m] and int[m] and returns each researcher's mentor, or -1.

    proof    what it returns beside the pairs that shows that nothing is better.
    largest  with more researchers than this it is left out, unless all is asked for.
    """

    name: str
    find: Callable[[Floats, Ints], Ints]
    package: str
    proof: str = "none"
    largest: int = 2000

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None


def expanded(scores: Floats, places: Ints) -> tuple[Floats, Ints]:
    """A column per place, and the mentor of each."""
    mentor = np.repeat(np.arange(len(places)), places)
    return scores[:, mentor], mentor


def ours(scores: Floats, places: Ints) -> Ints:
    return solve(Problem(scores, places)).mentor_of


def ours_with_everything(scores: Floats, places: Ints) -> Ints:
    problem = Problem(scores, places)
    solution = solve(problem)
    verdict = verify(problem, solution)
    if not verdict or solution.gap:
        raise SystemExit(verdict.sentence)
    counterfactuals(problem, solution)
    return solution.mentor_of


def scipy_dense(scores: Floats, places: Ints) -> Ints:
    columns, mentor = expanded(scores, places)
    return mentor[linear_sum_assignment(columns, maximize=True)[1]]


def scipy_sparse(scores: Floats, places: Ints) -> Ints:
    columns, mentor = expanded(scores, places)
    graph = csr_array(2.0 - columns)  # what is not stored does not exist, so nothing may be 0
    return mentor[min_weight_full_bipartite_matching(graph)[1]]


def lapx(scores: Floats, places: Ints) -> Ints:
    import lap  # noqa: PLC0415

    columns, mentor = expanded(scores, places)
    return mentor[lap.lapjvs(1.0 - columns, extend_cost=True, return_cost=False)[1]]


def or_tools(scores: Floats, places: Ints) -> Ints:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

    n, m = scores.shape
    sink, rows, columns = n + m, np.arange(n), np.arange(n, n + m)
    flow = SimpleMinCostFlow()
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        np.repeat(rows, m),
        np.tile(columns, n),
        np.ones(n * m, dtype=np.int64),
        -np.rint(scores.ravel() * WHOLE).astype(np.int64),
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        columns, np.full(m, sink), places, np.zeros_like(places)
    )
    flow.set_nodes_supplies(np.append(rows, sink), np.append(np.ones(n, dtype=np.int64), -n))
    if flow.solve() != flow.OPTIMAL:
        raise SystemExit("OR-tools found no optimum")
    return _largest_of_each(np.asarray(flow.flows(pairs)).reshape(n, m))


def pot(scores: Floats, places: Ints) -> Ints:
    """One more row takes up the places that stay empty."""
    import ot  # noqa: PLC0415

    n, m = scores.shape
    cost = np.vstack([1.0 - scores, np.zeros(m)])
    supply = np.append(np.ones(n), float(places.sum() - n))
    plan, told = ot.lp.emd(supply, places.astype(float), cost, numItermax=10**9, log=True)
    if told["warning"]:
        raise SystemExit(told["warning"])
    return _largest_of_each(plan[:n])


def highs(scores: Floats, places: Ints) -> Ints:
    """The linear program whose corners are the assignments."""
    import highspy  # noqa: PLC0415

    n, m = scores.shape
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = n * m, n + m
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = scores.ravel()
    program.col_lower_, program.col_upper_ = np.zeros(n * m), np.ones(n * m)
    program.row_lower_ = np.zeros(n + m)
    program.row_upper_ = np.append(np.ones(n), places.astype(float))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(0, 2 * n * m + 1, 2)
    rows, columns = np.repeat(np.arange(n), m), np.tile(np.arange(n, n + m), n)
    program.a_matrix_.index_ = np.column_stack([rows, columns]).ravel()
    program.a_matrix_.value_ = np.ones(2 * n * m)
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(program)
    solver.run()
    return _largest_of_each(np.array(solver.getSolution().col_value).reshape(n, m))


def munkres(scores: Floats, places: Ints) -> Ints:
    from munkres import Munkres  # noqa: PLC0415

    columns, mentor = expanded(scores, places)
    pairs = Munkres().compute((1.0 - columns).tolist())
    found = np.full(len(scores), UNMATCHED)
    for row, column in pairs:
        found[row] = mentor[column]
    return found


def greedy(scores: Floats, places: Ints) -> Ints:
    """The best pair that is still possible, again and again."""
    n, m = scores.shape
    left, found = places.tolist(), np.full(n, UNMATCHED)
    waiting = n
    for pair in np.argsort(-scores, axis=None, kind="stable"):
        i, j = divmod(int(pair), m)
        if found[i] == UNMATCHED and left[j]:
            found[i] = j
            left[j] -= 1
            waiting -= 1
            if not waiting:
                break
    return found


def _largest_of_each(share: npt.NDArray[np.generic]) -> Ints:
    """The mentor of each row of a plan; nobody where a row is empty."""
    return np.where(share.max(axis=1) > 0.5, share.argmax(axis=1), UNMATCHED)


SIDES = (
    Side("solve", ours, "cohort", proof="exact"),
    Side("solve + verify + regrets", ours_with_everything, "cohort", proof="exact"),
    Side("SciPy, dense", scipy_dense, "scipy"),
    Side("SciPy, sparse", scipy_sparse, "scipy"),
    Side("lapx", lapx, "lap"),
    Side("OR-tools, flow", or_tools, "ortools"),
    Side("POT, network simplex", pot, "ot", proof="floats"),
    Side("HiGHS, linear program", highs, "highspy", proof="floats", largest=500),
    Side("munkres", munkres, "munkres"),
    Side("greedy", greedy, "numpy"),
)
