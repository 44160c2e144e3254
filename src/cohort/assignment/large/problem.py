"""A problem whose scores are too many to hold, checked as `Problem` checks it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohort.assignment import checks
from cohort.assignment.checks import BadNumber, BadShape, Ints
from cohort.assignment.large.blocks import BlockScores


@dataclass(frozen=True, eq=False, init=False)
class LargeProblem:
    """The problem of `Problem` for people who get one mentor each, by total.

    scores            of N kinds of researchers with M kinds of mentors; a block at a time.
    capacity          int[m] >= 0: the places of each mentor.
    floor             nobody is matched below it, to the nearest step of the scores; -inf by
                      default.
    pinned            (i, j) pairs that must be part of the answer; a pin beats the floor.
    incumbent         int[n]: the mentor that i has now, -1 for none.
    stickiness        >= 0, added to the score of an incumbent pair. Not lowered, as `Problem`
                      does: the solver refuses what does not fit 64 bits.
    cover             place as many researchers as possible first.
    researcher_kind   int[n] from 0 to N - 1: the row of the scores that holds for each. Whoever
                      is of one kind is solved as one. By default everybody has a row of her own.
    mentor_kind       int[m] from 0 to M - 1: the same for columns.
    *_ids             distinct, compared as text; they settle the order of people. Without them
                      it is the order given.

    Checked in O(n + m), copied, and read-only afterwards. Wrong input raises `BadProblem` with
    the exact place; that a pin is forbidden, only the solver sees.
    """

    scores: BlockScores
    capacity: Ints
    floor: float
    pinned: tuple[tuple[int, int], ...]
    incumbent: Ints
    stickiness: float
    cover: bool
    researcher_kind: Ints
    mentor_kind: Ints
    researcher_ids: tuple[str, ...] | None
    mentor_ids: tuple[str, ...] | None

    def __init__(
        self,
        scores: BlockScores,
        capacity: npt.ArrayLike,
        *,
        floor: float | None = None,
        pinned: Iterable[tuple[int, int]] = (),
        incumbent: npt.ArrayLike | None = None,
        stickiness: float = 0.0,
        cover: bool = False,
        researcher_kind: npt.ArrayLike | None = None,
        mentor_kind: npt.ArrayLike | None = None,
        researcher_ids: Iterable[str] | None = None,
        mentor_ids: Iterable[str] | None = None,
    ) -> None:
        rows = _kinds(researcher_kind, scores.shape[0], "researcher_kind")
        columns = _kinds(mentor_kind, scores.shape[1], "mentor_kind")
        n, m = len(rows), len(columns)
        places = checks.places(capacity, m)
        if not 0 <= stickiness < np.inf:
            raise BadNumber(f"stickiness is {stickiness}; it must be 0 or more.", "stickiness")
        checked: dict[str, object] = {
            "scores": scores,
            "capacity": places,
            "floor": checks.lowest_score(floor),
            "pinned": checks.pins(pinned, checks.demands(None, n), places),
            "incumbent": checks.incumbents(incumbent, n, m),
            "stickiness": float(stickiness),
            "cover": checks.yes_or_no(cover, "cover"),
            "researcher_kind": rows,
            "mentor_kind": columns,
            "researcher_ids": _ids(researcher_ids, "researcher_ids", n),
            "mentor_ids": _ids(mentor_ids, "mentor_ids", m),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.researcher_kind), len(self.mentor_kind)

    @property
    def free(self) -> Ints:
        """The places of each mentor that no pin has taken: int[m]."""
        taken = np.array([j for _, j in self.pinned], dtype=np.int64)
        return self.capacity - np.bincount(taken, minlength=len(self.capacity))


def _ids(given: Iterable[str] | None, field: str, length: int) -> tuple[str, ...] | None:
    return None if given is None else checks.identifiers(given, field, length)


def _kinds(given: npt.ArrayLike | None, kinds: int, field: str) -> Ints:
    if given is None:
        return np.arange(kinds)
    length = np.size(given)
    if np.ndim(given) != 1:
        raise BadShape(f"{field} has shape {np.shape(given)}; it must be ({length},).", field)
    numbers = checks.whole_numbers(given, field, length, lowest=0)
    bad = np.flatnonzero(numbers >= kinds)
    if len(bad):
        k = bad[0]
        raise BadNumber(
            f"{field}[{k}] is {numbers[k]}; it must be a whole number from 0 to {kinds - 1}.",
            field,
            (k,),
        )
    return numbers
