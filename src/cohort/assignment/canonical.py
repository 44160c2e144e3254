"""The one integer that stands for each pair, so that ties and a zero gap are exact."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.steps import largest_score, outweighing, steps_of

LOT_BITS = 40
"""Of a million pairs to choose from, two choices share the best sum of lots by a chance of at most
1e-6 (the isolating lemma of Mulmuley, Vazirani and Vazirani 1987)."""
BLOCK = 64
LOTS_AT_ONCE = 2**15  # so that they stay in the cache


@dataclass(frozen=True, eq=False)
class Canonical:
    """units int64[n, m]: the score in steps, with stickiness and lead; it counts where `allowed`.

    steps  how many make 1: a power of ten, the greatest at which every unit fits in 50 bits
           (and, with `min_load`, at which moving everybody fits in 58).
    bonus  in steps, for everybody placed: more than twice what the total could ever change; 0
           without `cover`.
    """

    units: Ints
    allowed: Bools
    steps: float
    bonus: int


def canonical(problem: Problem) -> Canonical:
    """Scores as whole multiples of a power of ten, rounded to the nearest.

    For scores up to 1 it is 10**-15 (with `cover` 10**-11 at 2,000 people, because the bonus
    takes its share of the bits, as great stickiness does). Ten and not two, because people write
    scores as decimals: 0.1 + 0.2 is then equal to 0.3 + 0, and the rules for equals apply.
    """
    steps = steps_of(problem)
    units = np.empty(problem.shape, dtype=np.int64)
    for rows in in_blocks(len(units)):
        units[rows] = np.rint(problem.scores[rows] * steps)
    kept = np.flatnonzero(problem.incumbent >= 0)
    units[kept, problem.incumbent[kept]] += round(problem.stickiness * steps)
    units += np.rint(problem.lead * steps).astype(np.int64)[:, None]
    bonus = (
        outweighing(problem) * math.ceil(largest_score(problem) * steps) + 1 if problem.cover else 0
    )
    return Canonical(units, _allowed(problem), steps, bonus)


def _allowed(problem: Problem) -> Bools:
    allowed = wanted_pairs(problem)
    i, j = np.array(problem.pinned, dtype=np.int64).reshape(-1, 2).T
    pins = np.bincount(i, minlength=len(allowed))
    allowed[pins >= problem.demand] = False
    allowed[i, j] = True
    return allowed


def wanted_pairs(problem: Problem) -> Bools:
    """The pairs that neither a requirement nor the floor rules out: bool[n, m]."""
    return ~problem.forbidden & (problem.scores >= problem.floor)


def lots(
    researcher_ids: Sequence[str], mentor_ids: Sequence[str], rows: Ints, columns: Ints
) -> Ints:
    """A draw from 1 to 2**40 for each of the pairs, fixed by its two ids and nothing else.

    rows and columns are int[k], places in the ids; so is the answer.
    SHA-256 spreads each id; the two are mixed by the finaliser of SplitMix64 (Steele, Lea and
    Flood 2014).
    """
    ours, theirs = _spread(researcher_ids), _spread(mentor_ids) * np.uint64(0x9E3779B97F4A7C15)
    drawn = np.empty(len(rows), dtype=np.int64)
    for start in range(0, len(rows), LOTS_AT_ONCE):
        some = slice(start, start + LOTS_AT_ONCE)
        mixed = ours[rows[some]] ^ theirs[columns[some]]
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        drawn[some] = (mixed >> np.uint64(64 - LOT_BITS)) + np.uint64(1)
    return drawn


def in_blocks(rows: int) -> Iterator[slice]:
    """So few rows at once that what is worked out for them stays in the processor's cache."""
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))


def _spread(ids: Sequence[str]) -> npt.NDArray[np.uint64]:
    texts = (one.encode("utf-8", "surrogatepass") for one in ids)
    digests = b"".join(hashlib.sha256(text).digest()[:8] for text in texts)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
