"""From a pool to pairs with reasons and a proof that was checked; pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.matching.canonical import wanted_pairs
from cohort.matching.certificate import verify
from cohort.matching.explaining import WhyUnmatched, explain, why_unmatched
from cohort.matching.flow import never
from cohort.matching.pool import Pool
from cohort.matching.problem import UNMATCHED, Problem
from cohort.matching.scoring import Scores, score
from cohort.matching.solver import Solution, solve

FACTOR_TITLES = {
    "domain": "Field",
    "role": "Role goal",
    "skills": "Skills to show",
    "availability": "Shared hours",
    "language": "Language",
    "path": "Same move",
    "wishes": "Wishes",
}
REMOVED_BY = {
    "conflict_of_interest": "they share an organisation, or one advises the other",
    "common_language": "they have no language in common",
    "shared_hours": "they share too few hours",
    "block": "they are one person",
    "declined": "one of them declined the other before",
    "veto": "the pair is vetoed",
}


class PinsCannotHold(ValueError):
    """Pins that no assignment can honour; the sentence names the people."""


class NotProved(ValueError):
    """A result whose certificate does not hold; it is not kept."""


@dataclass(frozen=True)
class Found:
    """One pair: factors are [{name, title, score, weight}], weights as shares of 1."""

    researcher: str
    mentor: str
    score: float
    factors: list[dict[str, str | float]]
    sentence: str
    pinned: bool


@dataclass(frozen=True)
class Result:
    """What a run stores. Prices are by id; `unmatched` says why, by researcher id.

    `problem`, `solution` and `scores` are what was solved and found, for whoever asks further.
    """

    pairs: Sequence[Found]
    unmatched: Mapping[str, WhyUnmatched]
    total: float
    bound: float
    gap: float
    researcher_prices: Mapping[str, float]
    mentor_prices: Mapping[str, float]
    problem: Problem
    solution: Solution
    scores: Scores


def _silently(_step: str) -> None:
    """Nobody watches."""


def find_pairs(
    pool: Pool,
    *,
    begin: Callable[[str], None] = _silently,
    out_of_time: Callable[[], bool] = never,
) -> Result:
    """Score, solve, check the proof, explain. O(n m) memory; raises ValueError with a sentence.

    `begin` is told each step before it starts: scoring, solving, checking, explaining. Once
    `out_of_time` is true, the best pairs found so far are given, with their true gap.
    """
    begin("scoring")
    scores, problem = scored(pool)
    begin("solving")
    solution = solve(problem, out_of_time=out_of_time)
    begin("checking")
    verdict = verify(problem, solution)
    if not verdict:
        raise NotProved(f"The result could not be proved, so it was not kept. {verdict.sentence}")
    begin("explaining")
    wanted = wanted_pairs(problem)
    return Result(
        pairs=[_found(pool, scores, i, j) for i, j in solution.pairs.tolist()],
        unmatched={
            pool.researchers[i].id: why_unmatched(scores, problem, solution, i, wanted)
            for i in np.flatnonzero(solution.mentor_of == UNMATCHED).tolist()
        },
        total=solution.total,
        bound=solution.bound,
        gap=solution.gap,
        **_prices(pool, solution),
        problem=problem,
        solution=solution,
        scores=scores,
    )


def scored(pool: Pool) -> tuple[Scores, Problem]:
    """The scores of a pool and the problem that they make. Raises ValueError with a sentence."""
    scores = score(
        pool.researchers,
        pool.mentors,
        pool.taxonomy,
        pool.week,
        weights=pool.weights,
        requirements=pool.requirements,
        blocks=pool.blocks,
        declined=pool.declined,
        vetoes=pool.vetoes,
    )
    return scores, _problem(pool, scores)


def _problem(pool: Pool, scores: Scores) -> Problem:
    row = {one.id: i for i, one in enumerate(pool.researchers)}
    column = {one.id: j for j, one in enumerate(pool.mentors)}
    pins = [(researcher, mentor) for researcher, mentor in pool.pins if researcher in row]
    faults = [*_wrong_pins(pool, scores, pins, row, column), *_crowded(pool, pins, column)]
    if faults:
        raise PinsCannotHold(" ".join(faults))
    return Problem(
        scores=scores.total,
        capacity=np.array(pool.places, dtype=np.int64),
        floor=pool.floor,
        forbidden=scores.forbidden,
        pinned=[(row[researcher], column[mentor]) for researcher, mentor in pins],
        incumbent=np.array(
            [column.get(pool.incumbents.get(one, ""), UNMATCHED) for one in row], dtype=np.int64
        ),
        stickiness=pool.stickiness,
        cover=pool.cover,
        objective=pool.objective,
        researcher_ids=[one.id for one in pool.researchers],
        mentor_ids=[one.id for one in pool.mentors],
    )


def _wrong_pins(
    pool: Pool,
    scores: Scores,
    pins: Sequence[tuple[str, str]],
    row: Mapping[str, int],
    column: Mapping[str, int],
) -> Iterator[str]:
    for researcher, mentor in pins:
        pinned = f"{pool.names[researcher]} is pinned to {pool.names[mentor]}"
        if mentor not in column:
            yield f"{pinned}, who is paused or not approved. Lift the pin, or let the mentor in."
            continue
        i, j = row[researcher], column[mentor]
        if scores.forbidden[i, j]:
            causes = [said for name, said in REMOVED_BY.items() if scores.reasons[name][i, j]]
            yield f"{pinned}, but {' and '.join(causes)}. Lift the pin, or change the rules."


def _crowded(
    pool: Pool, pins: Sequence[tuple[str, str]], column: Mapping[str, int]
) -> Iterator[str]:
    for mentor, count in Counter(mentor for _, mentor in pins).items():
        if mentor not in column or count <= pool.places[column[mentor]]:
            continue
        free = pool.places[column[mentor]]
        there = (
            "no free place" if free == 0 else f"{free} free {'place' if free == 1 else 'places'}"
        )
        pinned = sorted(pool.names[researcher] for researcher, other in pins if other == mentor)
        yield (
            f"{pool.names[mentor]} has {there}, and pinned there are: {', '.join(pinned)}. "
            "Lift a pin, or ask for one more place."
        )


def _found(pool: Pool, scores: Scores, i: int, j: int) -> Found:
    why = explain(pool.researchers, pool.mentors, scores, i, j, titles=pool.titles)
    researcher, mentor = pool.researchers[i].id, pool.mentors[j].id
    return Found(
        researcher=researcher,
        mentor=mentor,
        score=why.score,
        factors=[
            {"name": name, "title": title, "score": why.factors[name], "weight": why.shares[name]}
            for name, title in FACTOR_TITLES.items()
        ],
        sentence=why.sentence,
        pinned=(researcher, mentor) in set(pool.pins),
    )


def _prices(pool: Pool, solution: Solution) -> dict[str, Mapping[str, float]]:
    u, v = solution.prices.u.tolist(), solution.prices.v.tolist()
    return {
        "researcher_prices": {one.id: u[i] for i, one in enumerate(pool.researchers)},
        "mentor_prices": {one.id: v[j] for j, one in enumerate(pool.mentors)},
    }
