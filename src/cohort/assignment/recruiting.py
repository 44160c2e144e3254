"""Which new mentor would help most: each one is one augmenting path, and none is solved for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from cohort.assignment.augmenting import id_of_new, with_new_mentor
from cohort.assignment.canonical import canonical
from cohort.assignment.neighbourhood import Neighbourhood, improved
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import BadNumber, BadShape, Bools, Floats, Ints, Problem
from cohort.assignment.walks import NEVER

Profile = TypeVar("Profile")
ROWS_AT_FIRST = 2048
MARGIN = 1.5


class Newcomers(NamedTuple):
    """How k researchers would suit p new mentors: score float[k, p], and forbidden bool[k, p]."""

    score: Floats
    forbidden: Bools


@dataclass(frozen=True, eq=False)
class Recruit(Generic[Profile]):
    """What one new mentor with one place would add: what solving again with the mentor gives.

    gain    of the total, in the units of the scores; with `cover`, beside `placed`.
    placed  researchers more with a mentor.
    takes   int[k]: the researchers who would go to the new mentor.
    newly   int[k]: those who have no mentor now and would have one, new or not.
    """

    profile: Profile
    gain: float
    placed: int
    takes: Ints
    newly: Ints


def recruits(
    near: Neighbourhood,
    profiles: Sequence[Profile],
    columns_of: Callable[[Ints], Newcomers],
    *,
    highest: float,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Recruit[Profile], ...]:
    """The profiles that would add most, the best first; those that add nothing are left out.

    `columns_of` gives the columns of all profiles for some rows, int[k]; no score in them is
    above `highest`. A new mentor whom i goes to adds i's score there, and what it gains that i's
    place is free (`Neighbourhood.released`), for the best i: exact, as the reduced cost of a new
    column is. Rows are looked at by what their places gain, until no row that is left could
    change which profiles are the best. O(n) for each profile at most. Whom the answer moves is
    one augmenting path for each of the best. Its proof is the search: no path gains more than the
    distances, which are node potentials. Raises BadShape for columns of another shape, and
    BadNumber for a score above `highest`.
    """
    near = _outweighing(near, highest)
    seen = _RowsSeen.of(near, len(profiles))
    bound = round((highest + float(near.problem.lead.max(initial=0.0))) * near.worth.steps)
    for rows in _by_gain(seen):
        least = max(_nth_greatest(seen.value, most), 0)
        if out_of_time() or seen.released[rows[0]] + bound < max(least, 1):
            break
        seen.look(rows, _checked(columns_of(rows), (len(rows), len(profiles)), highest))
    best = sorted(range(len(profiles)), key=lambda k: -seen.value[k])[:most]
    return tuple(seen.recruit(k, profiles[k]) for k in best if seen.value[k] > 0)


@dataclass(frozen=True, eq=False)
class _RowsSeen:
    """What is known of p new mentors from the rows looked at.

    released  int[n]: what it gains that each one's place is free; at most `NEVER` where that
              cannot be.
    value     int[p]: what each new mentor adds, in steps.
    parts     rows int[k], units int[k, p] and allowed bool[k, p] of each look.
    """

    near: Neighbourhood
    released: Ints
    value: Ints
    parts: list[tuple[Ints, Ints, Bools]]

    @classmethod
    def of(cls, near: Neighbourhood, profiles: int) -> "_RowsSeen":
        pinned = np.bincount([i for i, _ in near.problem.pinned], minlength=near.problem.shape[0])
        released = np.where(pinned < near.problem.demand, near.released(), NEVER)
        return cls(near, released, np.zeros(profiles, dtype=np.int64), [])

    def look(self, rows: Ints, columns: Newcomers) -> None:
        units = np.rint(columns.score * self.near.worth.steps).astype(np.int64)
        units += np.rint(self.near.problem.lead[rows] * self.near.worth.steps).astype(np.int64)[
            :, None
        ]
        allowed = ~columns.forbidden & (columns.score >= self.near.problem.floor)
        gains = (units + self.released[rows, None]).max(axis=0, initial=0, where=allowed)
        np.maximum(self.value, gains, out=self.value)
        self.parts.append((rows, units, allowed))

    def recruit(self, k: int, profile: Profile) -> Recruit[Profile]:
        """Nobody who was not looked at adds as much as this new mentor does."""
        near, (n, m) = self.near, self.near.problem.shape
        units, allowed = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
        for rows, some, able in self.parts:
            units[rows], allowed[rows] = some[:, k], able[:, k]
        found = with_new_mentor(near, units, allowed)
        degree, bonus = near.residual.degree, near.worth.bonus
        newly, losing = found.newly(degree), found.losing(degree)
        placed = len(newly) - len(losing)
        return Recruit(
            profile,
            gain=(found.gain - bonus * placed) / near.worth.steps,
            placed=placed,
            takes=np.array([i for i, _, q in found.moves if q == m], dtype=np.int64),
            newly=np.array(newly, dtype=np.int64),
        )


def _by_gain(seen: _RowsSeen) -> Iterator[Ints]:
    """The rows of those who could go, the greatest gain first; each time twice as many."""
    able = np.flatnonzero(seen.released > NEVER)
    able = able[np.argsort(-seen.released[able], kind="stable")]
    start, size = 0, ROWS_AT_FIRST
    while start < len(able):
        yield able[start : start + size]
        start, size = start + size, 2 * size


def _nth_greatest(values: Ints, nth: int) -> int:
    """0 where there are not so many."""
    if not 0 < nth <= len(values):
        return 0
    return int(np.partition(values, len(values) - nth)[len(values) - nth])


def _checked(columns: Newcomers, shape: tuple[int, int], highest: float) -> Newcomers:
    score, forbidden = np.asarray(columns.score), np.asarray(columns.forbidden)
    if (score.shape, forbidden.shape) != (shape, shape):
        raise BadShape(
            f"The columns of new mentors have shapes {score.shape} and {forbidden.shape}; both "
            f"must be {shape}.",
            "columns",
        )
    if (score > highest).any():
        raise BadNumber(f"A new mentor has the score {score.max()}, above {highest}.", "columns")
    return Newcomers(score, forbidden)


def _outweighing(near: Neighbourhood, highest: float) -> Neighbourhood:
    """The same answer, counted in steps and with a cover bonus that fit the columns' scores too.

    Scores that are half as high again as the problem's change neither: sums of a few steps stay
    below 2**53, and the bonus, more than 4 k times the highest score for k pairs, still outweighs
    what k + 1 pairs could win or lose, 2.5 (k + 1) times that score.
    """
    problem = near.problem
    if highest <= MARGIN * np.abs(problem.scores).max(initial=0.0):
        return near
    worth = canonical(_with_nobody(problem, highest))
    worth = replace(worth, units=worth.units[:, :-1], allowed=worth.allowed[:, :-1])
    return improved(problem, np.argwhere(near.residual.assigned), worth) or near


def _with_nobody(problem: Problem, score: float) -> Problem:
    """With one mentor more, whom this score would suit and nobody may have."""
    n = problem.shape[0]
    return replace(
        problem,
        scores=np.column_stack([problem.scores, np.full(n, score)]),
        capacity=np.append(problem.capacity, 0),
        min_load=np.append(problem.min_load, 0),
        forbidden=np.column_stack([problem.forbidden, np.ones(n, dtype=np.bool_)]),
        mentor_ids=(*problem.mentor_ids, id_of_new(problem.mentor_ids)),
    )
