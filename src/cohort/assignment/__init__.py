"""The exact assignment: problems, the best answer, its proof, and what else could be."""

from cohort.assignment.certificate import verify
from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution

__all__ = ["CannotMeet", "Problem", "Solution", "solve", "verify"]
