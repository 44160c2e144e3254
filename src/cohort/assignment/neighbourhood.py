"""The residual graph around a best assignment, built once for every question."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cohort.assignment.canonical import Canonical, canonical
from cohort.assignment.flow import Goal, Residual, cancel_cycles, pairs_in
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Ints, Problem
from cohort.assignment.solution import Solution
from cohort.assignment.stages import whole
from cohort.assignment.walks import NEVER, Search, longest_walks, lowest_prices, walks_from


class NotTheBest(ValueError):
    """The solution is not proved the best by total, so that nothing can be compared with it."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """A best assignment by total, and everything that could move in it.

    worth     the scores in whole steps, so that what is compared is exact.
    residual  the residual graph. Its nodes are the m mentors and, last, `residual.unmatched`, which
              stands for having no mentor.
    """

    problem: Problem
    worth: Canonical
    residual: Residual

    @cached_property
    def loose_pairs(self) -> tuple[Ints, Ints]:
        """Rows and columns of the pairs that are assigned and not pinned."""
        return pairs_in(self.residual.assigned & ~self.residual.scope.fixed)

    @cached_property
    def entering(self) -> Ints:
        """int[m + 1]: the gain of the best path from the last node to each, whose next place it
        fills; at most `NEVER` where there is none. One search: O(m^2) for each round of
        Bellman and Ford, of which there are few."""
        return self._from_last[0]

    @cached_property
    def _from_last(self) -> Search:
        return walks_from(self.residual.arcs, self.residual.unmatched)

    @cached_property
    def leaving(self) -> Ints:
        """int[m + 1]: the gain of the best path from each mentor to the last node: what is lost at
        the least where a mentor's place is needed for somebody else."""
        return longest_walks(self.residual.arcs.T, self.residual.unmatched)

    @cached_property
    def price(self) -> Ints:
        """int[m + 1]: the lowest node potentials that prove the assignment best, then a 0."""
        if self.residual.lowest is not None:
            return np.append(self.residual.lowest, 0)
        return np.append(lowest_prices(self.residual.arcs, self._from_last), 0)

    @cached_property
    def total(self) -> float:
        """The sum of the scores, as `Solution.total`."""
        assigned: list[int] = self.worth.units[self.residual.assigned].tolist()
        return sum(assigned) / self.worth.steps

    def released(self) -> Ints:
        """int[n]: the most that is gained when each gives up one mentor, or waits no longer, and
        the place is filled again along the best path; at most `NEVER` where she cannot. O(n m)."""
        residual, entering = self.residual, self.entering[:-1]
        most = np.full(len(residual.degree), NEVER)
        rows, mentors = self.loose_pairs
        gains = entering[mentors] - residual.goal.worth[rows, mentors]
        np.maximum.at(most, rows, np.where(entering[mentors] > NEVER, gains, NEVER))
        first = residual.goal.first * (residual.degree == 0)
        takes_more = residual.degree < self.problem.demand
        return np.where(takes_more, np.maximum(most, first), most)


def neighbourhood(problem: Problem, solution: Solution) -> Neighbourhood:
    """Around a solution that is proved the best by total. O(n m), without solving anything.

    Raises NotTheBest where it is not proved, or is of another problem.
    """
    if problem.objective != "total" or solution.gap > 0:
        raise NotTheBest("This question needs a solution by total that is proved the best.")
    if (len(solution.prices.u), len(solution.prices.v)) != problem.shape:
        raise NotTheBest("The solution is of a problem with other people.")
    near = _around(problem, solution.pairs, canonical(problem))
    if not near.residual.scope.holds(near.residual.assigned):
        raise NotTheBest("The solution is not allowed by this problem.")
    try:
        _ = near.price
    except ArithmeticError as better:
        raise NotTheBest(
            "A round of moves improves the solution; is it of this problem?"
        ) from better
    return near


def improved(
    problem: Problem, pairs: Ints, worth: Canonical, out_of_time: Callable[[], bool] = never
) -> Neighbourhood | None:
    """Around a best assignment of this problem that is found from the given pairs (a warm start).

    `pairs` int[k, 2] must be allowed by the problem. None where time ran out.
    """
    near = _around(problem, pairs, worth)
    return near if cancel_cycles(near.residual, out_of_time) is None else None


def _around(problem: Problem, pairs: Ints, worth: Canonical) -> Neighbourhood:
    assigned = np.zeros(problem.shape, dtype=np.bool_)
    assigned[tuple(pairs.T)] = True
    goal = Goal(worth.units, worth.bonus)
    return Neighbourhood(problem, worth, Residual(goal, whole(problem, worth), assigned))
