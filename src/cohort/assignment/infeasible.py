"""When minimums cannot be met: who is too few for whom, and the cheapest way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.flow import Residual, Scope
from cohort.assignment.problem import Ints, Problem
from cohort.assignment.walks import NEVER, lowest_prices

MOST_TRIED = 5_000  # sets of mentors that are tried in search of a smaller proof
Pairs = Sequence[tuple[int, int]]


class CannotMeet(ValueError):
    """These mentors must have more people than there are researchers who could go to them.

    mentors      whose `min_load` together is too high; none of them can be left out.
    smallest     whether no proof needs fewer mentors. Finding one with the fewest is as hard as
                 finding the largest clique of a graph (let each edge be a mentor whom only its
                 two ends could have, beside people who could have anybody), so where there
                 are too many sets to try, the proof is only one that cannot be made smaller.
    researchers  all who could be with any of them.
    pins         pins (i, j) to others that hold back somebody who could be with one of them.
    asked, room  the sum of their `min_load`, and how many of those places can be filled.
    lower        int[m]: minimums that can be met. As few places as can be are missing, and of
                 such minimums they are those with the best answer (with "fair", by total).

    `repairs.repairs` names the single changes that help, each with the best answer it leads to.
    """

    def __init__(
        self,
        mentors: Sequence[int],
        researchers: Sequence[int],
        *,
        asked: int,
        room: int,
        lower: Ints,
        pins: Pairs,
        smallest: bool,
        names: tuple[Sequence[str], Sequence[str]],
    ) -> None:
        self.mentors, self.researchers, self.pins = tuple(mentors), tuple(researchers), tuple(pins)
        self.asked, self.room, self.lower, self.smallest = asked, room, lower, smallest
        super().__init__(self.in_words(*names))

    def in_words(self, researchers: Sequence[str], mentors: Sequence[str]) -> str:
        """The proof as a sentence, with these names by row and by column."""
        named = ", ".join(mentors[j] for j in self.mentors)
        alone = len(self.mentors) == 1
        them = "this mentor" if alone else "them"
        could = ", ".join(researchers[i] for i in self.researchers)
        pins = ", ".join(f"{researchers[i]} with {mentors[j]}" for i, j in self.pins)
        return (
            f"{'Mentor' if alone else 'Mentors'} {named} must have {self.asked} "
            f"{'person' if self.asked == 1 else 'people'}{'' if alone else ' together'}, but only "
            f"{self.room} of these places can be filled: "
            + (f"those who could go to {them} are {could}." if could else "nobody could go there.")
            + (f" Pins keep {pins}." if pins else "")
            + f" Lower the minimum by {self.asked - self.room}, or allow {them} more people."
        )


def too_few(problem: Problem, residual: Residual) -> CannotMeet:
    """The proof that the minimums cannot all be met, from an assignment filled by `fill`.

    Whoever could send people on to a mentor who is short is at the minimum too: these mentors
    and their people are a violation of Hall's condition (Hall 1935), which is then made as
    small as it can be by leaving out every mentor whom it does not need.
    """
    scope, ids = residual.scope, problem.mentor_ids
    short = np.flatnonzero(residual.load < scope.lower).tolist()
    together = {tuple(sorted(_leading_to(residual, j), key=lambda k: ids[k])) for j in short}
    needed = [_without_the_needless(scope, list(mentors)) for mentors in together]
    fewest = min(needed, key=lambda mentors: (len(mentors), [ids[j] for j in mentors]))
    suspects = sorted({j for mentors in together for j in mentors}, key=lambda k: ids[k])
    mentors, smallest = _fewer(scope, suspects, fewest)
    who = scope.allowed[:, mentors].any(axis=1) & (scope.most > 0)
    return CannotMeet(
        sorted(mentors),
        np.flatnonzero(who).tolist(),
        asked=int(scope.lower[mentors].sum()),
        room=_room(scope, mentors),
        lower=np.minimum(scope.lower, residual.load),
        pins=_pins_in_the_way(problem, scope, mentors),
        smallest=smallest,
        names=(problem.researcher_ids, ids),
    )


def _without_the_needless(scope: Scope, mentors: list[int]) -> list[int]:
    for one in mentors.copy():
        rest = [j for j in mentors if j != one]
        if _are_too_many(scope, rest):
            mentors = rest
    return mentors


def _fewer(scope: Scope, suspects: Sequence[int], found: list[int]) -> tuple[list[int], bool]:
    """The smallest proof, and whether it surely is: every smaller set is tried, if not too many.

    No proof needs a mentor who leads to nobody short: the mentors who do are the proof of all
    that is missing, and what two proofs have in common (how much a set misses is supermodular)
    is one too.
    """
    left = MOST_TRIED
    for size in range(1, len(found)):
        left -= comb(len(suspects), size)
        if left < 0:
            return found, False
        for some in combinations(suspects, size):
            if _are_too_many(scope, list(some)):
                return list(some), True
    return found, True


def _are_too_many(scope: Scope, mentors: list[int]) -> bool:
    return bool(scope.lower[mentors].sum() > _room(scope, mentors))


def _room(scope: Scope, mentors: Sequence[int]) -> int:
    """How many of these mentors' places can be filled at most, were there no other mentors."""
    return int(np.minimum(*_free_and_ways(scope, mentors)).sum())


def _free_and_ways(scope: Scope, mentors: Sequence[int]) -> tuple[Ints, Ints]:
    """How many of these mentors each may have beside pins to others, and how many could be."""
    elsewhere = scope.fixed.sum(axis=1) - scope.fixed[:, mentors].sum(axis=1)
    return scope.most - elsewhere, scope.allowed[:, mentors].sum(axis=1)


def _pins_in_the_way(problem: Problem, scope: Scope, mentors: Sequence[int]) -> Pairs:
    free, ways = _free_and_ways(scope, mentors)
    could = (scope.fixed | wanted_pairs(problem))[:, mentors].sum(axis=1)
    more = np.minimum(free + 1, could) > np.minimum(free, ways)
    return sorted((i, j) for i, j in problem.pinned if more[i] and j not in mentors)


@dataclass(frozen=True)
class Crowd:
    """More people than places: these researchers compete for these mentors and no others.

    Nobody of them could go anywhere else (who may have several mentors might have another beside).

    without  the researchers among them who have no mentor.
    places   the mentors' places, all of which are taken; with `cover`, one more with any of
             these mentors would place one more person. `best` is the mentor with whom it would
             add most.
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
    waiting = np.flatnonzero((residual.degree == 0) & (problem.demand > 0)).tolist()
    grouped: dict[tuple[int, ...], list[int]] = {}
    for i in waiting:
        mentors = _ahead_of(residual, i)
        if (residual.load[mentors] >= residual.scope.upper[mentors]).all():
            grouped.setdefault(tuple(mentors), []).append(i)
    prices = lowest_prices(residual.arcs)
    return tuple(
        Crowd(
            researchers=tuple(
                sorted(
                    {*without, *np.flatnonzero(residual.assigned[:, mentors].any(axis=1)).tolist()}
                )
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
    unmatched = residual.unmatched
    seen = np.append(residual.scope.allowed[i], False)
    newly = np.flatnonzero(seen)
    while len(newly):
        reached = (residual.arcs[newly] > NEVER).any(axis=0) & ~seen
        reached[unmatched] = False
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
