"""Which one change would give more people a mentor: what to ask, and of whom; pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from cohort.assignment import Problem, Solution, solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools
from cohort.assignment.repairs import ways_to_place
from cohort.pairing.dense import Held
from cohort.pairing.scores.scoring import Scores

MOST_WEIGHED = 200
NOT_ASKED = ("block", "declined")
"""Nobody is their own mentor, and whoever declined is not asked again."""
LEAST_SCORE = "least_score"


@dataclass(frozen=True)
class WayToPlace:
    """One change, and what comes of it: known from matching everyone again, by the same rules.

    kind          "place": the mentor has one place more. "pair": the two may be a pair. "cover":
                  the rules place as many people as they can.
    ruled_out_by  what rules the pair out now: a requirement by name, or "least_score", below
                  which only a pin can go.
    gain          of the total, often below 0; None where the total is not the aim.
    newly, losing  ids of the researchers who would have a mentor and have none now, and of those
                  who would lose theirs, as may be where fairness is the aim.
    """

    kind: Literal["place", "pair", "cover"]
    researcher_id: str | None
    mentor_id: str | None
    ruled_out_by: str | None
    gain: float | None
    newly: tuple[str, ...]
    losing: tuple[str, ...]


def ways_to_place_one(
    held: Held, *, most: int = 6, out_of_time: Callable[[], bool] = never
) -> tuple[WayToPlace, ...]:
    """The changes after which one person more would have a mentor, the best answers first.

    They are sought around an answer that places as many people as can be, and kept where matching
    again does place more. A pair is thought of where one thing alone rules it out, with the score
    that it has now, and of each researcher only the best. None where the pairs are not proved.
    """
    before = _placed(held.problem, held.solution)
    if held.solution.stopped or before.all():
        return ()
    found: list[WayToPlace] = []
    for change in _changes(held, out_of_time):
        again = solve(change.problem, out_of_time=out_of_time)
        if again.stopped:
            break
        after = _placed(held.problem, again)
        if after.sum() > before.sum():
            found.append(_told(held, change, again.total, after & ~before, before & ~after))
        if len(found) == most:
            break
    return tuple(found)


class _Change(NamedTuple):
    kind: Literal["place", "pair", "cover"]
    problem: Problem
    researcher: int | None = None
    mentor: int | None = None
    ruled_out_by: str | None = None


def _changes(held: Held, out_of_time: Callable[[], bool]) -> Iterator[_Change]:
    """What may help, the cheapest first; nothing once time is over."""
    problem, covered = held.problem, held.solution
    covering = replace(problem, cover=True, objective="total")
    if not (problem.cover and problem.objective == "total"):
        covered = solve(covering, out_of_time=out_of_time)
    if covered.gap > 0:
        return
    if not problem.cover and problem.objective == "total":
        yield _Change("cover", covering)
    causes = _lone_causes(held.scores, problem)
    may_allow = np.any(list(causes.values()), axis=0)
    asked = set()
    for way in ways_to_place(covering, covered, may_allow=may_allow, most=MOST_WEIGHED):
        changed, pair = way.applied_to(problem), (way.researcher, way.mentor)
        if way.kind == "place":
            yield _Change("place", changed, mentor=way.mentor)
        elif way.researcher not in asked:
            asked.add(way.researcher)
            cause = next(name for name, rules_out in causes.items() if rules_out[pair])
            if cause != LEAST_SCORE:
                changed = replace(changed, pinned=problem.pinned)
            yield _Change("pair", changed, *pair, cause)


def _lone_causes(scores: Scores, problem: Problem) -> dict[str, Bools]:
    """bool[n, m] for each thing that can be asked for: where it alone rules a pair out."""
    low = problem.scores < problem.floor
    causes = {**scores.reasons, LEAST_SCORE: low}
    alone = np.sum(list(causes.values()), axis=0) == 1
    return {name: rules_out & alone for name, rules_out in causes.items() if name not in NOT_ASKED}


def _placed(problem: Problem, solution: Solution) -> Bools:
    """bool[n]: who has a mentor, or asks for none."""
    placed: Bools = problem.demand == 0
    placed[solution.pairs[:, 0]] = True
    return placed


def _told(held: Held, change: _Change, total: float, newly: Bools, losing: Bools) -> WayToPlace:
    problem, (i, j) = held.problem, (change.researcher, change.mentor)
    researchers, mentors = problem.researcher_ids, problem.mentor_ids
    return WayToPlace(
        kind=change.kind,
        researcher_id=None if i is None else researchers[i],
        mentor_id=None if j is None else mentors[j],
        ruled_out_by=change.ruled_out_by,
        gain=total - held.solution.total if problem.objective == "total" else None,
        newly=tuple(researchers[k] for k in np.flatnonzero(newly).tolist()),
        losing=tuple(researchers[k] for k in np.flatnonzero(losing).tolist()),
    )
