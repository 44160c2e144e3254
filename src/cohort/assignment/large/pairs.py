"""A list of pairs of rows and columns: what is looked at closely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohort.assignment.problem import Bools, Ints

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some pairs and their units: int32[k], int32[k], int64[k]."""

    rows: Positions
    columns: Positions
    units: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, kept: Bools) -> "Pairs":
        return Pairs(self.rows[kept], self.columns[kept], self.units[kept])

    def each_once(self) -> "Pairs":
        """Without repetitions, by row and column."""
        wide = int(self.columns.max(initial=0)) + 1
        place = self.rows.astype(np.int64) * wide + self.columns
        _, first = np.unique(place, return_index=True)
        return Pairs(self.rows[first], self.columns[first], self.units[first])


def together(some: Sequence[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([one.rows for one in some]),
        np.concatenate([one.columns for one in some]),
        np.concatenate([one.units for one in some]),
    )
