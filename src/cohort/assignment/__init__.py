"""The exact assignment of researchers to mentors, and a proof that anyone can check.

The problem, with x[i, j] = 1 where researcher i gets mentor j (and the conditions of `Problem`
that are left out here):

    maximise    sum of s[i, j] x[i, j]
    subject to  sum over j of x[i, j] <= demand[i]       dual u[i] >= 0
                sum over i of x[i, j] <= capacity[j]     dual v[j] >= 0
                0 <= x[i, j] <= 1, and 0 where the pair is forbidden or below the floor

Its matrix is totally unimodular: the linear program has an optimum in whole numbers. Where every
demand is 1 the dual is to minimise sum of u[i] + sum of capacity[j] v[j] with
u[i] + v[j] >= s[i, j] for every allowed pair. Any such u and v bound every assignment from above.
At the optimum both sums are equal, and complementary slackness holds: u[i] + v[j] = s[i, j] for a
pair of the answer, u[i] = 0 for whoever is unmatched, v[j] = 0 where a place is left. `Solution`
carries u and v as `prices`; `verify` checks them without the solver.

The algorithm:

1. Every score becomes one integer (`canonical`): ties and a gap of 0 are exact.
2. A start near the optimum (`start`), by SciPy's `linear_sum_assignment` or an auction.
3. Cycles of positive gain in the residual graph on the m mentors and the bench are cancelled
   (Klein 1967), found by Bellman-Ford (`flow`, `walks`); where none is left, the longest walks
   from the bench are the node potentials, and they are the lowest optimal v.
4. Minimums are filled along shortest augmenting paths (`fill`).
5. The optimal face, which the prices describe, is searched for the answer that keeps the most
   incumbents, and then for the one with the highest sum of lots (`stages`).
6. With "fair" these steps are repeated level by level (`fair`).
7. What is too large to hold is solved by column generation over blocks of scores (`large`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution

if TYPE_CHECKING:
    from cohort.assignment.certificate import Verdict
    from cohort.assignment.infeasible import CannotMeet

__all__ = ["CannotMeet", "LargeProblem", "Problem", "Solution", "solve", "verify"]


def solve(problem: Problem | LargeProblem, *, out_of_time: Callable[[], bool] = never) -> Solution:
    """The best assignment: see `optimum.solve`, or `large.solver.solve_large` for blocks.

    The solver is imported with the first call: a large pool does not pay 40 MB for SciPy's.
    """
    if isinstance(problem, LargeProblem):
        from cohort.assignment.large.solver import solve_large  # noqa: PLC0415

        return solve_large(problem, out_of_time=out_of_time)
    from cohort.assignment import optimum  # noqa: PLC0415

    return optimum.solve(problem, out_of_time=out_of_time)


def verify(problem: Problem | LargeProblem, solution: Solution) -> "Verdict":
    """Whether nothing is better: see `certificate.verify`, or `large.proof.verify_large`.

    O(n m) time (with "fair", for each level), O(n + m) memory and one block beside the input.
    """
    if isinstance(problem, LargeProblem):
        from cohort.assignment.large.proof import verify_large  # noqa: PLC0415

        return verify_large(problem, solution)
    from cohort.assignment import certificate  # noqa: PLC0415

    return certificate.verify(problem, solution)


def __getattr__(name: str) -> Any:
    if name == "CannotMeet":
        from cohort.assignment.infeasible import CannotMeet  # noqa: PLC0415

        return CannotMeet
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
