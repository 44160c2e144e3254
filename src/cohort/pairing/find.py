"""From a pool to pairs with reasons and a proof that was checked; pure."""

from collections.abc import Callable

from cohort.assignment.large.solver import MOST_DENSE
from cohort.assignment.out_of_time import never
from cohort.pairing.dense import find_dense, scored
from cohort.pairing.large import TooManyPairs, find_streamed
from cohort.pairing.minimums import MinimumsCannotHold
from cohort.pairing.pins import REMOVED_BY, PinsCannotHold
from cohort.pairing.pool import Pool
from cohort.pairing.result import (
    STEPS,
    MatchedPair,
    Progress,
    Result,
    SolvedProblem,
    title_of,
    unseen,
)

__all__ = [
    "REMOVED_BY",
    "STEPS",
    "MatchedPair",
    "MinimumsCannotHold",
    "PinsCannotHold",
    "Progress",
    "Result",
    "SolvedProblem",
    "TooManyPairs",
    "find_pairs",
    "scored",
    "title_of",
]


def find_pairs(
    pool: Pool, *, progress: Progress = unseen, out_of_time: Callable[[], bool] = never
) -> Result:
    """Score, solve, check the proof, explain. Raises ValueError with a sentence.

    Up to `MOST_DENSE` pairs all scores are in memory at once, O(n m + m^2); above, only a block
    of rows is. Both give a proved optimum; which of several equally good ones, may differ. Once
    `out_of_time` is true, the best pairs found so far are given: `stopped`, with their true gap.
    """
    n, m = len(pool.researchers), len(pool.mentors)
    if max(n, m) * m > MOST_DENSE:
        return find_streamed(pool, progress, out_of_time)
    return find_dense(pool, progress, out_of_time)
