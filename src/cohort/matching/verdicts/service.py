"""How a proposal was found, for the two: whether anything was better, and the seal of the proof.

No total, bound or score is told: with few people, or by what somebody knows of her own pair, each
of them would tell what the other one wishes. Nor could the file itself be given, however it is
shuffled: her own row has the other side's wishes in it, and shows who is ruled out. The seal is a
digest of that file with a salt, as of a small file alone one could try all wishes out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.matching.models import MentorMove, NextOffer, Pair, Run
from cohort.mentorships import reading
from cohort.mentorships.models import Proposal
from cohort.people.models import Person

How = Literal["round", "move", "next_best", "by_hand"]


@dataclass(frozen=True)
class Verdict:
    """run  that made the pair; with a move, whose places were left. None of what no run made."""

    proposal: Proposal
    how: How
    run: Run | None

    @property
    def proved(self) -> bool | None:
        return self.run.is_proved if self.run is not None and self.how == "round" else None

    @property
    def seal(self) -> str | None:
        return self.run.seal if self.run is not None and self.how == "round" else None


def seal_of(packed: bytes) -> tuple[str, str]:
    """The seal of a file, and its salt: SHA-256 of the salt, as text, and the file."""
    salt = secrets.token_hex(16)
    return hashlib.sha256(salt.encode() + packed).hexdigest(), salt


async def verdict_on(db: AsyncSession, actor: Person, proposal_id: UUID) -> Verdict:
    proposal = await reading.get_proposal(db, actor, proposal_id)
    runs = select(Run).options(joinedload(Run.rules), joinedload(Run.round))
    paired = runs.join(Pair, Pair.run_id == Run.id).where(Pair.proposal_id == proposal_id)
    if run := await db.scalar(paired):
        return Verdict(proposal, "round", run)
    moved = runs.join(MentorMove, MentorMove.run_id == Run.id)
    if run := await db.scalar(moved.where(MentorMove.proposal_id == proposal_id)):
        return Verdict(proposal, "move", run)
    offered = await db.get(NextOffer, proposal_id)
    return Verdict(proposal, "next_best" if offered else "by_hand", None)


def in_words(verdict: Verdict) -> str:
    """What is known of it, in one or two sentences for the two."""
    if verdict.how == "move":
        return (
            "One of you asked for somebody else, or the rules look again: this is the best of the "
            "places that everybody who waited for a mentor had left."
        )
    if verdict.how == "next_best":
        return (
            "A proposal before this one came to nothing. This is the best of the places that "
            "everybody else had left, so that nobody else lost anything by it."
        )
    if verdict.run is None:
        return "No round made this proposal, so there is nothing to prove."
    if not verdict.proved:
        return (
            "The pairs of this round keep to its rules, and every figure was checked. That nothing "
            "is better was not proved, as time ran out."
        )
    if verdict.run.aim.objective == "fair":
        return (
            "No other way to match the people of this round would have been fairer. This was "
            "proved, and the proof was checked by a program that shares nothing with the search."
        )
    return (
        "No other way to match the people of this round by its rules would have been better for "
        "all of them together. This was proved, and the proof was checked by a program that shares "
        "nothing with the search."
    )
