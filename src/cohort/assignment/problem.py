"""One assignment problem, checked when it is made."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cohort.assignment import checks
from cohort.assignment.checks import (
    LARGEST_SCORE,
    UNMATCHED,
    BadIdentifier,
    BadNumber,
    BadPin,
    BadProblem,
    BadShape,
    Bools,
    Floats,
    Ints,
)

__all__ = [
    "LARGEST_SCORE",
    "UNMATCHED",
    "BadIdentifier",
    "BadNumber",
    "BadPin",
    "BadProblem",
    "BadShape",
    "Bools",
    "Floats",
    "Ints",
    "Problem",
]


@dataclass(frozen=True, eq=False, init=False)
class Problem:
    """Who could be matched with whom, how good that is, and what must hold.

    scores      float[n, m], finite, at most 1e15 in size; higher is better.
    capacity    int[m] >= 0: the places of each mentor.
    demand      int[n] >= 0: how many mentors a researcher may have, never the same one twice;
                1 for everybody by default.
    min_load    int[m] >= 0, at most the capacity: how many people each mentor must have; 0 by
                default.
    floor       nobody is matched below it, stickiness apart (a score equal to it is fine;
                float32 holds 0.7 as 0.69999999, which is below 0.7); -inf by default.
    forbidden   bool[n, m]: pairs that do not exist; none by default.
    pinned      (i, j) pairs that must be part of the answer; a pin beats the floor.
    incumbent   int[n]: the mentor that i has now, -1 for none.
    stickiness  >= 0, added to the score of an incumbent pair. Beyond the point where it
                outweighs all scores together it changes nothing more, and is lowered to it.
    cover       give as many researchers as possible a mentor first, then maximise the total.
                Without it, nobody is placed at a score (with stickiness) below 0, because the
                total would fall, unless a pin, `min_load` or fairness asks for it.
    ahead       bool[n]: who goes first, where nobody may have several mentors; nobody by default.
    head_start  >= 0, added to every score of those, where the total is the aim. With "fair", as
                many of them as possible have a mentor before anything else.
    objective   "total": the sum of the scores of the pairs. "fair": as many researchers as
                possible with a mentor, then as many pairs as possible, then the worst score of
                a pair as high as possible, then the next worst, and so on (leximin). What is
                equally fair has the same scores, and so the same sum.
    *_ids       distinct, compared as text; they settle ties, so that the order of rows and
                columns never matters. Without them a row's position is its id.

    Whole numbers are at most 2**31. What is given is checked in O(n m), copied, and read-only
    afterwards: each attribute then has the type that stands here, whatever was given. Wrong
    input raises `BadProblem` with the exact place.
    """

    scores: Floats
    capacity: Ints
    demand: Ints
    min_load: Ints
    floor: float
    forbidden: Bools
    pinned: tuple[tuple[int, int], ...]
    incumbent: Ints
    stickiness: float
    cover: bool
    ahead: Bools
    head_start: float
    objective: Literal["total", "fair"]
    researcher_ids: tuple[str, ...]
    mentor_ids: tuple[str, ...]

    def __init__(
        self,
        scores: npt.ArrayLike,
        capacity: npt.ArrayLike,
        *,
        demand: npt.ArrayLike | None = None,
        min_load: npt.ArrayLike | None = None,
        floor: float | None = None,
        forbidden: npt.ArrayLike | None = None,
        pinned: Iterable[tuple[int, int]] = (),
        incumbent: npt.ArrayLike | None = None,
        stickiness: float = 0.0,
        cover: bool = False,
        ahead: npt.ArrayLike | None = None,
        head_start: float = 0.0,
        objective: Literal["total", "fair"] = "total",
        researcher_ids: Iterable[str] | None = None,
        mentor_ids: Iterable[str] | None = None,
    ) -> None:
        matrix = checks.score_matrix(scores)
        n, m = matrix.shape
        places, asked = checks.places(capacity, m), checks.demands(demand, n)
        closed = checks.forbidden_pairs(forbidden, (n, m))
        checked: dict[str, object] = {
            "scores": matrix,
            "capacity": places,
            "demand": asked,
            "min_load": checks.least_loads(min_load, places),
            "floor": checks.lowest_score(floor),
            "forbidden": closed,
            "pinned": checks.pins(pinned, asked, places, closed),
            "incumbent": checks.incumbents(incumbent, n, m),
            "stickiness": checks.stickiness_of(stickiness, matrix),
            "cover": checks.yes_or_no(cover, "cover"),
            "ahead": checks.who_goes_first(ahead, asked),
            "head_start": checks.head_start_of(head_start),
            "objective": checks.one_of(objective, "objective", ("total", "fair")),
            "researcher_ids": checks.identifiers(researcher_ids, "researcher_ids", n),
            "mentor_ids": checks.identifiers(mentor_ids, "mentor_ids", m),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def by_total(self, *, cover: bool, bare: bool = False) -> "Problem":
        """The same with the aim of the total; `bare`, without stickiness and head start.

        Nothing is copied, or checked once more.
        """
        other = copy.copy(self)
        aim: dict[str, object] = {"objective": "total", "cover": cover}
        for name, value in (aim | {"stickiness": 0.0, "head_start": 0.0} if bare else aim).items():
            object.__setattr__(other, name, value)
        return other

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape[0], self.scores.shape[1]

    @property
    def lead(self) -> Floats:
        """float[n]: what is added to the scores of each researcher."""
        return np.where(self.ahead & (self.objective == "total"), self.head_start, 0.0)

    @property
    def most_pairs(self) -> int:
        """No answer has more pairs than this."""
        n, m = self.shape
        return min(int(np.minimum(self.demand, m).sum()), int(np.minimum(self.capacity, n).sum()))

    @property
    def single(self) -> bool:
        """Whether nobody may have more than one mentor."""
        return bool((self.demand <= 1).all())
