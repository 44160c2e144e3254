"""A matrix of scores that lies on disk, as blocks: memory holds a few rows of it at a time."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from cohort.assignment.large.blocks import Block, steps_for
from cohort.assignment.problem import LARGEST_SCORE, BadNumber, Ints

ENTRIES_AT_ONCE = 2**20


class StoredScores:
    """A memory-mapped float or integer array [n, m], finite, at most 1e15 in size.

    A unit is the largest power of ten at which every score fits in 40 bits: 1e-12 for scores
    up to 1. One pass over the matrix to check it; raises BadNumber with the exact index.
    """

    def __init__(self, matrix: npt.NDArray[Any]) -> None:
        largest = _largest(matrix) or 1.0
        self.steps = steps_for(largest)
        self._matrix = matrix
        self._rows = np.arange(matrix.shape[0])
        self._columns: Ints | slice = slice(None)
        self._width = matrix.shape[1]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self._rows), self._width

    def block(self, start: int, stop: int) -> Block:
        rows = self._matrix[self._rows[start:stop]][:, self._columns]
        units: Block = np.rint(rows.astype(np.float64) * self.steps)
        return units

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        other = object.__new__(type(self))
        other.steps, other._matrix = self.steps, self._matrix
        other._rows = self._rows[rows]
        other._columns = np.arange(self._matrix.shape[1])[self._columns][columns]
        other._width = len(columns)
        return other


def _largest(matrix: npt.NDArray[Any]) -> float:
    n, m = matrix.shape
    height = max(ENTRIES_AT_ONCE // max(m, 1), 1)
    largest = 0.0
    for start in range(0, n, height):
        sizes = np.abs(matrix[start : start + height].astype(np.float64))
        bad = np.argwhere(~(sizes <= LARGEST_SCORE))
        if len(bad):
            i, j = int(bad[0, 0]) + start, int(bad[0, 1])
            raise BadNumber(
                f"scores[{i}, {j}] is {matrix[i, j]}; a score must be a number of at most 1e15 "
                "in size. Scale the scores down.",
                "scores",
                (i, j),
            )
        largest = max(largest, float(sizes.max(initial=0.0)))
    return largest
