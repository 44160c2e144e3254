"""The parts that a score is the sum of, each in whole units, for a block of rows at a time.

People name few things: a dozen words, a few stretches of time. So a block adds up the mentors' rows
of just these (sparse times dense): a tenth of the time of a product with all words and quarters.
What depends on few things is worked out for each kind of mentor, and looked up for all.

A part may also rule pairs out: it takes `RULED_OUT` from them, so that their sum is below 0.
"""

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.pairing.rules import OwnFactor

Whole = npt.NDArray[np.signedinteger[Any]]
Units = npt.NDArray[np.int32]

RULED_OUT = 2**28
"""More than any sum of units (10^8), and small enough that seven of them fit 32 bits."""


class Part(Protocol):
    """A part of the scores of n researchers with m mentors."""

    def add_to(self, units: Units, rows: slice) -> None:
        """Add what these rows have with every mentor to int32[rows, m], in place."""
        ...

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        """The same with these rows and columns, in this order; either may repeat."""
        ...


@dataclass(frozen=True, eq=False)
class Sums:
    """What adds up word by word.

    needs    sparse int32[n, words]: the units of each word.
    answers  int32[words, m]: how often they are added.
    """

    needs: csr_array
    answers: Whole

    def add_to(self, units: Units, rows: slice) -> None:
        units += self.needs[rows] @ self.answers

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.needs[rows], self.answers.take(columns, axis=1))


@dataclass(frozen=True, eq=False)
class CappedSums:
    """What adds up word by word, up to `most` units; or no pair, where nothing else is shared.

    needs, answers  as in `Sums`; a word that is shared adds at least one unit before the cap.
    most            int32: the cap.
    otherwise       what else a pair may share instead of a word; None if nothing is required.
    """

    needs: csr_array
    answers: Whole
    most: int
    otherwise: "SharedByKind | None" = None

    def add_to(self, units: Units, rows: slice) -> None:
        found: Units = self.needs[rows] @ self.answers
        if self.otherwise is not None:
            without = found == 0
            without &= self.otherwise.lacking(rows)
            units -= without * np.int32(RULED_OUT)
        np.minimum(found, np.int32(self.most), out=found)
        units += found

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        otherwise = self.otherwise and self.otherwise.reordered(rows, columns)
        return type(self)(
            self.needs[rows], self.answers.take(columns, axis=1), self.most, otherwise
        )


@dataclass(frozen=True, eq=False)
class SharedByKind:
    """Whether two share one of some words.

    needs    sparse int32[n, words] of ones.
    offered  int32[words, kinds] of 0 and 1.
    kind     int[m]: the kind of each mentor.
    """

    needs: csr_array
    offered: Whole
    kind: Ints

    def lacking(self, rows: slice) -> Bools:
        """bool[rows, m]: they share none."""
        none: Bools = (self.needs[rows] @ self.offered) == 0
        return none.take(self.kind, axis=1)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.needs[rows], self.offered, self.kind[columns])


@dataclass(frozen=True, eq=False)
class SharedQuarters:
    """Shared hours a week, and the requirement that there be enough.

    edges  sparse int16[n, quarters]: -1 where free time begins, 1 where it ends.
    free   int16[quarters, m]: the quarters in which each mentor is free, before this one.
    worth  int32, by the number of shared quarters; the last also for more. Below 0 for too few.

    The quarters shared are the differences of `free`, a running sum, at the edges.
    """

    edges: csr_array
    free: Whole
    worth: Units

    def add_to(self, units: Units, rows: slice) -> None:
        units += self.worth.take(self.quarters(rows), mode="clip")

    def quarters(self, rows: slice) -> Whole:
        """int16[rows, m]: how many quarters of an hour a week both are free."""
        shared: Whole = self.edges[rows] @ self.free
        return shared

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.edges[rows], self.free.take(columns, axis=1), self.worth)


