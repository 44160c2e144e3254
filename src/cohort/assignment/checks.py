"""What callers give, checked: copied, typed and read-only, or refused with the exact place."""

import math
from collections.abc import Iterable, Sequence
from operator import index
from reprlib import repr as short
from typing import Any

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


def yes_or_no(given: object, field: str) -> bool:
    if not isinstance(given, bool | np.bool_):
        raise BadProblem(f"{field} is {given!r}; it must be True or False.", field)
    return bool(given)


def score_matrix(given: object) -> Floats:
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


def whole_numbers(given: object, field: str, length: int, *, lowest: int) -> Ints:
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


def places(given: object, mentors: int) -> Ints:
    return whole_numbers(given, "capacity", mentors, lowest=0)


def demands(given: object, researchers: int) -> Ints:
    wanted = np.ones(researchers) if given is None else given
    return whole_numbers(wanted, "demand", researchers, lowest=0)


def lowest_score(given: object) -> float:
    """The floor; -inf where there is none."""
    floor = -math.inf if given is None else _number(given, "floor")
    if math.isnan(floor) or floor == math.inf:
        raise BadNumber(f"floor is {floor}; give a finite number, or None.", "floor")
    return floor


def one_of(given: object, field: str, allowed: Sequence[str]) -> str:
    if not isinstance(given, str) or given not in allowed:
        choice = " or ".join(f'"{one}"' for one in allowed)
        raise BadProblem(f"{field} is {given!r}; it must be {choice}.", field)
    return given


def least_loads(given: object, capacity: Ints) -> Ints:
    m = len(capacity)
    if given is None:
        return _frozen(np.zeros(m, dtype=np.int64))
    loads = whole_numbers(given, "min_load", m, lowest=0)
    bad = np.flatnonzero(loads > capacity)
    if len(bad):
        j = bad[0]
        raise BadNumber(
            f"min_load[{j}] is {loads[j]}, but mentor {j} has {capacity[j]} place(s).",
            "min_load",
            (j,),
        )
    return loads


def forbidden_pairs(given: object, shape: tuple[int, int]) -> Bools:
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


def incumbents(given: object, n: int, m: int) -> Ints:
    if given is None:
        return _frozen(np.full(n, UNMATCHED, dtype=np.int64))
    incumbent = whole_numbers(given, "incumbent", n, lowest=UNMATCHED)
    bad = np.flatnonzero(incumbent >= m)
    if len(bad):
        i = bad[0]
        raise BadNumber(
            f"incumbent[{i}] is {incumbent[i]}, but there are only {m} mentors.", "incumbent", (i,)
        )
    return incumbent


def stickiness_of(given: object, scores: Floats) -> float:
    stickiness = _number(given, "stickiness")
    if not stickiness >= 0:
        raise BadNumber(f"stickiness is {stickiness}; it must be 0 or more.", "stickiness")
    largest = float(np.abs(scores).max(initial=0.0))
    return min(stickiness, 2.0 * (min(scores.shape, default=0) + 1) * largest)


def who_goes_first(given: object, demand: Ints) -> Bools:
    n = len(demand)
    ahead = np.zeros(n, dtype=np.bool_) if given is None else np.array(given)
    if ahead.shape != (n,) or (ahead.dtype != np.bool_ and n):
        raise BadShape(f"ahead must hold {n} times true or false.", "ahead")
    if ahead.any() and (demand > 1).any():
        raise BadNumber("Nobody goes first where somebody may have several mentors.", "ahead")
    return _frozen(ahead.astype(np.bool_))


def head_start_of(given: object) -> float:
    head_start = _number(given, "head_start")
    if not 0 <= head_start <= LARGEST_SCORE:
        raise BadNumber(f"head_start is {head_start}; it must be from 0 to 1e15.", "head_start")
    return head_start


def identifiers(given: object, field: str, length: int) -> tuple[str, ...]:
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


def pins(
    given: Iterable[tuple[int, int]], demand: Ints, capacity: Ints, forbidden: Bools | None = None
) -> tuple[tuple[int, int], ...]:
    """The pinned pairs, each allowed, none twice, within what both sides may have."""
    n, m = len(demand), len(capacity)
    places, asked = capacity.tolist(), demand.tolist()
    seen: set[tuple[int, int]] = set()
    try:
        pinned = tuple((index(i), index(j)) for i, j in given)
    except (TypeError, ValueError) as refused:
        raise BadPin("pinned must hold pairs (i, j) of whole numbers.", "pinned") from refused
    for k, (i, j) in enumerate(pinned):
        if not (0 <= i < n and 0 <= j < m):
            wrong = f"there are {n} researchers and {m} mentors"
        elif forbidden is not None and forbidden[i, j]:
            wrong = "this pair is forbidden"
        elif (i, j) in seen:
            wrong = "this pair is pinned already"
        elif asked[i] == 0:
            wrong = f"researcher {i} may have only {demand[i]} mentor(s)"
        elif places[j] == 0:
            wrong = f"mentor {j} has only {capacity[j]} place(s)"
        else:
            seen.add((i, j))
            asked[i] -= 1
            places[j] -= 1
            continue
        raise BadPin(f"pinned[{k}] is ({i}, {j}), but {wrong}.", "pinned", (k,))
    return pinned
