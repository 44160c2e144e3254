"""Minimums that no assignment can meet, with the names of the people and the way out; pure."""

from collections.abc import Sequence

import numpy as np

from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.problem import Problem
from cohort.assignment.repairs import repairs
from cohort.pairing.explaining import counted, in_words, some_of
from cohort.pairing.pool import Pool

MOST_WAYS = 3


class MinimumsCannotHold(ValueError):
    """Mentors who must have more people than could go to them; the sentences name them."""


def with_names(pool: Pool, problem: Problem, proof: CannotMeet) -> MinimumsCannotHold:
    """The proof in people's terms, then the changes that cost least."""
    researchers = [pool.names.get(one.id, one.id) for one in pool.researchers]
    mentors = [pool.names.get(one.id, one.id) for one in pool.mentors]
    found = [one for one in repairs(problem, proof) if one.kind != "minimum"]
    ways = [one.in_words(researchers, mentors) for one in found[:MOST_WAYS]]
    pins = [f"{researchers[i]} is pinned to {mentors[j]}." for i, j in proof.pins]
    change = ["Or change one of these, each of which fills one place:"] if ways else []
    sentences = [
        _who_is_short(proof, researchers, mentors),
        *pins,
        _what_can_be(pool, proof, mentors),
    ]
    return MinimumsCannotHold(" ".join([*sentences, *change, *ways]))


def _who_is_short(proof: CannotMeet, researchers: Sequence[str], mentors: Sequence[str]) -> str:
    whom = some_of([mentors[j] for j in proof.mentors])
    could = some_of([researchers[i] for i in proof.researchers])
    together = " together" if len(proof.mentors) > 1 else ""
    filled = f"only {in_words(proof.room)}" if proof.room else "none"
    return (
        f"{whom} must have at least {counted(proof.asked, 'researcher')}{together}, but "
        f"{filled} of these places can be filled: "
        + (f"those who could go there are {could}." if could else "nobody could go there.")
    )


def _what_can_be(pool: Pool, proof: CannotMeet, mentors: Sequence[str]) -> str:
    asked = np.array(pool.min_load, dtype=np.int64)
    lower = [
        f"{proof.lower[j]} with {mentors[j]} instead of {asked[j]}"
        for j in np.flatnonzero(proof.lower < asked).tolist()
    ]
    return f"It would be enough to ask for {some_of(lower)}."
