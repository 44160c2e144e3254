"""Pools whose scores are too many to hold: the same pairs, reasons and proof, block by block."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from cohort.assignment.large.blocks import NO_PAIR
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.problem import UNMATCHED, Ints
from cohort.assignment.solution import Solution
from cohort.pairing.explaining import explain
from cohort.pairing.pins import pins_by_position
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.result import (
    MatchedPair,
    Progress,
    Result,
    in_rounds,
    is_cut_short,
    matched_pair,
    prices_by_id,
)
from cohort.pairing.scores.distinct import DistinctProfiles, distinct_profiles
from cohort.pairing.unmatched import Outlook, WhyUnmatched, why_unmatched

PAIRS_AT_ONCE = 256
ROWS_AT_ONCE = 256


class TooManyPairs(ValueError):
    """What the rules ask cannot be had without holding all scores."""


def find_streamed(pool: Pool, progress: Progress, out_of_time: Callable[[], bool]) -> Result:
    """As `find_pairs`; a block of scores in memory at a time. One mentor each, by total."""
    _refuse_what_needs_all_scores(pool)
    pins = pins_by_position(pool)
    progress("scoring", 0.0)
    distinct = distinct_profiles(
        pool.researchers,
        pool.mentors,
        pool.taxonomy,
        pool.week,
        weights=pool.weights,
        requirements=pool.requirements,
        blocks=pool.blocks,
        declined=pool.declined,
        ended=pool.ended,
        vetoes=pool.vetoes,
        conflicts=pool.conflicts,
        lifted=pool.lifted,
    )
    problem = _problem(pool, distinct, pins)
    progress("solving", 0.0)
    solution = solve_large(problem, progress=in_rounds(progress), out_of_time=out_of_time)
    progress("checking", 0.0)
    verdict = verify_large(problem, solution, progress=partial(progress, "checking"))
    stopped = is_cut_short(solution, verdict)
    return replace(_result(pool, distinct, solution, progress), stopped=stopped)


def _problem(
    pool: Pool, distinct: DistinctProfiles, pins: Sequence[tuple[int, int]]
) -> LargeProblem:
    return LargeProblem(
        distinct.scores,
        np.array(pool.places, dtype=np.int64),
        floor=pool.requirements.least_score,
        pinned=pins,
        incumbent=pool.incumbents_by_position(),
        stickiness=pool.stickiness,
        cover=pool.cover,
        researcher_kind=distinct.researcher_kind,
        mentor_kind=distinct.mentor_kind,
        researcher_ids=[one.id for one in pool.researchers],
        mentor_ids=[one.id for one in pool.mentors],
    )


def _refuse_what_needs_all_scores(pool: Pool) -> None:
    asked = {
        'the objective "fair"': pool.objective != "total",
        "several mentors for one researcher": any(one != 1 for one in pool.demand),
        "a least number of people for a mentor": any(pool.min_load),
        "a balance of one round": pool.placing > 0,
    }
    wrong = [name for name, is_asked in asked.items() if is_asked]
    if wrong:
        raise TooManyPairs(
            f"With {len(pool.researchers):,} researchers and {len(pool.mentors):,} mentors there "
            f"is no way yet to have {' or '.join(wrong)}. Leave that out, or match in parts."
        )


def _result(
    pool: Pool, distinct: DistinctProfiles, solution: Solution, progress: Progress
) -> Result:
    progress("explaining", 0.0)
    pairs = [*_found(pool, distinct, solution.pairs, progress)]
    without = np.flatnonzero(solution.mentor_of == UNMATCHED)
    result = Result(
        pairs=pairs,
        unmatched=dict(_unmatched(pool, distinct, without)),
        total=solution.total,
        bound=solution.bound,
        gap=solution.gap,
        stopped=solution.stopped,
        **prices_by_id(pool, solution.prices),
        cover_bonus=solution.cover_bonus,
    )
    progress("explaining", 1.0)
    return result


def _found(
    pool: Pool, distinct: DistinctProfiles, pairs: Ints, progress: Progress
) -> Iterator[MatchedPair]:
    """Some pairs at a time, scored among themselves for what their sentences say."""
    pinned = set(pool.pins)
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        if start:
            progress("explaining", start / len(pairs))
        rows, columns = pairs[start : start + PAIRS_AT_ONCE].T
        some, column = np.unique(columns, return_inverse=True)
        researchers = [pool.researchers[i] for i in rows]
        mentors = [pool.mentors[j] for j in some]
        scores = score_people(pool, researchers, mentors)
        among = np.stack([np.arange(len(rows)), column], axis=1)
        around = zip(*_possible(distinct, distinct.researcher_kind[rows]), strict=True)
        reasons = explain(scores, among, titles=pool.titles, private=pool.private)
        for (k, j), why, (best, possible) in zip(among.tolist(), reasons, around, strict=True):
            pair = researchers[k].id, mentors[j].id
            yield matched_pair(pair, why, best, possible, pinned=pair in pinned)


def _possible(distinct: DistinctProfiles, kinds: Ints) -> tuple[list[float], list[int]]:
    """The best score of these kinds of researchers, and how many mentors they could have."""
    some, which = np.unique(kinds, return_inverse=True)
    how_many = np.bincount(distinct.mentor_kind, minlength=distinct.scores.shape[1])
    every = np.arange(len(how_many))
    units = distinct.scores.reordered(some, every).block(0, len(some))
    best = units.max(axis=1, initial=NO_PAIR) / distinct.scores.steps
    possible = (units > NO_PAIR) @ how_many
    return best[which].tolist(), possible[which].tolist()


def _unmatched(
    pool: Pool, distinct: DistinctProfiles, rows: Ints
) -> Iterator[tuple[str, WhyUnmatched]]:
    """Rivals are not counted: that would compare everybody with everybody."""
    scores = distinct.scores.reordered(distinct.researcher_kind[rows], distinct.mentor_kind)
    places, m = np.array(pool.places, dtype=np.int64), len(pool.mentors)
    least = pool.requirements.least_score * scores.steps
    nobody: list[int] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        units = scores.block(start, start + len(some))
        best, suits = units.max(axis=1, initial=NO_PAIR) / scores.steps, units >= least
        for k, i in enumerate(some.tolist()):
            if m and best[k] == NO_PAIR:
                nobody.append(i)
                continue
            outlook = Outlook(
                mentors=m,
                removed={},
                best=float(best[k]),
                suitable=int(suits[k].sum()),
                places=int(places[suits[k]].sum()),
                rivals=None,
            )
            yield pool.researchers[i].id, why_unmatched(outlook, pool.requirements.least_score)
    yield from _without_a_choice(pool, nobody)


def _without_a_choice(pool: Pool, rows: list[int]) -> Iterator[tuple[str, WhyUnmatched]]:
    """Those for whom the requirements remove every mentor, and which how many."""
    m = len(pool.mentors)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = [pool.researchers[i] for i in rows[start : start + ROWS_AT_ONCE]]
        reasons = score_people(pool, some).reasons
        for k, one in enumerate(some):
            counts = {name: int(removes[k].sum()) for name, removes in reasons.items()}
            outlook = Outlook(
                mentors=m, removed=counts, best=None, suitable=0, places=0, rivals=None
            )
            yield one.id, why_unmatched(outlook, pool.requirements.least_score)
