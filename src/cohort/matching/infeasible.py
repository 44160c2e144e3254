"""When minimums cannot be met: who is too few for whom, and the cheapest way out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.matching.flow import NEVER, Residual, fill, lowest_prices
from cohort.matching.problem import Bools, Ints, Problem

MOST_NAMED = 20


class CannotMeet(ValueError):
    """These mentors must have more people than there are researchers who could go to them.

    mentors      whose `min_load` together is too high; no mentor can be left out of the proof.
    researchers  all who could be with any of them.
    asked, room  the sum of their `min_load`, and how many of those places can be filled.
    lower        int[m]: the cheapest change: a `min_load` that can be met, as near as possible.
    allow        pairs (i, j), dearest first: pairs that are ruled out now, each of which would
                 fill one place more.
    """

    def __init__(
        self,
        mentors: Sequence[int],
        researchers: Sequence[int],
        *,
        asked: int,
        room: int,
        lower: Ints,
        allow: Sequence[tuple[int, int]],
    ) -> None:
        super().__init__(
            f"Mentors {_listed(mentors)} must have {asked} people together, but only "
            f"{room} of these places can be filled: the researchers who could go to them are "
            f"{_listed(researchers)}. Lower their min_load by {asked - room}, or allow them "
            "more people."
        )
        self.mentors, self.researchers = tuple(mentors), tuple(researchers)
        self.asked, self.room = asked, room
        self.lower, self.allow = lower, tuple(allow)


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows)) if rows else "none"


def too_few(problem: Problem, residual: Residual, mentor: int) -> CannotMeet:
    """The proof that this mentor's minimum cannot be met beside those of the others.

    Whoever could send people on to the mentor is at the minimum too: these mentors and their
    people are a violation of Hall's condition (Hall 1935), which is then made as small as it
    can be by leaving out every mentor whom it does not need.
    """
    mentors = _leading_to(residual, mentor)
    lower = residual.scope.lower
    for one in mentors.copy():
        rest = [j for j in mentors if j != one]
        if rest and lower[rest].sum() > _room(residual, rest):
            mentors = rest
    scope, fullest = residual.scope, _as_full_as_can_be(residual)
    who = np.flatnonzero((scope.allowed[:, mentors].any(axis=1)) & (scope.most > 0))
    return CannotMeet(
        mentors,
        who.tolist(),
        asked=int(lower[mentors].sum()),
        room=_room(residual, mentors),
        lower=fullest.scope.lower,
        allow=_pairs_that_would_help(problem, fullest, mentors),
    )


@dataclass(frozen=True)
class Crowd:
    """More people than places: all of these researchers can only be with these mentors.

    without  the researchers among them who have no mentor (or fewer than they may have).
    places   the mentors' places, all of which are taken; one more with any of these mentors
             would place one more person. `best` is the mentor with whom it would add most.
    """

    researchers: tuple[int, ...]
    mentors: tuple[int, ...]
    without: tuple[int, ...]
    places: int
    best: int | None


def crowds(problem: Problem, residual: Residual) -> tuple[Crowd, ...]:
    """Why the people without a mentor cannot be placed, from an assignment that covers the most.

    Follows everybody who could make room for them, until only full mentors are left: Hall's
    condition fails for these people and these mentors. `best` is None for those whom no mentor
    is allowed at all. People who wait for the same mentors are one crowd.
    """
    waiting = np.flatnonzero((residual.degree == 0) & (np.asarray(problem.demand) > 0)).tolist()
    grouped: dict[tuple[int, ...], list[int]] = {}
    for i in waiting:
        mentors = _ahead_of(residual, i)
        if (residual.load[mentors] >= residual.scope.upper[mentors]).all():
            grouped.setdefault(tuple(mentors), []).append(i)
    prices = lowest_prices(residual.arcs)
    return tuple(
        Crowd(
            researchers=tuple(
                sorted({*without, *np.flatnonzero(residual.held[:, mentors].any(axis=1)).tolist()})
            ),
            mentors=mentors,
            without=tuple(without),
            places=int(problem.capacity[list(mentors)].sum()),
            best=max(mentors, key=lambda j: int(prices[j]), default=None),
        )
        for mentors, without in grouped.items()
    )


def _ahead_of(residual: Residual, i: int) -> list[int]:
    """The mentors whom i could have if people moved on, without regard to what that loses."""
    bench = residual.bench
    seen = np.append(residual.scope.allowed[i], False)
    newly = np.flatnonzero(seen)
    while len(newly):
        reached = (residual.arcs[newly] > NEVER).any(axis=0) & ~seen
        reached[bench] = False
        seen |= reached
        newly = np.flatnonzero(reached)
    return np.flatnonzero(seen).tolist()


def _leading_to(residual: Residual, mentor: int) -> list[int]:
    seen = np.zeros(len(residual.arcs), dtype=np.bool_)
    newly = np.array([mentor])
    while len(newly):
        seen[newly] = True
        newly = np.flatnonzero((residual.arcs[:, newly] > NEVER).any(axis=1) & ~seen)
    return np.flatnonzero(seen).tolist()


def _room(residual: Residual, mentors: Sequence[int]) -> int:
    """How many of these mentors' places can be filled at most, were there no other mentors."""
    scope = residual.scope
    elsewhere = np.delete(scope.fixed, mentors, axis=1).sum(axis=1)
    ways = scope.allowed[:, mentors].sum(axis=1)
    return int(np.minimum(scope.most - elsewhere, ways).sum())


def _as_full_as_can_be(residual: Residual) -> Residual:
    """An assignment that misses as few of the minimums as can be, which become its own."""
    lower = residual.scope.lower.copy()
    while True:
        residual = Residual(residual.goal, replace(residual.scope, lower=lower), residual.held)
        mentor = fill(residual)
        if mentor is None:
            return residual
        lower = lower.copy()
        lower[mentor] = residual.load[mentor]


def _pairs_that_would_help(
    problem: Problem, residual: Residual, mentors: Sequence[int]
) -> list[tuple[int, int]]:
    """Pairs of these mentors with people whom their present mentors, or the bench, can spare."""
    spare = _reached_from_bench(residual)
    held, scope = residual.held, residual.scope
    free = (held & ~scope.fixed)[:, spare[:-1]].any(axis=1) | (residual.degree < scope.most)
    found = [(i, j) for j in mentors for i in np.flatnonzero(free & ~scope.allowed[:, j]).tolist()]
    forbidden = np.asarray(problem.forbidden)
    ids = problem.researcher_ids or (), problem.mentor_ids or ()
    found.sort(key=lambda p: (forbidden[p], -residual.goal.worth[p], ids[0][p[0]], ids[1][p[1]]))
    return found[:MOST_NAMED]


def _reached_from_bench(residual: Residual) -> Bools:
    seen = np.zeros(len(residual.arcs), dtype=np.bool_)
    newly = np.array([residual.bench])
    while len(newly):
        seen[newly] = True
        newly = np.flatnonzero((residual.arcs[newly] > NEVER).any(axis=0) & ~seen)
    return seen
