"""Another mentor for those who have one, from the places that everybody else leaves; pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment import Problem, solve
from cohort.assignment.large.solver import MOST_DENSE
from cohort.assignment.problem import UNMATCHED, Floats
from cohort.pairing.explaining import explain
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.result import MatchedPair, matched_pair
from cohort.pairing.scores.profiles import ResearcherProfile
from cohort.pairing.scores.scoring import Scores

SAME = 1e-9
LEAST = 1e-6
"""A gain of nothing is no gain."""


@dataclass(frozen=True)
class FoundMove:
    """`gain` is by how much the score is better than now; the score of a mentor who takes no part
    any more counts 0.

    asked  one of the two of the mentorship asked for somebody else.
    """

    pair: MatchedPair
    asked: bool
    gain: float


def find_moves(pool: Pool, found: Iterable[MatchedPair]) -> Sequence[FoundMove]:
    """Who of `pool.movers` may have which mentor, once the pairs `found` have their places.

    First those for whom somebody asked, with the highest total of scores; then those whose gain
    is at least `pool.least_gain`, with the highest total of gains. So nobody who waits has less
    than without them, nor does somebody who asked. The place of the mentor whom each has now is
    free for nobody, as it is only freed when both say yes. Nobody is given a mentor at a score
    below the least one.

    Two exact assignments, O(k m) memory for k movers and m mentors; of more than `MOST_DENSE`
    such pairs, only those who asked are looked at.
    """
    used = Counter(one.mentor for one in found)
    places = [n - used[one.id] for n, one in zip(pool.places, pool.mentors, strict=True)]
    asked = [one for one in pool.movers if one.id in pool.asked]
    moves = [*_moves(pool, asked, places, pool.asked)]
    others = [one for one in pool.movers if one.id not in pool.asked]
    if pool.least_gain is None or len(others) * len(pool.mentors) > MOST_DENSE:
        return moves
    used = Counter(one.pair.mentor for one in moves)
    left = [n - used[one.id] for n, one in zip(places, pool.mentors, strict=True)]
    return [*moves, *_moves(pool, others, left, pool.asked)]


def _moves(
    pool: Pool, movers: Sequence[ResearcherProfile], places: Sequence[int], asked: Collection[str]
) -> Iterator[FoundMove]:
    if not movers or not any(places):
        return
    scores = score_people(pool, movers)
    now = _scores_now(pool, scores)
    gains = scores.total - now[:, None]
    is_asked = np.array([one.id in asked for one in movers])
    column = {one.id: j for j, one in enumerate(pool.mentors)}
    stays = np.array([column.get(pool.current[one.id], UNMATCHED) for one in movers])
    ruled_out = scores.forbidden | (scores.total < pool.requirements.least_score)
    ruled_out |= np.arange(len(pool.mentors))[None, :] == stays[:, None]
    if pool.least_gain is not None:
        ruled_out |= ~is_asked[:, None] & (gains < max(pool.least_gain, LEAST) - SAME)
    solution = solve(
        Problem(
            scores=np.where(is_asked[:, None], scores.total, np.maximum(gains, 0.0)),
            capacity=np.array(places, dtype=np.int64),
            forbidden=ruled_out,
            researcher_ids=[one.id for one in movers],
            mentor_ids=[one.id for one in pool.mentors],
        )
    )
    best = np.where(ruled_out, -np.inf, scores.total).max(axis=1, initial=-np.inf)
    possible = (~ruled_out).sum(axis=1)
    reasons = explain(scores, solution.pairs, titles=pool.titles, private=pool.private)
    for (i, j), why in zip(solution.pairs.tolist(), reasons, strict=True):
        two = movers[i].id, pool.mentors[j].id
        pair = matched_pair(two, why, float(best[i]), int(possible[i]), pinned=False)
        yield FoundMove(pair, bool(is_asked[i]), float(gains[i, j]))


def _scores_now(pool: Pool, scores: Scores) -> Floats:
    """float[k]: the score of each with the mentor whom she has; 0 where he is not in the pool."""
    column = {one.id: j for j, one in enumerate(pool.mentors)}
    now = [column.get(pool.current[one.id]) for one in scores.people.researchers]
    each = [0.0 if j is None else scores.total[i, j] for i, j in enumerate(now)]
    return np.array(each)
