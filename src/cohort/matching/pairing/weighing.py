"""What a run is asked once its pairs are found: how much each matters, and what to keep; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from cohort.matching.pairing.advising import Advice, AWhile, advise, for_ever
from cohort.matching.pairing.evidence import Evidence, pack
from cohort.matching.pairing.find import Held
from cohort.matching.pairing.pool import IdPair, Pool
from cohort.matching.solver.counterfactual import robustness


@dataclass(frozen=True)
class Loss:
    """What the total would lose without a pair; with `cover`, after the people not placed."""

    total: float
    fewer_placed: int


@dataclass(frozen=True)
class Weighed:
    """What is known beside the pairs; nothing of a pool that is too large to be held.

    advice     what would help.
    losses     by (researcher id, mentor id); a pair that must be has none, and none is known
               where the run is not proved the best by total.
    evidence   as `evidence.pack` writes it.
    """

    losses: Mapping[IdPair, Loss] = field(default_factory=dict)
    evidence: bytes | None = None
    advice: Advice | None = None


def weigh(pool: Pool, held: Held | None, a_while: AWhile = for_ever) -> Weighed:
    if held is None:
        return Weighed()
    evidence = Evidence(held.problem, held.solution, held.scores.reasons)
    return Weighed(
        losses=_losses(held) if can_compare(held) else {},
        evidence=pack(evidence),
        advice=advise(pool, held, a_while),
    )


def can_compare(held: Held) -> bool:
    """Whether the pairs are proved the best by total, so that others can be held against them."""
    return held.problem.objective == "total" and held.solution.gap == 0


def _losses(held: Held) -> dict[IdPair, Loss]:
    found = robustness(held.problem, held.solution)
    researchers, mentors = held.problem.researcher_ids or (), held.problem.mentor_ids or ()
    each = zip(
        held.solution.pairs.tolist(), found.loss.tolist(), found.fewer_placed.tolist(), strict=True
    )
    return {
        (researchers[i], mentors[j]): Loss(loss, fewer)
        for (i, j), loss, fewer in each
        if math.isfinite(loss)
    }
