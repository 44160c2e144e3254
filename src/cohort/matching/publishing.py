"""Proposing what a run found, with one more look at what changed since."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import EnrolmentState
from cohort.matching.gather import standing_overrides
from cohort.matching.models import OverrideKind, Pair, Round, Run
from cohort.mentors.models import MentorState
from cohort.mentorships import policy as mentorships
from cohort.mentorships import service as proposals
from cohort.mentorships.models import Mentorship, Proposal

Two = tuple[UUID, UUID]


@dataclass(frozen=True)
class Meanwhile:
    """What has been decided since a run was made; `awaited` counts open proposals by mentor."""

    mentored: AbstractSet[UUID]
    asked: AbstractSet[UUID]
    declined: AbstractSet[Two]
    vetoed: AbstractSet[Two]
    awaited: Counter[UUID]


async def propose_pairs(db: AsyncSession, round_: Round, run: Run, *, now: datetime) -> int:
    """How many pairs were proposed; the best first, so that a lost place costs the least."""
    found = (
        select(Pair)
        .where(Pair.run_id == run.id)
        .options(joinedload(Pair.enrolment), joinedload(Pair.mentor))
        .order_by(Pair.score.desc(), Pair.id)
    )
    meanwhile = await _look_again(db, round_.cohort_id)
    proposed = 0
    pairs = (await db.scalars(found)).all()
    with db.no_autoflush:  # the pairs are written together at the end, not one by one
        for pair in pairs:
            pair.skipped = why_not(pair, meanwhile)
            if pair.skipped is not None:
                continue
            pair.proposal_id = await _propose(db, round_, pair, now=now)
            meanwhile.awaited[pair.mentor_id] += 1
            proposed += 1
    return proposed


async def _propose(db: AsyncSession, round_: Round, pair: Pair, *, now: datetime) -> UUID:
    proposal = await proposals.propose(
        db,
        cohort_id=round_.cohort_id,
        enrolment_id=pair.enrolment_id,
        mentor_id=pair.mentor_id,
        score=pair.score,
        reason=pair.reason,
        factors=pair.factors,
        now=now,
    )
    return proposal.id


def why_not(pair: Pair, meanwhile: Meanwhile) -> str | None:
    """Why the pair cannot be proposed any more, for the organiser; None when it can."""
    researcher, mentor, two = pair.enrolment, pair.mentor, (pair.enrolment_id, pair.mentor_id)
    reasons = {
        "The researcher has withdrawn.": researcher.state is not EnrolmentState.ACTIVE,
        "The researcher has a mentor by now.": researcher.id in meanwhile.mentored,
        "The researcher has another proposal to answer.": researcher.id in meanwhile.asked,
        "The mentor is not approved any more.": mentor.state is not MentorState.APPROVED,
        "The mentor has paused.": mentor.paused_at is not None,
        "The mentor has no free place any more.": (
            mentor.taken + meanwhile.awaited[mentor.id] >= mentor.capacity
        ),
        "One of them declined the other meanwhile.": two in meanwhile.declined,
        "The pair was vetoed meanwhile.": two in meanwhile.vetoed,
    }
    return next((sentence for sentence, holds in reasons.items() if holds), None)


async def _look_again(db: AsyncSession, cohort_id: UUID) -> Meanwhile:
    active = mentorships.active_in(cohort_id).with_only_columns(Mentorship.enrolment_id)
    asked = mentorships.open_in(cohort_id).with_only_columns(Proposal.enrolment_id)
    awaited = (
        mentorships.open_in(cohort_id)
        .with_only_columns(Proposal.mentor_id, func.count())
        .group_by(Proposal.mentor_id)
    )
    declined = (await db.execute(mentorships.declined_pairs(cohort_id))).all()
    overrides = await standing_overrides(db, cohort_id)
    return Meanwhile(
        mentored=set((await db.scalars(active)).all()),
        asked=set((await db.scalars(asked)).all()),
        declined={(enrolment_id, mentor_id) for enrolment_id, mentor_id in declined},
        vetoed={(o.enrolment_id, o.mentor_id) for o in overrides if o.kind is OverrideKind.VETO},
        awaited=Counter(dict((await db.execute(awaited)).all())),
    )
