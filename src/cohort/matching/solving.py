"""What a process of its own does for a run: the pairs with their proof, or the advice; pure."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cohort.assignment import Problem
from cohort.pairing.advising import Advice, advise, advise_from_prices
from cohort.pairing.evidence import unpack
from cohort.pairing.find import Progress, Result, SolvedProblem, find_pairs, scored
from cohort.pairing.moving import FoundMove, find_moves
from cohort.pairing.next_best import next_best
from cohort.pairing.packing import pack_pool, unpack_pool
from cohort.pairing.pool import Pool
from cohort.pairing.result import MatchedPair
from cohort.pairing.weighing import Weighed, weigh

LONGEST_QUESTION = 10.0
"""Seconds for each of the questions that are asked once the pairs are found."""


@dataclass(frozen=True)
class Solved:
    """What a run stores.

    ahead   who went first, as `Run.ahead` has it; None where nobody did.
    moves   another mentor for those who have one, from the places that are left.
    pool    what was solved, packed for the advice; None of a pool that is too large
            for all its scores at once.
    input   the same without names, which is kept with the run so that it can be replayed.
    advice  what is known already, of such a pool; of another it is worked out later.
    """

    result: Result
    ahead: dict[str, Any] | None
    moves: Sequence[FoundMove]
    weighed: Weighed
    cover_bonus: float | None
    digest: str
    pool: bytes | None
    input: bytes | None
    advice: Advice | None
    researchers: int
    mentors: int
    places: int


@dataclass(frozen=True)
class Refused:
    """It cannot be solved, however often it is tried; the sentence is for the organiser."""

    sentence: str


@dataclass(frozen=True)
class Advised:
    """cut_short  some question was not answered in full, as its time was over."""

    advice: Advice
    cut_short: bool


def solve_pool(pool: Pool, longest: float, *, progress: Progress) -> Solved | Refused:
    """The best pairs; after `longest` seconds, the best so far with how far off they may be."""
    until = time.perf_counter() + longest
    try:
        result = find_pairs(
            pool, progress=progress, out_of_time=lambda: time.perf_counter() > until
        )
    except ValueError as refused:
        return Refused(str(refused))
    progress("weighing", 0.0)
    solved = result.solved
    return Solved(
        result=replace(result, solved=None),
        ahead=_ahead(solved.problem) if solved else None,
        moves=find_moves(pool, result.pairs),
        weighed=weigh(solved),
        cover_bonus=solved.solution.cover_bonus if solved else None,
        digest=pool.digest(),
        pool=pack_pool(pool) if solved else None,
        input=pack_pool(pool.without_names()) if solved else None,
        advice=None if solved else advise_from_prices(result),
        researchers=len(pool.researchers),
        mentors=len(pool.mentors),
        places=sum(pool.places),
    )


def _ahead(problem: Problem) -> dict[str, Any] | None:
    who = [one for one, goes in zip(problem.researcher_ids, problem.ahead, strict=True) if goes]
    head_start = float(problem.lead.max(initial=0.0))
    return {"enrolment_ids": who, "head_start": head_start} if who else None


def solve_next_best(
    pool: Pool, asking: Collection[str], longest: float, *, progress: Progress
) -> Sequence[MatchedPair]:
    """Nothing where the pool cannot be solved: the weekly round tells the organisers why."""
    until = time.perf_counter() + longest
    try:
        return next_best(
            pool, asking, progress=progress, out_of_time=lambda: time.perf_counter() > until
        )
    except ValueError:
        return ()


def advise_on(packed_pool: bytes, evidence: bytes, *, progress: Progress) -> Advised:
    """What would help a pool that was solved; `evidence` is of its solution."""
    progress("advising", 0.0)
    pool = unpack_pool(packed_pool)
    scores, _ = scored(pool)
    solved = unpack(evidence)
    allowances: list[Allowance] = []

    def a_while() -> Callable[[], bool]:
        allowances.append(Allowance())
        return allowances[-1]

    advice = advise(
        pool, SolvedProblem(scores, solved.problem, solved.solution, pool.placing), a_while
    )
    return Advised(advice, any(one.was_over for one in allowances))


class Allowance:
    """Time for one question; it remembers whether it was over when someone asked."""

    def __init__(self) -> None:
        self.until = time.perf_counter() + LONGEST_QUESTION
        self.was_over = False

    def __call__(self) -> bool:
        self.was_over = self.was_over or time.perf_counter() > self.until
        return self.was_over
