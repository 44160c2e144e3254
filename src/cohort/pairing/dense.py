"""Pools of ordinary size: every score is in memory, and every question about it can be answered."""

from collections.abc import Callable, Iterator

import numpy as np

from cohort.assignment import Problem, verify
from cohort.assignment.infeasible import CannotMeet
from cohort.pairing.ahead import HEAD_START, solve_in_order
from cohort.pairing.explaining import explain
from cohort.pairing.minimums import with_names
from cohort.pairing.pins import pins_by_position
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.result import (
    MatchedPair,
    Progress,
    Result,
    SolvedProblem,
    is_cut_short,
    matched_pair,
    prices_by_id,
)
from cohort.pairing.scores.scoring import Scores
from cohort.pairing.unmatched import outlooks, why_unmatched


def find_dense(pool: Pool, progress: Progress, out_of_time: Callable[[], bool]) -> Result:
    """As `find_pairs`; O(n m) memory."""
    progress("scoring", 0.0)
    scores, problem = scored(pool)
    progress("solving", 0.0)
    try:
        problem, solution = solve_in_order(problem, out_of_time)
    except CannotMeet as proof:
        raise with_names(pool, problem, proof) from proof
    progress("checking", 0.0)
    verdict = verify(problem, solution)
    stopped = is_cut_short(solution, verdict)
    progress("explaining", 0.0)
    result = _result(pool, SolvedProblem(scores, problem, solution, pool.placing), stopped=stopped)
    progress("explaining", 1.0)
    return result


def scored(pool: Pool) -> tuple[Scores, Problem]:
    """The scores of a pool and the problem that they make. Raises ValueError with a sentence."""
    pins = pins_by_position(pool)
    scores = score_people(pool)
    return scores, _problem(pool, scores, pins)


def _problem(pool: Pool, scores: Scores, pins: list[tuple[int, int]]) -> Problem:
    first = set(pool.ahead)
    return Problem(
        scores=scores.total + pool.placing if pool.placing else scores.total,
        capacity=np.array(pool.places, dtype=np.int64),
        floor=pool.requirements.least_score + pool.placing,
        forbidden=scores.forbidden,
        pinned=pins,
        incumbent=pool.incumbents_by_position(),
        stickiness=pool.stickiness,
        cover=pool.cover,
        objective=pool.objective,
        demand=np.array(pool.demand, dtype=np.int64) if pool.demand else None,
        min_load=np.array(pool.min_load, dtype=np.int64) if pool.min_load else None,
        ahead=np.array([one.id in first for one in pool.researchers], dtype=np.bool_),
        head_start=HEAD_START if first else 0.0,
        researcher_ids=[one.id for one in pool.researchers],
        mentor_ids=[one.id for one in pool.mentors],
    )


def _result(pool: Pool, solved: SolvedProblem, *, stopped: bool) -> Result:
    solution = solved.solution
    asked = solved.problem.demand > 0
    without = np.setdiff1d(np.flatnonzero(asked), solution.pairs[:, 0]).tolist()
    around = zip(without, outlooks(solved.scores, solved.problem, without), strict=True)
    return Result(
        pairs=[*_found(pool, solved)],
        unmatched={
            pool.researchers[i].id: why_unmatched(outlook, pool.requirements.least_score)
            for i, outlook in around
        },
        total=solution.total,
        bound=solution.bound,
        gap=solution.gap,
        stopped=stopped,
        **prices_by_id(pool, solution.prices),
        cover_bonus=solution.cover_bonus,
        solved=solved,
    )


def _found(pool: Pool, solved: SolvedProblem) -> Iterator[MatchedPair]:
    scores, pairs, pinned = solved.scores, solved.solution.pairs, set(pool.pins)
    best = np.where(scores.forbidden, -np.inf, scores.total).max(axis=1, initial=-np.inf)
    possible = (~scores.forbidden).sum(axis=1)
    reasons = explain(scores, pairs, titles=pool.titles, private=pool.private)
    for (i, j), why in zip(pairs.tolist(), reasons, strict=True):
        pair = pool.researchers[i].id, pool.mentors[j].id
        yield matched_pair(pair, why, float(best[i]), int(possible[i]), pinned=pair in pinned)
