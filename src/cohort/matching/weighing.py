"""What a run is asked once its pairs are found: how much each matters, and what to keep; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cohort.matching.counterfactual import robustness
from cohort.matching.evidence import Evidence, pack
from cohort.matching.pairing import Result
from cohort.matching.pool import IdPair


@dataclass(frozen=True)
class Loss:
    """What the total would lose without a pair; with `cover`, after the people not placed."""

    total: float
    fewer_placed: int


@dataclass(frozen=True)
class Weighed:
    """losses  by (researcher id, mentor id); a pair that must be has none, and none is known
            where the run is not proved the best by total.
    evidence   as `evidence.pack` writes it.
    """

    losses: Mapping[IdPair, Loss]
    evidence: bytes


def weigh(result: Result) -> Weighed:
    return Weighed(
        losses=_losses(result),
        evidence=pack(Evidence(result.problem, result.solution, result.scores.reasons)),
    )


def can_compare(result: Result) -> bool:
    """Whether the pairs are proved the best by total, so that others can be held against them."""
    return result.problem.objective == "total" and result.gap == 0


def _losses(result: Result) -> dict[IdPair, Loss]:
    if not can_compare(result):
        return {}
    found = robustness(result.problem, result.solution)
    each = zip(result.pairs, found.loss.tolist(), found.fewer_placed.tolist(), strict=True)
    return {
        (pair.researcher, pair.mentor): Loss(loss, fewer)
        for pair, loss, fewer in each
        if math.isfinite(loss)
    }
