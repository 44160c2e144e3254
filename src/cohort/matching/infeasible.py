"""When minimums cannot be met: who is too few for whom, and the cheapest way out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cohort.matching.flow import NEVER, Residual, fill
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
    scope = residual.scope
    who = np.flatnonzero((scope.allowed[:, mentors].any(axis=1)) & (scope.most > 0))
    return CannotMeet(
        mentors,
        who.tolist(),
        asked=int(lower[mentors].sum()),
        room=_room(residual, mentors),
        lower=_reachable_minimum(residual),
        allow=_pairs_that_would_help(problem, residual, mentors),
    )


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


def _reachable_minimum(residual: Residual) -> Ints:
    lower = residual.scope.lower.copy()
    while True:
        nearer = Residual(residual.goal, replace(residual.scope, lower=lower), residual.held)
        mentor = fill(nearer)
        if mentor is None:
            return lower
        lower[mentor] = nearer.load[mentor]
        residual = nearer


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
