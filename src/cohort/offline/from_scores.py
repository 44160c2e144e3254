"""Wiring: `cohort match --scores`: a matrix of scores that somebody else made."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.assignment import BadProblem, Problem, Solution, Verdict, solve, verify
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import MOST_DENSE, solve_large
from cohort.assignment.large.stored import StoredScores
from cohort.errors import Invalid
from cohort.offline.outputs import Done, Outputs, keep_apart, summary, write_together
from cohort.pairing import saying
from cohort.pairing.result import NotProved, Progress, in_rounds, is_cut_short
from cohort.sheets.csv_file import write_sheet
from cohort.sheets.tables import Dialect

Numbers = npt.NDArray[Any]


def match_scores(
    scores: Path,
    capacity: Path,
    out: Path,
    *,
    floor: float | None,
    out_of_time: Callable[[], bool],
    progress: Progress,
) -> Done:
    """Pair the rows of a matrix of scores with its columns. Raises Invalid."""
    started = time.perf_counter()
    keep_apart([scores, capacity], Outputs(pairs=out))
    progress("reading", 0.0)
    matrix, places = _array(scores, 2), _array(capacity, 1)
    if matrix.shape[1] != len(places):
        raise Invalid(
            f"{scores.name} has {matrix.shape[1]} columns, one for each mentor, but "
            f"{capacity.name} has {len(places)} numbers. Give one capacity for each column."
        )
    progress("solving", 0.0)
    n, m = matrix.shape
    solve_it = _solve_stored if max(n, m) * m > MOST_DENSE else _solve_dense
    try:
        solution, verdict = solve_it(matrix, places, floor, progress, out_of_time)
        stopped = is_cut_short(solution, verdict)
    except BadProblem as error:
        name = {"scores": scores.name, "capacity": capacity.name}.get(error.field, "--floor")
        raise Invalid(f"{name}: {error}") from error
    except NotProved as error:
        raise Invalid(str(error)) from error
    progress("writing", 0.0)
    rows = ((i, j, float(matrix[i, j])) for i, j in solution.pairs.tolist())
    write_together({out: write_sheet(("researcher", "mentor", "score"), rows, Dialect())})
    unmatched = len(solution.mentor_of) - len(solution.pairs)
    seconds = time.perf_counter() - started
    cut_short = saying.cut_short(solution.total, solution.gap) if stopped else ""
    return Done(summary(len(solution.pairs), unmatched, solution, seconds, cut_short))


def _solve_dense(
    matrix: Numbers,
    places: Numbers,
    floor: float | None,
    progress: Progress,
    out_of_time: Callable[[], bool],
) -> tuple[Solution, Verdict]:
    problem = Problem(scores=matrix, capacity=places, floor=floor)
    solution = solve(problem, out_of_time=out_of_time)
    progress("checking", 0.0)
    return solution, verify(problem, solution)


def _solve_stored(
    matrix: Numbers,
    places: Numbers,
    floor: float | None,
    progress: Progress,
    out_of_time: Callable[[], bool],
) -> tuple[Solution, Verdict]:
    """A block of rows in memory at a time."""
    problem = LargeProblem(StoredScores(matrix), places, floor=floor)
    solution = solve_large(problem, progress=in_rounds(progress), out_of_time=out_of_time)
    progress("checking", 0.0)
    return solution, verify_large(problem, solution, progress=partial(progress, "checking"))


def _array(path: Path, dimensions: int) -> Numbers:
    """An array of numbers as it lies on disk; what is not needed at once is not in memory."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, TokenError, OverflowError) as error:
        raise Invalid(
            f"{path.name} is not an array that numpy.save wrote: save plain numbers as .npy."
        ) from error
    if not isinstance(array, np.ndarray):
        raise Invalid(f"{path.name} holds several arrays. Save the one that is meant as .npy.")
    if array.dtype.kind not in "iuf":
        raise Invalid(f"{path.name} holds {array.dtype}; it must hold real numbers.")
    if array.ndim != dimensions:
        needed = "rows for researchers and columns for mentors" if dimensions == 2 else "one row"
        raise Invalid(f"{path.name} has {array.ndim} dimension(s); it needs {needed}.")
    return array