@dataclass(frozen=True, eq=False)
class Careers:
    """The dearest role goal that the mentor holds, and the same move.

    goals    int[n, most]: rows of `roles`, dearest first, -1 for none.
    stage    int[n]: a row of `origins`, -1 for none.
    roles    int8[roles + 1, kinds]: who holds them; the last row is empty.
    origins  the same for where mentors came from.
    kind     int[m]: the kind of each mentor.
    levels   int32[levels + 1]: the units by how dear the goal is that is held; 0 for none.
    moves    int32[3]: the units without the same start, with it alone, and with the same goal too.
    """

    goals: Ints
    stage: Ints
    roles: npt.NDArray[np.int8]
    origins: npt.NDArray[np.int8]
    kind: Ints
    levels: Units
    moves: Units

    def add_to(self, units: Units, rows: slice) -> None:
        goals, highest = self.goals[rows], len(self.levels) - 1
        level = np.zeros((len(goals), self.roles.shape[1]), dtype=np.int8)
        for rank in range(goals.shape[1]):
            reached = self.roles[goals[:, rank]] * np.int8(max(highest - rank, 1))
            np.maximum(level, reached, out=level)
        same_move = self.origins[self.stage[rows]] * (1 + (level > 0))
        found = self.levels.take(level) + self.moves.take(same_move)
        units += found.take(self.kind, axis=1)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(
            self.goals[rows],
            self.stage[rows],
            self.roles,
            self.origins,
            self.kind[columns],
            self.levels,
            self.moves,
        )


@dataclass(frozen=True, eq=False)
class SharedWords:
    """How many of a few words two share, such as languages; there may have to be one.

    needs    sparse int32[n, words]: 1 for each one's own.
    worth    float[n]: the units of one in common.
    offered  int32[words, kinds]: 1 for each one's own.
    kind     int[m]: the kind of each mentor.
    without  the units of a pair that has none in common; below 0 where one is required.
    """

    needs: csr_array
    worth: npt.NDArray[np.float64]
    offered: Whole
    kind: Ints
    without: int = 0

    def add_to(self, units: Units, rows: slice) -> None:
        shared = self.needs[rows] @ self.offered
        found = np.rint(shared * self.worth[rows, None]).astype(np.int32)
        found[shared == 0] = self.without
        units += found.take(self.kind, axis=1)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(
            self.needs[rows], self.worth[rows], self.offered, self.kind[columns], self.without
        )


@dataclass(frozen=True, eq=False)
class Compared:
    """How alike two answers are: numbers, or words of which each has a number.

    some    float[n]: the researchers' answers, NaN for none.
    others  float[kinds]: the mentors'.
    kind    int[m]: the kind of each mentor.
    factor  which comparison; all but overlap.
    worth   the units of a pair whose answers are as alike as can be.
    """

    some: Floats
    others: Floats
    kind: Ints
    factor: OwnFactor
    worth: float

    def add_to(self, units: Units, rows: slice) -> None:
        alike = self._alike(self.some[rows, None])
        units += np.rint(alike * self.worth).astype(np.int32).take(self.kind, axis=1)

    def _alike(self, own: Floats) -> Bools | Floats:
        """[rows, kinds], from 0 to 1: nothing is like NaN, and nothing differs from it."""
        others, alike = self.others, np.empty((len(own), len(self.others)))
        if self.factor.compare == "same":
            return np.equal(own, others)
        if self.factor.compare == "different":
            return np.less(own, others) | np.greater(own, others)
        if self.factor.compare == "at_least":
            return np.greater_equal(others, own)
        np.divide(np.abs(own - others), self.factor.width or 1.0, out=alike)
        return np.fmax(1 - alike, 0.0, out=alike)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.some[rows], self.others, self.kind[columns], self.factor, self.worth)


@dataclass(frozen=True, eq=False)
class Entries:
    """What few pairs have. units: sparse int32[n, m]; what rules a pair out is below 0."""

    units: csr_array

    def add_to(self, units: Units, rows: slice) -> None:
        some = self.units[rows].tocoo()
        units[some.row, some.col] += some.data

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.units[rows][:, columns])


@dataclass(frozen=True, eq=False)
class Apart:
    """Pairs with a name in common are ruled out: sparse int32[n, names] and int32[m, names]."""

    some: csr_array
    others: csr_array

    def add_to(self, units: Units, rows: slice) -> None:
        met = (self.some[rows] @ self.others.T).tocoo()
        units[met.row, met.col] -= np.int32(RULED_OUT)

    def reordered(self, rows: Ints, columns: Ints) -> Self:
        return type(self)(self.some[rows], self.others[columns])
