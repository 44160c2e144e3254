"""A verdict, as the API answers it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.verdicts.service import Verdict, in_words


class VerdictOut(Shown):
    """How a proposal was found; no figure of it, as each could tell what somebody wishes."""

    proposal_id: UUID
    how: Literal["round", "move", "next_best", "by_hand"] = Field(
        description="`move`: another mentor for somebody who had one; `next_best`: offered between "
        "two rounds; `by_hand`: no round made it."
    )
    proved: bool | None = Field(
        description="Nothing is better by the rules of its round; null where no round paired them."
    )
    round: str | None = Field(examples=["2026-W48"], description="The round, by its week.")
    solved_at: datetime | None
    rules_version: int | None
    seal: str | None = Field(
        description="SHA-256 of a salt and the round's evidence, which the organisers can show. "
        "Null where no round paired them, or none was kept."
    )
    sentence: str


def verdict_out(verdict: Verdict) -> VerdictOut:
    run = verdict.run
    return VerdictOut(
        proposal_id=verdict.proposal.id,
        how=verdict.how,
        proved=verdict.proved,
        round=run.round.period if run else None,
        solved_at=run.finished_at if run else None,
        rules_version=run.rules.version if run else None,
        seal=verdict.seal,
        sentence=in_words(verdict),
    )
