"""What another mentor would cost the cohort, and who would move, for one researcher; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cohort.assignment.counterfactual import Move, chain, counterfactuals
from cohort.pairing.evidence import Evidence
from cohort.pairing.scores.scorer import DIGITS

ASKS_FOR_NOBODY = "asks_for_nobody"
PINNED_ELSEWHERE = "pinned_elsewhere"
NO_PLACE = "no_place"
PLACES_PINNED = "places_pinned"
MINIMUMS = "minimums"
NOT_TOLD = "not_told"


@dataclass(frozen=True)
class Alternative:
    """One mentor for one researcher.

    cost          what the total would lose, in the units of the scores; 0 where an assignment
                  with this pair is just as good. None where the pair cannot be.
    fewer_placed  with `cover`: how many people fewer would have a mentor, before any cost.
    ruled_out     why the pair cannot be: requirements by name, or what leaves no place.
    below_floor   its score is below the least one; only a pin could make this pair.
    """

    mentor: str
    score: float
    chosen: bool
    cost: float | None
    fewer_placed: int
    ruled_out: tuple[str, ...]
    below_floor: bool

    @property
    def as_good(self) -> bool:
        """Whether the pair is part of some best assignment."""
        return self.cost == 0 and not self.fewer_placed and not self.below_floor


@dataclass(frozen=True)
class Change:
    """A researcher would go from one mentor to another, by id; None is without a mentor."""

    researcher: str
    origin: str | None
    target: str | None


def alternatives_for(evidence: Evidence, researcher: str) -> list[Alternative]:
    """Every mentor for this researcher: the cheapest first, those who cannot be at the end.

    O(n m) time and memory. Raises KeyError when the researcher took no part, and NotTheBest
    when the solution is not proved the best by total.
    """
    i = _position(evidence.problem.researcher_ids, researcher)
    found = counterfactuals(evidence.problem, evidence.solution)
    mentors = range(evidence.problem.shape[1])
    every = [
        alternative(evidence, i, j, float(found.regret[i, j]), int(found.fewer_placed[i, j]))
        for j in mentors
    ]
    return sorted(every, key=_best_first)


def changes_for(evidence: Evidence, researcher: str, mentor: str) -> list[Change]:
    """Who would move if the two had to be a pair: the cheapest moves, the researcher's first.

    Empty where nothing would change, or the pair cannot be. KeyError when one of the two took
    no part, and NotTheBest when the solution is not proved the best by total.
    """
    problem = evidence.problem
    i = _position(problem.researcher_ids, researcher)
    j = _position(problem.mentor_ids, mentor)
    moves = chain(problem, evidence.solution, i, j) or ()
    return [_change(evidence, move) for move in moves]


def alternative(evidence: Evidence, i: int, j: int, cost: float, fewer_placed: int) -> Alternative:
    """The pair in row i and column j. A cost of inf: it cannot be; of nan: not known."""
    problem, possible = evidence.problem, cost < math.inf
    low = bool(problem.scores[i, j] < problem.floor)
    return Alternative(
        mentor=problem.mentor_ids[j],
        score=round(float(problem.scores[i, j]) - evidence.placing, DIGITS),
        chosen=(i, j) in evidence.pairs,
        cost=cost if possible else None,
        fewer_placed=fewer_placed if possible else 0,
        ruled_out=() if cost != math.inf else _why_not(evidence, i, j),
        below_floor=low and possible and (i, j) not in problem.pinned,
    )


def _why_not(evidence: Evidence, i: int, j: int) -> tuple[str, ...]:
    requirements = [name for name, removes in evidence.removed.items() if removes[i, j]]
    if requirements:
        return tuple(requirements)
    problem = evidence.problem
    hers, theirs = (
        sum(pin[side] == one for pin in problem.pinned) for side, one in enumerate((i, j))
    )
    causes = {
        ASKS_FOR_NOBODY: problem.demand[i] == 0,
        PINNED_ELSEWHERE: hers == problem.demand[i],
        NO_PLACE: problem.capacity[j] == 0,
        PLACES_PINNED: theirs == problem.capacity[j],
    }
    return (next((name for name, holds in causes.items() if holds), MINIMUMS),)


def _best_first(one: Alternative) -> tuple[bool, bool, int, float, float]:
    """The pair that was found stands before those that are just as good."""
    cost = math.inf if one.cost is None else one.cost
    return one.cost is None, not one.chosen, one.fewer_placed, cost, -one.score


def _change(evidence: Evidence, move: Move) -> Change:
    problem = evidence.problem
    mentors = [*problem.mentor_ids, None]  # -1, no mentor, is the last one
    researcher = problem.researcher_ids[move.researcher]
    return Change(researcher, mentors[move.origin], mentors[move.target])


def _position(ids: Sequence[str] | None, one: str) -> int:
    try:
        return list(ids or ()).index(one)
    except ValueError as absent:
        raise KeyError(one) from absent
