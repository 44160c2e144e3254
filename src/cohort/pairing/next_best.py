"""Another mentor for those whose proposal came to nothing, at no cost to anybody else; pure."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from cohort.assignment.out_of_time import never
from cohort.pairing.find import find_pairs
from cohort.pairing.fit import WEAK
from cohort.pairing.pool import Pool
from cohort.pairing.result import MatchedPair, Progress, unseen


def next_best(
    pool: Pool,
    asking: Collection[str],
    *,
    progress: Progress = unseen,
    out_of_time: Callable[[], bool] = never,
) -> Sequence[MatchedPair]:
    """The best pairs for the researchers `asking`, by id, from what all others leave free.

    The others of the pool are matched first, as if nobody else were there; what places they leave
    go to those who ask, by the same rules. So nobody who waits has less than she would have
    without them: the price to others is 0. A pair whose fit is weak is left out, as an organiser
    should look at it before anybody is asked. Raises ValueError with a sentence, as `find_pairs`.

    Two matchings, each of a part of the pool.
    """
    others = {one.id for one in pool.researchers} - set(asking)
    left = list(pool.places)
    if others:
        found = find_pairs(_only(pool, others, left), out_of_time=out_of_time)
        used = Counter(one.mentor for one in found.pairs)
        left = [n - used[one.id] for n, one in zip(left, pool.mentors, strict=True)]
    asked = find_pairs(_only(pool, asking, left), progress=progress, out_of_time=out_of_time)
    return [one for one in asked.pairs if one.fit != WEAK]


def _only(pool: Pool, who: Collection[str], places: Sequence[int]) -> Pool:
    """The pool without the other researchers; what was found before keeps nobody in place."""
    rows = [i for i, one in enumerate(pool.researchers) if one.id in who]
    return replace(
        pool,
        researchers=[pool.researchers[i] for i in rows],
        places=places,
        demand=[pool.demand[i] for i in rows] if pool.demand else (),
        ahead=[one for one in pool.ahead if one in who],
        incumbents={},
    )
