"""Which one change would give more people a mentor: what to ask, and of whom; pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from cohort.assignment import Problem, Solution, solve
from cohort.assignment.augmenting import with_one_more_place, with_pair
from cohort.assignment.canonical import canonical
from cohort.assignment.neighbourhood import Neighbourhood, improved
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Bools
from cohort.assignment.repairs import Repair, ways_to_place
from cohort.assignment.tie_break import break_ties
from cohort.pairing.result import SolvedProblem
from cohort.pairing.scores.scoring import Scores

MOST_WEIGHED = 200
NOT_ASKED = ("block", "declined", "ended")
"""Nobody is their own mentor; whoever declined, or had each other, is not asked again."""
LEAST_SCORE = "least_score"


@dataclass(frozen=True)
class WayToPlace:
    """One change, and what comes of it: what matching everyone again by the same rules gives.

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
    solved: SolvedProblem, *, most: int = 6, out_of_time: Callable[[], bool] = never
) -> tuple[WayToPlace, ...]:
    """The changes after which one person more would have a mentor, the best answers first.

    They are sought around an answer that places as many people as can be, and kept where matching
    again does place more. A pair is thought of where one thing alone rules it out, with the score
    that it has now, and of each researcher only the best. None where the pairs are not proved.

    O(n m), and one augmenting path for each change; where fairness is the aim, each is solved.
    """
    before, by_total = _placed(solved.problem, solved.solution), solved.problem.objective == "total"
    if solved.solution.stopped or before.all() or (by_total and solved.solution.gap > 0):
        return ()
    found: list[WayToPlace] = []
    for change in _changes(solved, out_of_time):
        if out_of_time() or len(found) == most:
            break
        again = (
            _augmented(solved, change) if by_total else _solved_again(solved, change, out_of_time)
        )
        if again and len(again.newly) > len(again.losing):
            found.append(_way(solved, change, again))
    return tuple(found)


class _Change(NamedTuple):
    """`after` is the answer with the change, where it is known."""

    kind: Literal["place", "pair", "cover"]
    researcher: int | None = None
    mentor: int | None = None
    ruled_out_by: str | None = None
    repair: Repair | None = None
    after: Neighbourhood | None = None


class _Again(NamedTuple):
    """What matching again gives: rows of the researchers who gain a mentor, and who lose theirs."""

    gain: float | None
    newly: Sequence[int]
    losing: Sequence[int]


def _changes(solved: SolvedProblem, out_of_time: Callable[[], bool]) -> Iterator[_Change]:
    """What may help, the cheapest first; nothing once time is over."""
    problem, covered = solved.problem, _covered(solved, out_of_time)
    if covered is None:
        return
    if not (problem.cover or solved.placing) and problem.objective == "total":
        yield _Change("cover", after=covered)
    causes = _lone_causes(solved.scores, problem)
    may_allow = np.logical_or.reduce([*causes.values()])
    asked = set()
    for way in ways_to_place(covered, may_allow=may_allow, most=MOST_WEIGHED):
        if way.kind == "place":
            yield _Change("place", mentor=way.mentor, repair=way)
        elif way.researcher not in asked:
            asked.add(way.researcher)
            pair = way.researcher, way.mentor
            cause = next(name for name, rules_out in causes.items() if rules_out[pair])
            yield _Change("pair", *pair, cause, repair=way)


def _covered(solved: SolvedProblem, out_of_time: Callable[[], bool]) -> Neighbourhood | None:
    """Around an answer that places as many as can be, from the pairs of this one."""
    problem = solved.problem
    if problem.cover and problem.objective == "total":
        return solved.near
    covering = problem.by_total(cover=True)
    return improved(covering, solved.solution.pairs, canonical(covering), out_of_time)


def _augmented(solved: SolvedProblem, change: _Change) -> _Again | None:
    near, found = solved.near, None
    if change.after:
        return _with_cover(solved, change.after)
    if change.mentor is not None and change.researcher is None:
        found = with_one_more_place(near, change.mentor)
    elif change.mentor is not None and change.researcher is not None:
        forced = change.ruled_out_by == LEAST_SCORE
        found = with_pair(near, change.researcher, change.mentor, forced=forced)
    if found is None:
        return None
    newly, losing = found.newly(near.residual.degree), found.losing(near.residual.degree)
    steps = found.gain - near.worth.bonus * (len(newly) - len(losing))
    return _Again(steps / near.worth.steps, newly, losing)


def _with_cover(solved: SolvedProblem, covered: Neighbourhood) -> _Again:
    """The answer by the rule that places people first, among equals the one that solving gives."""
    before = _placed(solved.problem, solved.solution)
    after = solved.problem.demand == 0
    if covered.residual.assigned.any(axis=1).sum() > len(np.unique(solved.solution.pairs[:, 0])):
        chosen, _ = break_ties(covered.problem, covered.residual, covered.price[:-1], never)
        after |= chosen.any(axis=1)
    else:
        after = before
    return _compared(before, after, covered.total - solved.solution.total)


def _solved_again(
    solved: SolvedProblem, change: _Change, out_of_time: Callable[[], bool]
) -> _Again | None:
    """For the aim of fairness, which no single path improves."""
    problem = solved.problem
    if change.repair is None:
        return None
    changed = change.repair.applied_to(problem)
    if change.kind == "pair" and change.ruled_out_by != LEAST_SCORE:
        changed = replace(changed, pinned=problem.pinned)
    again = solve(changed, out_of_time=out_of_time)
    if again.stopped:
        return None
    return _compared(_placed(problem, solved.solution), _placed(problem, again), None)


def _compared(before: Bools, after: Bools, gain: float | None) -> _Again:
    newly, losing = np.flatnonzero(after & ~before), np.flatnonzero(before & ~after)
    return _Again(gain, newly.tolist(), losing.tolist())


def _lone_causes(scores: Scores, problem: Problem) -> dict[str, Bools]:
    """bool[n, m] for each thing that can be asked for: where it alone rules a pair out."""
    low = problem.scores < problem.floor
    causes = {**scores.reasons, LEAST_SCORE: low}
    some, several = np.zeros((2, *low.shape), dtype=np.bool_)
    for rules_out in causes.values():
        several |= some & rules_out
        some |= rules_out
    alone = ~several
    return {name: rules_out & alone for name, rules_out in causes.items() if name not in NOT_ASKED}


def _placed(problem: Problem, solution: Solution) -> Bools:
    """bool[n]: who has a mentor, or asks for none."""
    placed: Bools = problem.demand == 0
    placed[solution.pairs[:, 0]] = True
    return placed


def _way(solved: SolvedProblem, change: _Change, again: _Again) -> WayToPlace:
    (i, j), problem = (change.researcher, change.mentor), solved.problem
    researchers, mentors = problem.researcher_ids, problem.mentor_ids
    return WayToPlace(
        kind=change.kind,
        researcher_id=None if i is None else researchers[i],
        mentor_id=None if j is None else mentors[j],
        ruled_out_by=change.ruled_out_by,
        gain=again.gain,
        newly=tuple(researchers[k] for k in again.newly),
        losing=tuple(researchers[k] for k in again.losing),
    )
