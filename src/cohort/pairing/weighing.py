"""What a run is asked once its pairs are found: how much each matters, and what to keep; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cohort.assignment.neighbourhood import NotTheBest
from cohort.pairing.advising import Advice, AWhile, advise, for_ever
from cohort.pairing.evidence import Evidence, pack
from cohort.pairing.find import Held
from cohort.pairing.insight import Stake, stakes
from cohort.pairing.pool import IdPair, Pool


@dataclass(frozen=True)
class Weighed:
    """What is known beside the pairs; nothing of a pool that is too large to be held.

    advice     what would help.
    stakes     of the pairs; none is known where they are not proved the best by total.
    evidence   as `evidence.pack` writes it.
    """

    stakes: Mapping[IdPair, Stake] = field(default_factory=dict)
    evidence: bytes | None = None
    advice: Advice | None = None


def weigh(pool: Pool, held: Held | None, a_while: AWhile = for_ever) -> Weighed:
    if held is None:
        return Weighed()
    try:
        firm = stakes(held)
    except NotTheBest:
        firm = {}
    evidence = Evidence(held.problem, held.solution, held.scores.reasons)
    return Weighed(
        stakes=firm,
        evidence=pack(evidence),
        advice=advise(pool, held, a_while),
    )
