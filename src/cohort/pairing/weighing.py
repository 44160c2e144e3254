"""What is known of the pairs once they are found: how much each matters, and the proof; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cohort.assignment.neighbourhood import NotTheBest
from cohort.pairing.evidence import Evidence, pack
from cohort.pairing.find import Held
from cohort.pairing.insight import Stake, stakes
from cohort.pairing.pool import IdPair


@dataclass(frozen=True)
class Weighed:
    """What is known beside the pairs; nothing of a pool that is too large to be held.

    stakes     of the pairs; none is known where they are not proved the best by total.
    evidence   as `evidence.pack` writes it.
    """

    stakes: Mapping[IdPair, Stake] = field(default_factory=dict)
    evidence: bytes | None = None


def weigh(held: Held | None) -> Weighed:
    if held is None:
        return Weighed()
    try:
        firm = stakes(held)
    except NotTheBest:
        firm = {}
    return Weighed(firm, pack(Evidence(held.problem, held.solution, held.scores.reasons)))
