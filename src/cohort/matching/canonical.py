"""The one integer that stands for each pair, so that ties and a zero gap are exact."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cohort.matching.problem import Bools, Ints, Problem

BITS = 50  # sums of two stay below 2**53, up to which float64 counts exactly
LOT_BITS = 30


@dataclass(frozen=True, eq=False)
class Canonical:
    """units int64[n, m]: the score in steps, with stickiness and `bonus`; where `allowed`.

    step   a power of two: the finest at which every number fits into 50 bits.
    bonus  in steps: more than twice what the total could ever change; 0 without `cover`.
    """

    units: Ints
    allowed: Bools
    step: float
    bonus: int


def canonical(problem: Problem) -> Canonical:
    """Scores as whole multiples of a power of two, rounded half to even.

    The step is about 2**-50 of the largest score (plus the stickiness); `cover` takes
    log2(4 n) of these bits for the bonus. That is finer than what adding up the factors of a
    score leaves uncertain, and at 2,000 people with `cover` still 10**-11.
    """
    m = problem.shape[1]
    largest = float(np.abs(problem.scores).max(initial=0.0)) + problem.stickiness
    outweighing = 4 * problem.most_pairs + 2
    bits = BITS - (math.ceil(math.log2(outweighing + 1)) if problem.cover else 0)
    exponent = min(bits - math.frexp(largest)[1], 1000)
    units = np.rint(np.ldexp(problem.scores, exponent)).astype(np.int64)
    allowed = ~np.asarray(problem.forbidden)
    if problem.floor is not None:
        allowed &= problem.scores >= problem.floor
    for i, j in problem.pinned:
        allowed[i] = np.arange(m) == j
    sticky = round(math.ldexp(problem.stickiness, exponent))
    units += sticky * (np.asarray(problem.incumbent)[:, None] == np.arange(m))
    bonus = outweighing * math.ceil(math.ldexp(largest, exponent)) + 1 if problem.cover else 0
    return Canonical(units + bonus, allowed, math.ldexp(1.0, -exponent), bonus)


def lots(problem: Problem) -> Ints:
    """A draw from 1 to 2**30 for each pair, fixed by its two ids and nothing else: int64[n, m].

    SHA-256 spreads each id; the two are mixed by the finaliser of SplitMix64 (Steele, Lea and
    Flood 2014).
    """
    mixed = _spread(problem.researcher_ids)[:, None] ^ (
        _spread(problem.mentor_ids) * np.uint64(0x9E3779B97F4A7C15)
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    drawn: Ints = (mixed >> np.uint64(64 - LOT_BITS)).astype(np.int64) + 1
    return drawn


def _spread(ids: Sequence[str] | None) -> npt.NDArray[np.uint64]:
    digests = b"".join(hashlib.sha256(one.encode()).digest()[:8] for one in ids or ())
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
