r"""The assignment problem: solved exactly, with a proof that anyone can check in one pass.

    >>> solution = solve(Problem(scores=[[0.9, 0.5], [0.8, 0.7]], capacity=[1, 1]))
    >>> solution.pairs.tolist(), solution.total, solution.gap
    ([[0, 0], [1, 1]], 1.6, 0.0)

**The problem.** For n researchers and m mentors, E the pairs that are allowed, s[i, j] the score
of a pair, d[i] the demand and c[j] the capacity, l[j] <= c[j] the minimum:

    maximise    sum of s[i, j] x[i, j]                  over (i, j) in E
    subject to  sum over j of x[i, j]  <= d[i]          for each researcher
                l[j] <= sum over i of x[i, j] <= c[j]   for each mentor
                0 <= x[i, j] <= 1

The constraints are those of a flow (totally unimodular), so some optimum is whole.

**The dual**, here with d = 1 and l = 0. Prices u[i] of a researcher and v[j] of one place:

    minimise    sum of u[i] + sum of c[j] v[j]
    subject to  u[i] + v[j] >= s[i, j] for (i, j) in E,  u >= 0, v >= 0

Any prices bound every assignment (weak duality). An assignment and prices are both the best if,
and only if, x[i, j] = 1 only where the reduced cost u[i] + v[j] - s[i, j] is 0, u[i] > 0 only
where i is matched, and v[j] > 0 only where all places of j are taken (complementary slackness).
`Solution` carries such prices, and `verify` checks them without any code of the solver.

**The algorithm.**

1. Scores become whole numbers once (`canonical`), so equality and a gap of 0 are exact.
2. An initial assignment (`start`): shortest augmenting paths by SciPy's
   `linear_sum_assignment` for an ordinary cohort (Jonker and Volgenant 1987, Crouse 2016); above
   100,000 cells an auction (Bertsekas 1988) that leaves a sparse core (Volgenant 1996), solved as
   a minimum cost flow (Goldberg and Tarjan 1990).
3. The residual graph has a node for each mentor and one for being unmatched, and on each arc the
   best gain of one move (`flow`). Cycles of positive gain are cancelled (Klein 1967), found by
   Bellman and Ford's algorithm (`walks`); after a good start there are few or none.
4. Longest walks in the residual graph are node potentials: the lowest prices v that prove the
   optimum. u follows in one pass.
5. Complementary slackness restricts the problem to its optimal face, and the next goal is
   maximised there: incumbents kept, then lots that break ties (`tie_break`). "fair"
   first restricts it level by level (leximin, `fair`).

O(n m + m^2) memory; a cycle costs O(m^2) and what its mentors' people can reach. For the whole
subject: Ahuja, Magnanti and Orlin, Network Flows, 1993, chapters 9 to 12.

Pools too large for a dense matrix (`LargeProblem`) are solved by column generation over blocks of
scores (`large`): a core of the pairs is in memory, priced out until no reduced cost is negative.
Importing this package imports no SciPy; `solve` does when it needs it.
"""

from collections.abc import Callable

from cohort.assignment import certificate, optimum
from cohort.assignment.certificate import Verdict
from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED, BadProblem, Problem
from cohort.assignment.solution import Level, Prices, Solution

__all__ = [
    "UNMATCHED",
    "BadProblem",
    "CannotMeet",
    "LargeProblem",
    "Level",
    "Prices",
    "Problem",
    "Solution",
    "Verdict",
    "solve",
    "verify",
]


def solve(problem: Problem | LargeProblem, *, out_of_time: Callable[[], bool] = never) -> Solution:
    """The best assignment: `optimum.solve`, or `large.solver.solve_large` for blocks of scores."""
    if isinstance(problem, LargeProblem):
        return solve_large(problem, out_of_time=out_of_time)
    return optimum.solve(problem, out_of_time=out_of_time)


def verify(problem: Problem | LargeProblem, solution: Solution) -> Verdict:
    """Whether nothing is better: `certificate.verify`, or `large.proof.verify_large` for blocks."""
    if isinstance(problem, LargeProblem):
        return verify_large(problem, solution)
    return certificate.verify(problem, solution)
