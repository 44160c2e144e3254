"""What must hold besides the scores, checked as `Problem` checks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index

import numpy as np

from cohort.assignment.problem import (
    UNMATCHED,
    BadNumber,
    BadPin,
    BadShape,
    Ints,
    Problem,
)


@dataclass(frozen=True, eq=False)
class Conditions:
    """The conditions of `Problem` for n people and m mentors, without a matrix of scores.

    researcher_kind, mentor_kind: the row and the column of the scores that hold for each.
    """

    researcher_kind: Ints
    mentor_kind: Ints
    capacity: Ints
    floor: float | None
    pinned: tuple[tuple[int, int], ...]
    incumbent: Ints
    stickiness: float
    cover: bool
    researcher_ids: Sequence[str] | None
    mentor_ids: Sequence[str] | None

    @property
    def free(self) -> Ints:
        """The places of each mentor that no pin has taken."""
        taken = np.array([j for _, j in self.pinned], dtype=np.int64)
        return self.capacity - np.bincount(taken, minlength=len(self.capacity))


def conditions(
    shape: tuple[int, int],
    capacity: Ints,
    *,
    floor: float | None = None,
    pinned: Sequence[tuple[int, int]] = (),
    incumbent: Ints | None = None,
    stickiness: float = 0.0,
    cover: bool = False,
    researcher_kind: Ints | None = None,
    mentor_kind: Ints | None = None,
    researcher_ids: Sequence[str] | None = None,
    mentor_ids: Sequence[str] | None = None,
) -> Conditions:
    """Checked against the shape of the scores; raises BadProblem with the exact index."""
    rows = _kinds(researcher_kind, shape[0], "researcher_kind")
    columns = _kinds(mentor_kind, shape[1], "mentor_kind")
    n, m = len(rows), len(columns)
    # What a problem asks of one side, it asks without the other side too.
    nobody = np.zeros(0, dtype=np.int64)
    Problem(np.zeros((n, 0)), nobody, researcher_ids=researcher_ids)
    checked = Problem(np.zeros((0, m)), capacity, floor=floor, cover=cover, mentor_ids=mentor_ids)
    if not 0 <= stickiness < np.inf:
        raise BadNumber(f"stickiness is {stickiness}; it must be 0 or more.", "stickiness")
    return Conditions(
        rows,
        columns,
        checked.capacity,
        checked.floor,
        _pins(pinned, n, checked.capacity),
        _incumbent(incumbent, n, m),
        float(stickiness),
        cover,
        researcher_ids,
        mentor_ids,
    )


def _kinds(given: Ints | None, shown: int, field: str) -> Ints:
    return np.arange(shown) if given is None else _numbers(given, field, 0, shown)


def _numbers(given: Ints, field: str, lowest: int, end: int, length: int | None = None) -> Ints:
    numbers = np.asarray(given)
    expected = numbers.size if length is None else length
    if numbers.shape != (expected,):
        raise BadShape(f"{field} has shape {numbers.shape}; it must be ({expected},).", field)
    bad = np.flatnonzero(~((numbers >= lowest) & (numbers < end) & (numbers % 1 == 0)))
    if len(bad):
        raise BadNumber(
            f"{field}[{bad[0]}] is {numbers[bad[0]]}; it must be a whole number from {lowest} to "
            f"{end - 1}.",
            field,
            (bad[0],),
        )
    return numbers.astype(np.int64)


def _incumbent(given: Ints | None, n: int, m: int) -> Ints:
    if given is None:
        return np.full(n, UNMATCHED, dtype=np.int64)
    return _numbers(given, "incumbent", UNMATCHED, m, n)


def _pins(given: Sequence[tuple[int, int]], n: int, capacity: Ints) -> tuple[tuple[int, int], ...]:
    m, places = len(capacity), capacity.copy()
    mentor_of: dict[int, int] = {}
    try:
        pins = tuple((index(i), index(j)) for i, j in given)
    except (TypeError, ValueError) as refused:
        raise BadPin("pinned must hold pairs (i, j) of whole numbers.", "pinned") from refused
    for k, (i, j) in enumerate(pins):
        if not (0 <= i < n and 0 <= j < m):
            wrong = f"there are {n} researchers and {m} mentors"
        elif i in mentor_of:
            wrong = f"researcher {i} is pinned to mentor {mentor_of[i]} already"
        elif places[j] == 0:
            wrong = f"mentor {j} has only {capacity[j]} place(s)"
        else:
            mentor_of[i] = j
            places[j] -= 1
            continue
        raise BadPin(f"pinned[{k}] is ({i}, {j}), but {wrong}.", "pinned", (k,))
    return pins
