"""One assignment problem, checked when it is made."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from reprlib import repr as short
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

UNMATCHED = -1
LARGEST_SCORE = 1e15


class BadProblem(ValueError):
    """A problem that cannot be read as one; `field` and `index` say where."""

    def __init__(self, sentence: str, field: str, index: Sequence[int] = ()) -> None:
        super().__init__(sentence)
        self.field = field
        self.index = tuple(int(i) for i in index)


class BadShape(BadProblem):
    """An argument does not have the shape that the scores ask for."""


class BadNumber(BadProblem):
    """A number is missing, not finite, not whole, negative or too large."""


class BadIdentifier(BadProblem):
    """An id is given twice."""


class BadPin(BadProblem):
    """A pin that contradicts the pairs, the places or another pin."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Who could be matched with whom, how good that is, and what must hold.

    scores      float[n, m], finite, at most 1e15 in size; higher is better.
    capacity    int[m] >= 0: the places of each mentor.
    demand      int[n] >= 0: how many mentors a researcher may have, never the same one twice;
                1 for everybody unless said.
    min_load    int[m] >= 0, at most the capacity: how many people each mentor must have.
    floor       nobody is matched below it, stickiness apart (a score equal to it is fine;
                float32 holds 0.7 as 0.69999999, which is below 0.7).
    forbidden   bool[n, m]: pairs that do not exist.
    pinned      (i, j) pairs that must be part of the answer; a pin beats the floor.
    incumbent   int[n]: the mentor that i has now, -1 for none.
    stickiness  >= 0, added to the score of an incumbent pair. Beyond the point where it
                outweighs all scores together it changes nothing more, and is lowered to it.
    cover       give as many researchers as possible a mentor first, then maximise the total.
                Without it, nobody is placed at a score (with stickiness) below 0, because the
                total would fall, unless a pin, `min_load` or fairness asks for it.
    objective   "total": the sum of the scores of the pairs. "fair": as many researchers as
                possible with a mentor, then as many pairs as possible, then the worst score of
                a pair as high as possible, then the next worst, and so on (leximin). What is
                equally fair has the same scores, and so the same sum.
    *_ids       distinct, compared as text; they settle ties, so that the order of rows and
                columns never matters. Without them a row's position is its id.

    Whole numbers are at most 2**31. Arrays are copied and made read-only. Wrong input raises
    `BadProblem` with the exact place.
    """

    scores: Floats
    capacity: Ints
    floor: float | None = None
    forbidden: Bools | None = None
    pinned: Sequence[tuple[int, int]] = ()
    incumbent: Ints | None = None
    stickiness: float = 0.0
    cover: bool = False
    objective: Literal["total", "fair"] = "total"
    researcher_ids: Sequence[str] | None = None
    mentor_ids: Sequence[str] | None = None
    demand: Ints | None = None
    min_load: Ints | None = None

    def __post_init__(self) -> None:
        scores = _scores(self.scores)
        n, m = scores.shape
        checked: dict[str, object] = {
            "scores": scores,
            "capacity": (capacity := _whole_numbers(self.capacity, "capacity", m, lowest=0)),
            "demand": _whole_numbers(
                np.ones(n) if self.demand is None else self.demand, "demand", n, lowest=0
            ),
            "min_load": _min_load(self.min_load, capacity),
            "forbidden": _forbidden(self.forbidden, (n, m)),
            "incumbent": _incumbent(self.incumbent, n, m),
            "floor": None if self.floor is None else _number(self.floor, "floor"),
            "stickiness": _stickiness(self.stickiness, scores),
            "cover": _yes_or_no(self.cover, "cover"),
            "researcher_ids": _ids(self.researcher_ids, "researcher_ids", n),
            "mentor_ids": _ids(self.mentor_ids, "mentor_ids", m),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "pinned", _pins(self))
        if self.floor is not None and not math.isfinite(self.floor):
            raise BadNumber(f"floor is {self.floor}; give a finite number, or None.", "floor")
        if not isinstance(self.objective, str) or self.objective not in ("total", "fair"):
            raise BadProblem(
                f'objective is {self.objective!r}; it must be "total" or "fair".', "objective"
            )

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape[0], self.scores.shape[1]

    @property
    def most_pairs(self) -> int:
        """No answer has more pairs than this."""
        n, m = self.shape
        return min(
            int(np.minimum(np.asarray(self.demand), m).sum()),
            int(np.minimum(self.capacity, n).sum()),
        )

    @property
    def single(self) -> bool:
        """Whether nobody may have more than one mentor."""
        return bool((np.asarray(self.demand) <= 1).all())


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array


def _numbers(given: object, field: str) -> Floats:
    """A copy as floats; texts, dates, complex and masked numbers are not read as something."""
    try:
        array = np.asarray(given)
        if array.dtype.kind in "buifO" and not np.ma.is_masked(given):
            return np.array(array, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as refused:
        raise _unreadable(given, field) from refused
    raise _unreadable(given, field)


def _unreadable(given: object, field: str) -> BadNumber:
    """The refusal of what holds no numbers, with the place of the first one that is none."""
    wrong = f"{field} must hold real numbers; no texts, dates, complex or masked ones."
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        place = np.argwhere(np.ma.getmaskarray(given))[0].tolist()
        return BadNumber(f"{field}{place} is masked; {wrong}", field, place)
    for at, one in np.ndenumerate(np.asarray(given, dtype=object)):
        # A list stands here where rows differ in length: then no single place is at fault.
        if not (_is_real(one) or isinstance(one, list | tuple)):
            return BadNumber(f"{field}{[*at] or ''} is {short(one)}; {wrong}", field, at)
    return BadNumber(wrong, field)


def _is_real(one: Any) -> bool:
    try:
        float(one)
    except (TypeError, ValueError, OverflowError):
        return False
    return not isinstance(one, str | bytes)


def _number(given: object, field: str) -> float:
    number = _numbers(given, field)
    if number.shape:
        raise BadShape(f"{field} has shape {number.shape}; it must be one number.", field)
    return float(number)


def _yes_or_no(given: object, field: str) -> bool:
    if not isinstance(given, bool | np.bool_):
        raise BadProblem(f"{field} is {given!r}; it must be True or False.", field)
    return bool(given)


def _scores(given: object) -> Floats:
    scores = _numbers(given, "scores")
    if scores.ndim != 2:
        raise BadShape(f"scores has {scores.ndim} dimension(s); it needs two.", "scores")
    bad = np.argwhere(~(np.abs(scores) <= LARGEST_SCORE))
    if len(bad):
        i, j = bad[0]
        raise BadNumber(
            f"scores[{i}, {j}] is {scores[i, j]}; a score must be a number of at most 1e15 in "
            "size. Scale the scores down, or forbid the pair instead.",
            "scores",
            (i, j),
        )
    return _frozen(scores)


def _whole_numbers(given: object, field: str, length: int, *, lowest: int) -> Ints:
    numbers = _numbers(given, field)
    if numbers.shape != (length,):
        raise BadShape(f"{field} has shape {numbers.shape}; it must be ({length},).", field)
    bad = np.flatnonzero(
        ~((numbers >= lowest) & (numbers <= 2**31) & (np.trunc(numbers) == numbers))
    )
    if len(bad):
        k = bad[0]
        raise BadNumber(
            f"{field}[{k}] is {numbers[k]}; it must be a whole number from {lowest} to 2**31.",
            field,
            (k,),
        )
    return _frozen(numbers.astype(np.int64))


def _min_load(given: object, capacity: Ints) -> Ints:
    m = len(capacity)
    if given is None:
        return _frozen(np.zeros(m, dtype=np.int64))
    loads = _whole_numbers(given, "min_load", m, lowest=0)
    bad = np.flatnonzero(loads > capacity)
    if len(bad):
        j = bad[0]
        raise BadNumber(
            f"min_load[{j}] is {loads[j]}, but mentor {j} has {capacity[j]} place(s).",
            "min_load",
            (j,),
        )
    return loads


def _forbidden(given: object, shape: tuple[int, int]) -> Bools:
    try:
        forbidden = np.zeros(shape, dtype=np.bool_) if given is None else np.array(given)
    except ValueError as refused:
        raise BadShape(f"forbidden must be an array of shape {shape}.", "forbidden") from refused
    if forbidden.shape != shape:
        raise BadShape(f"forbidden has shape {forbidden.shape}; it must be {shape}.", "forbidden")
    if (forbidden.dtype != np.bool_ and forbidden.size) or np.ma.is_masked(given):
        kind = "masked entries" if np.ma.is_masked(given) else forbidden.dtype
        raise BadNumber(f"forbidden holds {kind}; it must be boolean.", "forbidden")
    return _frozen(forbidden.astype(np.bool_))


def _incumbent(given: object, n: int, m: int) -> Ints:
    if given is None:
        return _frozen(np.full(n, UNMATCHED, dtype=np.int64))
    incumbent = _whole_numbers(given, "incumbent", n, lowest=UNMATCHED)
    bad = np.flatnonzero(incumbent >= m)
    if len(bad):
        i = bad[0]
        raise BadNumber(
            f"incumbent[{i}] is {incumbent[i]}, but there are only {m} mentors.", "incumbent", (i,)
        )
    return incumbent


def _stickiness(given: object, scores: Floats) -> float:
    stickiness = _number(given, "stickiness")
    if not stickiness >= 0:
        raise BadNumber(f"stickiness is {stickiness}; it must be 0 or more.", "stickiness")
    largest = float(np.abs(scores).max(initial=0.0))
    return min(stickiness, 2.0 * (min(scores.shape, default=0) + 1) * largest)


def _ids(given: object, field: str, length: int) -> tuple[str, ...]:
    if given is None:
        return tuple(str(k) for k in range(length))
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise BadShape(f"{field} is {given!r}; it must be a list of {length} ids.", field)
    ids = tuple(str(one) for one in given)
    if len(ids) != length:
        raise BadShape(f"{field} has {len(ids)} entries; it must have {length}.", field)
    first: dict[str, int] = {}
    for k, one in enumerate(ids):
        if first.setdefault(one, k) != k:
            raise BadIdentifier(
                f"{field}[{k}] is {one!r}, as {field}[{first[one]}] is; ids must be distinct.",
                field,
                (k,),
            )
    return ids


def _pins(problem: Problem) -> tuple[tuple[int, int], ...]:
    n, m = problem.shape
    places, asked = problem.capacity.tolist(), np.asarray(problem.demand).tolist()
    seen: set[tuple[int, int]] = set()
    try:
        pins = tuple((index(i), index(j)) for i, j in problem.pinned)
    except (TypeError, ValueError) as refused:
        raise BadPin("pinned must hold pairs (i, j) of whole numbers.", "pinned") from refused
    for k, (i, j) in enumerate(pins):
        if not (0 <= i < n and 0 <= j < m):
            wrong = f"there are {n} researchers and {m} mentors"
        elif problem.forbidden is not None and problem.forbidden[i, j]:
            wrong = "this pair is forbidden"
        elif (i, j) in seen:
            wrong = "this pair is pinned already"
        elif asked[i] == 0:
            wrong = f"researcher {i} may have only {np.asarray(problem.demand)[i]} mentor(s)"
        elif places[j] == 0:
            wrong = f"mentor {j} has only {problem.capacity[j]} place(s)"
        else:
            seen.add((i, j))
            asked[i] -= 1
            places[j] -= 1
            continue
        raise BadPin(f"pinned[{k}] is ({i}, {j}), but {wrong}.", "pinned", (k,))
    return pins
