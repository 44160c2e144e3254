"""What is known of the pairs once they are found: how much each matters, and the proof; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cohort.assignment.neighbourhood import NotTheBest
from cohort.pairing.evidence import Evidence, pack
from cohort.pairing.find import SolvedProblem
from cohort.pairing.insight import Stake, stakes
from cohort.pairing.pool import IdPair


@dataclass(frozen=True)
class Weighed:
    """What is known beside the pairs; nothing of a pool that is too large for all scores at once.

    stakes     of the pairs; none is known where they are not proved the best by total.
    evidence   as `evidence.pack` writes it.
    """

    stakes: Mapping[IdPair, Stake] = field(default_factory=dict)
    evidence: bytes | None = None


def weigh(solved: SolvedProblem | None) -> Weighed:
    if solved is None:
        return Weighed()
    try:
        firm = stakes(solved)
    except NotTheBest:
        firm = {}
    evidence = Evidence(solved.problem, solved.solution, solved.scores.reasons, solved.placing)
    return Weighed(firm, pack(evidence))
