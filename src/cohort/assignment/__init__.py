"""The exact assignment: problems, the best answer, its proof, and what else could be."""

from cohort.assignment.optimum import CannotMeet, Level, Prices, Problem, Solution, solve

__all__ = ["CannotMeet", "Level", "Prices", "Problem", "Solution", "solve"]
