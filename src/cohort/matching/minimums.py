"""Minimums that no assignment can meet, said with the names of the people and the way out; pure."""

import numpy as np

from cohort.matching.explaining import counted, in_words, listed
from cohort.matching.infeasible import CannotMeet
from cohort.matching.pool import Pool

MOST_NAMED = 8
MOST_SUGGESTED = 3


class MinimumsCannotHold(ValueError):
    """Mentors who must have more people than could go to them; the sentences name them."""


def with_names(pool: Pool, proof: CannotMeet) -> MinimumsCannotHold:
    """The proof in people's terms, then the cheapest change that would do."""
    return MinimumsCannotHold(f"{_who_is_short(pool, proof)} {_way_out(pool, proof)}")


def _who_is_short(pool: Pool, proof: CannotMeet) -> str:
    mentors = _some([pool.names[pool.mentors[j].id] for j in proof.mentors])
    could = _some([pool.names[pool.researchers[i].id] for i in proof.researchers])
    together = " together" if len(proof.mentors) > 1 else ""
    return (
        f"{mentors} must have at least {counted(proof.asked, 'researcher')}{together}, but only "
        f"{in_words(proof.room)} of these places can be filled: "
        + (f"those who could go there are {could}." if could else "nobody could go there.")
    )


def _way_out(pool: Pool, proof: CannotMeet) -> str:
    asked = np.array(pool.min_load, dtype=np.int64)
    lower = [
        f"{pool.names[pool.mentors[j].id]} for {proof.lower[j]} instead of {asked[j]}"
        for j in np.flatnonzero(proof.lower < asked).tolist()
    ]
    pairs = [
        f"{pool.names[pool.researchers[i].id]} with {pool.names[pool.mentors[j].id]}"
        for i, j in proof.allow[:MOST_SUGGESTED]
    ]
    allow = " Or allow pairs that are ruled out now, each of which would fill one place: "
    return f"It is enough to ask {_some(lower)}." + (f"{allow}{listed(pairs)}." if pairs else "")


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], f"{more:,} more"] if more > 0 else names) if names else ""
