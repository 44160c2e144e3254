"""What a matching gives: pairs with reasons, those left over with reasons, and the figures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypedDict

from cohort.assignment import Prices, Problem, Solution, Verdict
from cohort.assignment.canonical import canonical
from cohort.assignment.neighbourhood import Neighbourhood, neighbourhood
from cohort.pairing.explaining import Explanation
from cohort.pairing.fit import Fit
from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.scores.scoring import Scores
from cohort.pairing.unmatched import WhyUnmatched

STEPS = ("scoring", "solving", "checking", "explaining")
Progress = Callable[[str, float], None]
"""Called with one of the STEPS and the share of it that is done, 0 to 1; never back in a step."""
PASS, A_PASS = "pairs", 0.25
FACTOR_TITLES = {
    "domain": "Field",
    "role": "Role goal",
    "skills": "Skills to show",
    "availability": "Shared hours",
    "language": "Language",
    "path": "Same move",
    "wishes": "Wishes",
}


def unseen(_step: str, _fraction: float) -> None:
    """Nobody watches."""


def in_rounds(progress: Progress) -> Callable[[str, float, float], None]:
    """What `solve_large` reports, as parts of "solving".

    Nearly all the time goes into passes over all pairs. Nobody knows how many there will be,
    mostly six to ten: each is reported as a quarter of what is left.
    """
    left, stage_now = 1.0, ""

    def report(stage: str, fraction: float, _gap: float) -> None:
        nonlocal left, stage_now
        if stage_now == PASS != stage:
            left *= 1.0 - A_PASS
        stage_now = stage
        if stage == PASS and fraction:
            progress("solving", 1.0 - left * (1.0 - A_PASS * fraction))

    return report


class NotProved(ValueError):
    """A result whose certificate does not hold; it is not kept."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"The result could not be proved, so it was not kept. {fault}")


def is_cut_short(solution: Solution, verdict: Verdict) -> bool:
    """Whether time ran out before the proof; raises NotProved where figures are not true."""
    if not verdict and not (solution.stopped and verdict.sound):
        raise NotProved(verdict.sentence)
    return solution.stopped and not (verdict and solution.gap == 0)


@dataclass(frozen=True)
class MatchedPair:
    """One pair: factors are [{name, title, score, weight}], weights as shares of 1.

    Where one of the two weighs a factor otherwise, `usual` is its weight by the rules alone.

    fit       how well the two suit each other, in a word.
    best      the best score that the researcher could have with anybody whom no requirement
              removes; `possible` is how many these are.
    """

    researcher: str
    mentor: str
    score: float
    factors: list[dict[str, str | float]]
    sentence: str
    pinned: bool
    fit: Fit
    best: float
    possible: int


@dataclass(frozen=True, eq=False)
class SolvedProblem:
    """The scores of all pairs, the problem made of them, and its solution.

    placing  what the scores of the problem are raised by, as `Pool.placing` says.
    """

    scores: Scores
    problem: Problem
    solution: Solution
    placing: float = 0.0

    @property
    def unweighted(self) -> Problem:
        """The problem with the scores as they are, whatever placing a researcher counts. O(n m)."""
        if not self.placing:
            return self.problem
        ruled_out = ~canonical(self.problem).allowed
        return replace(self.problem, scores=self.scores.total, forbidden=ruled_out, floor=-math.inf)

    @cached_property
    def near(self) -> Neighbourhood:
        """What every question about the pairs starts from; raises NotTheBest as it does."""
        return neighbourhood(self.problem, self.solution)


@dataclass(frozen=True)
class Result:
    """What a run stores. Prices are by id; `unmatched` says why, by researcher id.

    stopped  time ran out before these pairs were proved the best.
    cover_bonus  as in `Solution`.
    solved   the arrays it was found with, for whoever asks further; None for a large pool, which
             never holds them.
    """

    pairs: Sequence[MatchedPair]
    unmatched: Mapping[str, WhyUnmatched]
    total: float
    bound: float
    gap: float
    stopped: bool
    researcher_prices: Mapping[str, float]
    mentor_prices: Mapping[str, float]
    cover_bonus: float
    solved: SolvedProblem | None = None


def matched_pair(
    pair: IdPair, why: Explanation, best: float, possible: int, *, pinned: bool
) -> MatchedPair:
    factors: list[dict[str, str | float]] = [
        {
            "name": name,
            "title": title_of(name),
            "score": why.factors[name],
            "weight": weight,
            **({} if weight == why.usual[name] else {"usual": why.usual[name]}),
        }
        for name, weight in why.shares.items()
    ]
    return MatchedPair(*pair, why.score, factors, why.sentence, pinned, why.fit, best, possible)


def title_of(factor: str) -> str:
    """What a page calls a factor; the organiser's own go by their names."""
    return FACTOR_TITLES.get(factor, factor)


class PricesById(TypedDict):
    researcher_prices: Mapping[str, float]
    mentor_prices: Mapping[str, float]


def prices_by_id(pool: Pool, prices: Prices) -> PricesById:
    u, v = prices.u.tolist(), prices.v.tolist()
    return {
        "researcher_prices": {one.id: u[i] for i, one in enumerate(pool.researchers)},
        "mentor_prices": {one.id: v[j] for j, one in enumerate(pool.mentors)},
    }
