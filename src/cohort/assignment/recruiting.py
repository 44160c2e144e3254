"""Which new mentor would help most: each one is one augmenting path, and none is solved for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from cohort.assignment.augmenting import id_of_new, with_new_mentor
from cohort.assignment.canonical import canonical
from cohort.assignment.neighbourhood import Neighbourhood, improved
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import BadShape, Bools, Floats, Ints, Problem

Profile = TypeVar("Profile")


class Column(NamedTuple):
    """How a new mentor would fit everybody: score float[n], and forbidden bool[n]."""

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
    profiles: Iterable[Profile],
    column_of: Callable[[Profile], Column],
    *,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Recruit[Profile], ...]:
    """The profiles that would add most, the best first; those that add nothing are left out.

    A new mentor whom i goes to adds i's score there, and what it gains that i's place is free
    (`Neighbourhood.released`, worked out once), for the best i: O(n) a profile, exact. Whom the
    answer moves is one augmenting path for each of the best. Its proof is the search: no path
    gains more than the distances, which are node potentials. Raises BadShape for a column
    that is not as long as the problem.
    """
    n = near.problem.shape[0]
    columns = [(one, _whole(column_of(one), n, one)) for one in profiles]
    near = _outweighing(near, [column for _, column in columns])
    released = near.released()
    each = [_Newcomer.of(near, one, column) for one, column in columns]
    value = [one.value(released) for one in each]
    found = []
    for k in sorted(range(len(each)), key=lambda k: -value[k])[:most]:
        if value[k] <= 0 or out_of_time():
            break
        found.append(each[k].recruit(near))
    return tuple(found)


class _Newcomer(NamedTuple, Generic[Profile]):
    profile: Profile
    units: Ints
    allowed: Bools

    @classmethod
    def of(cls, near: Neighbourhood, profile: Profile, column: Column) -> "_Newcomer[Profile]":
        problem = near.problem
        pins = np.bincount([i for i, _ in problem.pinned], minlength=problem.shape[0])
        allowed = ~column.forbidden & (column.score >= problem.floor) & (pins < problem.demand)
        return cls(profile, np.rint(column.score * near.worth.steps).astype(np.int64), allowed)

    def value(self, released: Ints) -> int:
        return int((self.units + released).max(initial=0, where=self.allowed))

    def recruit(self, near: Neighbourhood) -> Recruit[Profile]:
        found, m = with_new_mentor(near, self.units, self.allowed), near.problem.shape[1]
        degree, bonus = near.residual.degree, near.worth.bonus
        newly, losing = found.newly(degree), found.losing(degree)
        placed = len(newly) - len(losing)
        return Recruit(
            self.profile,
            gain=(found.gain - bonus * placed) / near.worth.steps,
            placed=placed,
            takes=np.array([i for i, _, q in found.moves if q == m], dtype=np.int64),
            newly=np.array(newly, dtype=np.int64),
        )


def _whole(column: Column, n: int, profile: object) -> Column:
    score, forbidden = np.asarray(column.score), np.asarray(column.forbidden)
    if (score.shape, forbidden.shape) != ((n,), (n,)):
        raise BadShape(
            f"The column of {profile!r} has shapes {score.shape} and {forbidden.shape}; "
            f"both must be ({n},).",
            "column",
        )
    return Column(score, forbidden)


def _outweighing(near: Neighbourhood, columns: list[Column]) -> Neighbourhood:
    """The same answer, counted in steps and with a cover bonus that fit the columns' scores too."""
    problem = near.problem
    largest = max((float(np.abs(one.score).max(initial=0.0)) for one in columns), default=0.0)
    if largest <= np.abs(problem.scores).max(initial=0.0):
        return near
    worth = canonical(_with_nobody(problem, largest))
    worth = replace(worth, units=worth.units[:, :-1], allowed=worth.allowed[:, :-1])
    return improved(problem, np.argwhere(near.residual.held), worth) or near


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
