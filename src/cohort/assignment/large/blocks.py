"""Where scores come from when there are too many to hold: a block of rows at a time.

A score must be the same number in whichever block it is asked for, or "better by one in the
last bit" never ends. A sum of products of floats depends on how the matrix product goes about
it; sums of whole numbers that fit the mantissa do not. So blocks hold whole numbers ("units").
"""

import math
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from cohort.assignment.problem import Bools, Floats, Ints, Problem

Block = npt.NDArray[np.floating[Any]]

LARGEST_UNIT = 2.0**40
"""Times a million people this stays within the 64 bits of the solver."""
BITS_OF_SINGLE = 22
"""Differences of units of so many bits, and a half, are exact in float32."""
NO_PAIR = -np.inf


def steps_for(largest: float) -> float:
    """The greatest power of ten by which a score of this size has no more than `LARGEST_UNIT`."""
    return 10.0 ** min(math.floor(math.log10(LARGEST_UNIT) - math.log10(largest)), 300)


class BlockScores(Protocol):
    """The scores of n researchers with m mentors, in units of which `steps` make 1."""

    @property
    def shape(self) -> tuple[int, int]: ...

    @property
    def steps(self) -> float: ...

    def block(self, start: int, stop: int) -> Block:
        """Rows start to stop with all mentors: float32 or float64[stop - start, m], the caller's.

        Two threads may ask at the same time.

        Whole numbers of at most 2**22 (float32) or 2**40 (float64) in size, -inf for a pair
        that must not be; the same number for a pair in every block.
        """
        ...

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        """The same scores with these rows and columns, in this order; either may repeat."""
        ...


class DenseScores:
    """A matrix that is there anyway, as blocks: for tests, and for pools of middling size."""

    def __init__(self, scores: Floats, forbidden: Bools | None = None) -> None:
        mentors = np.shape(scores)[1] if np.ndim(scores) == 2 else 0
        checked = Problem(scores, np.zeros(mentors, dtype=np.int64), forbidden=forbidden)
        largest = float(np.abs(checked.scores).max(initial=0.0)) or 1.0
        self.steps = steps_for(largest)
        self._units = np.rint(checked.scores * self.steps)
        self._units[np.asarray(checked.forbidden)] = NO_PAIR

    @property
    def shape(self) -> tuple[int, int]:
        return self._units.shape[0], self._units.shape[1]

    def block(self, start: int, stop: int) -> Block:
        return self._units[start:stop].copy()

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        other = object.__new__(type(self))
        other.steps, other._units = self.steps, self._units[np.ix_(rows, columns)]
        return other


class ProductScores:
    """left[n, k] @ right[m, k].T of non-negative numbers, each rounded to a few bits, k >= 1.

    They are so few (11 for k = 1, 9 for k = 16, 7 for k = 256) that the greatest sum of products
    fits 2**22, and float32 adds exactly.
    For synthetic pools and embeddings; profiles have `ProfileScores`.
    """

    def __init__(self, left: Floats, right: Floats) -> None:
        if not (left.min(initial=0) >= 0 and right.min(initial=0) >= 0):
            raise ValueError("a factor is negative or not a number; shift the factors above 0.")
        bits = (BITS_OF_SINGLE - math.ceil(math.log2(left.shape[1]))) // 2
        scales = [(2**bits - 1) / (float(side.max(initial=0)) or 1.0) for side in (left, right)]
        self._left = np.rint(left * scales[0]).astype(np.float32)
        self._right = np.rint(right * scales[1]).astype(np.float32)
        self.steps = scales[0] * scales[1]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self._left), len(self._right)

    def block(self, start: int, stop: int) -> Block:
        product: Block = self._left[start:stop] @ self._right.T
        return product

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        other = object.__new__(type(self))
        other.steps = self.steps
        other._left, other._right = self._left[rows], self._right[columns]
        return other
