"""From a published pair to a mentorship and its end.

Whoever takes or frees a mentor's place holds the mentor's row first, and touches proposals after
it: so parallel answers about one mentor queue up, and never wait for each other in a circle.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, EnrolmentState
from cohort.db import NOW, Prepared
from cohort.errors import Conflict, NotAllowed
from cohort.jobs import event_log
from cohort.jobs.outbox import Queue, enqueue_each
from cohort.mentors import places
from cohort.mentorships import events, moving, policy, reading
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.mentorships.reminding import AT_ONCE, days_later
from cohort.people import audit
from cohort.people.models import Person

RAN_OUT = "The time to answer it was over."


class AlreadyProposed(Conflict):
    code = "already_proposed"
    title = "There is an open proposal"


class ProposalClosed(Conflict):
    code = "proposal_closed"
    title = "This proposal is closed"


class NoPlaceLeft(Conflict):
    code = "no_place_left"
    title = "The mentor has no place left"


class AlreadyMentored(Conflict):
    code = "already_mentored"
    title = "There is a mentor already"


class NotEnrolled(Conflict):
    code = "not_enrolled"
    title = "The researcher has left the cohort"


@dataclass(frozen=True, slots=True)
class Offer:
    """Two to propose to each other, and why: all of it is for both."""

    enrolment_id: UUID
    mentor_id: UUID
    score: float
    fit: str | None
    reason: str
    factors: list[dict[str, Any]]
    moves: bool = False
    """The researcher has a mentor, and the yes of both ends that mentorship."""


async def propose(
    db: AsyncSession, offers: Sequence[Offer], *, cohort_id: UUID, now: datetime
) -> Sequence[Proposal]:
    """Ask both of each; a researcher has one open proposal, which the unique index settles.

    Three statements, however many offers there are. In the order of their ids, so that the order
    of mails and events tells nobody who fits better.
    """
    if not offers:
        return []
    offers = sorted(offers, key=lambda offer: offer.enrolment_id)
    cohort = await db.get_one(Cohort, cohort_id)
    when = {
        "cohort_id": cohort_id,
        "created_at": now,
        "remind_at": days_later(now, cohort.days_to_reminder, cohort.time_zone),
        "expires_at": days_later(now, cohort.days_to_answer, cohort.time_zone),
    }
    made = await db.scalars(
        insert(Proposal).on_conflict_do_nothing().returning(Proposal),
        [asdict(offer) | when for offer in offers],
    )
    proposals = made.all()
    if len(proposals) < len(offers):
        raise AlreadyProposed("A researcher has an open proposal. Wait until it is answered.")
    each = [
        {"cohort_id": cohort_id, "proposal_id": proposal.id, "side": side}
        for proposal in proposals
        for side in Side
    ]
    await enqueue_each(db, "mentorships.tell_proposed", each, now=now)
    event_log.record_each(db, events.PROPOSAL_OPENED, map(ids_of, proposals), now=now)
    return proposals


def ids_of(proposal: Proposal) -> dict[str, UUID]:
    return {
        "cohort_id": proposal.cohort_id,
        "proposal_id": proposal.id,
        "enrolment_id": proposal.enrolment_id,
        "mentor_id": proposal.mentor_id,
    }


async def accept(db: AsyncSession, actor: Person, proposal_id: UUID, *, now: datetime) -> Proposal:
    """Say yes; the second yes begins the mentorship, once. Saying yes twice is one yes."""
    proposal = await reading.get_proposal(db, actor, proposal_id)
    side = side_who_answers(actor, proposal)
    await moving.lock_mentors(db, proposal)
    yes = (
        Proposal.researcher_accepted_at if side is Side.RESEARCHER else Proposal.mentor_accepted_at
    )
    said_yes = await db.scalar(select(yes).where(Proposal.id == proposal_id)) is not None
    answers = (
        await db.execute(
            update(Proposal)
            .where(Proposal.id == proposal_id, Proposal.state == ProposalState.OPEN)
            .where(Proposal.expires_at > now)
            .values({yes: func.coalesce(yes, now)})
            .returning(Proposal.researcher_accepted_at, Proposal.mentor_accepted_at)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if answers is None:
        return await _accepted_before(db, actor, proposal_id)
    if proposal.enrolment.state is not EnrolmentState.ACTIVE:
        raise NotEnrolled("The researcher has left the cohort, so there is nothing to accept.")
    if not said_yes:
        audit.record(
            db, actor, "proposal.accept", proposal.id, now=now, cohort_id=proposal.cohort_id
        )
        event_log.record_each(db, events.PROPOSAL_ANSWERED, [ids_of(proposal)], now=now)
    if None not in answers:
        await _begin(db, proposal, now=now)
    return await reading.get_proposal(db, actor, proposal_id)


async def _accepted_before(db: AsyncSession, actor: Person, proposal_id: UUID) -> Proposal:
    """The answer to a yes that came late: fine if it was said before, else why it is too late."""
    proposal = await reading.get_proposal(db, actor, proposal_id)
    if proposal.state is ProposalState.ACCEPTED:
        return proposal
    raise closed(proposal)


def side_who_answers(actor: Person, proposal: Proposal) -> Side:
    side = policy.side_of(actor, proposal)
    if side is None:
        raise NotAllowed("Only the two who are proposed to each other can answer.")
    return side


def closed(proposal: Proposal) -> ProposalClosed:
    if proposal.state is ProposalState.OPEN:
        return ProposalClosed("The time to answer this proposal is over. We look again.")
    why = {
        ProposalState.ACCEPTED: "was accepted by both",
        ProposalState.DECLINED: "was declined",
        ProposalState.LAPSED: "has lapsed",
    }[proposal.state]
    return ProposalClosed(f"This proposal {why}, so it cannot be answered any more.")


async def _begin(db: AsyncSession, proposal: Proposal, *, now: datetime) -> None:
    """Both said yes: take the place, or refuse, in the transaction of the second yes."""
    if not await places.take_place(db, proposal.mentor_id):
        raise NoPlaceLeft("The mentor has no place left. The organisers will find another.")
    for mentorship_id, mentor_id in await moving.goes_on(db, proposal):
        if await end_one(db, mentorship_id, mentor_id, None, moving.MOVED, now=now):
            over = {"cohort_id": proposal.cohort_id, "mentorship_id": mentorship_id}
            await enqueue_each(db, "mentorships.tell_moved", [over], now=now)
    begun = await db.scalar(
        insert(Mentorship)
        .values(
            cohort_id=proposal.cohort_id,
            proposal_id=proposal.id,
            enrolment_id=proposal.enrolment_id,
            mentor_id=proposal.mentor_id,
            began_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Mentorship.id)
    )
    if begun is None:
        raise AlreadyMentored("The researcher has a mentor already. End that mentorship first.")
    await db.execute(
        update(Proposal)
        .where(Proposal.id == proposal.id)
        .values(state=ProposalState.ACCEPTED, closed_at=now)
    )
    it_began = {**ids_of(proposal), "mentorship_id": begun}
    event_log.record_each(db, events.MENTORSHIP_BEGAN, [it_began], now=now)
    arguments = {"cohort_id": proposal.cohort_id, "mentorship_id": begun}
    each = [{**arguments, "side": side} for side in Side]
    await enqueue_each(db, "mentorships.tell_matched", each, now=now)
    await lapse_when_full(db, proposal.mentor_id, now=now)


async def lapse_when_full(db: AsyncSession, mentor_id: UUID, *, now: datetime) -> None:
    """Whoever has no place left cannot be asked any more: the open proposals lapse."""
    mentor = await places.lock(db, mentor_id)
    if mentor.taken >= mentor.capacity:
        await lapse(
            db,
            Proposal.mentor_id == mentor_id,
            note="The mentor's places were taken by others.",
            tell=[Side.RESEARCHER],
            now=now,
        )


async def lapse(
    db: AsyncSession,
    which: ColumnElement[bool],
    *,
    note: str,
    tell: Collection[Side],
    now: datetime,
) -> Sequence[UUID]:
    lapsed = await db.execute(
        update(Proposal)
        .where(Proposal.state == ProposalState.OPEN, which)
        .values(state=ProposalState.LAPSED, note=note, closed_at=now)
        .returning(
            Proposal.id.label("proposal_id"),
            Proposal.cohort_id,
            Proposal.enrolment_id,
            Proposal.mentor_id,
        )
        .execution_options(synchronize_session=False)
    )
    its_ids = [row._asdict() for row in lapsed]
    each = [
        {"proposal_id": one["proposal_id"], "cohort_id": one["cohort_id"], "side": side}
        for one in its_ids
        for side in tell
    ]
    await enqueue_each(db, "mentorships.tell_lapsed", each, now=now)
    event_log.record_each(db, events.PROPOSAL_LAPSED, its_ids, now=now)
    await offer_next(db, {one["cohort_id"] for one in its_ids}, now=now)
    return [one["proposal_id"] for one in its_ids]


async def offer_next(db: AsyncSession, cohort_ids: Iterable[UUID], *, now: datetime) -> None:
    """Whoever waits now may be offered another mentor; the matching, above us, decides."""
    each = [{"cohort_id": one, "in_cohort": one} for one in sorted(cohort_ids)]
    await enqueue_each(db, "matching.offer_next", each, now=now, queue=Queue.COMPUTING)


RAN_OUT_NOW = Prepared(
    select(Proposal.id)
    .where(Proposal.state == ProposalState.OPEN, Proposal.expires_at <= NOW)
    .limit(1)
)


async def expire_due(db: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Let proposals that were not answered in time lapse; those in use now come next time."""
    due = (
        select(Proposal.id)
        .where(Proposal.state == ProposalState.OPEN, Proposal.expires_at <= now)
        .order_by(Proposal.expires_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return await lapse(db, Proposal.id.in_(due), note=RAN_OUT, tell=[*Side], now=now)


async def end(
    db: AsyncSession, actor: Person, mentorship_id: UUID, reason: str, *, now: datetime
) -> Mentorship:
    """End a mentorship and free the mentor's place; ending it again changes nothing."""
    mentorship = await reading.get(db, actor, mentorship_id)
    if await end_one(db, mentorship_id, mentorship.mentor_id, actor.id, reason, now=now):
        cohort_id = mentorship.cohort_id
        audit.record(db, actor, "mentorship.end", mentorship_id, now=now, cohort_id=cohort_id)
    return await reading.get(db, actor, mentorship_id)


async def end_one(
    db: AsyncSession,
    mentorship_id: UUID,
    mentor_id: UUID,
    ended_by: UUID | None,
    reason: str,
    *,
    now: datetime,
    handed_over: bool = False,
) -> bool:
    await places.lock(db, mentor_id)
    ended = (
        await db.execute(
            update(Mentorship)
            .where(Mentorship.id == mentorship_id, Mentorship.ended_at.is_(None))
            .values(ended_at=now, ended_by=ended_by, end_reason=reason, handed_over=handed_over)
            .returning(
                Mentorship.id.label("mentorship_id"),
                Mentorship.cohort_id,
                Mentorship.enrolment_id,
                Mentorship.mentor_id,
            )
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if ended is None:
        return False
    await places.free_place(db, mentor_id)
    each = [{"cohort_id": ended.cohort_id, "mentorship_id": mentorship_id}]
    await enqueue_each(db, "meetings.close_for_mentorship", each, now=now)
    event_log.record_each(db, events.MENTORSHIP_ENDED, [ended._asdict()], now=now)
    return True


async def close_for_enrolment(db: AsyncSession, enrolment_id: UUID, *, now: datetime) -> None:
    """Whoever has left the cohort keeps no mentor's place."""
    standing = select(Mentorship.id, Mentorship.mentor_id).where(
        Mentorship.enrolment_id == enrolment_id, Mentorship.ended_at.is_(None)
    )
    for mentorship_id, mentor_id in (await db.execute(standing)).all():
        await end_one(
            db, mentorship_id, mentor_id, None, "The researcher has left the cohort.", now=now
        )
    left = "The researcher has left the cohort."
    hers = Proposal.enrolment_id == enrolment_id
    await lapse(db, hers, note=left, tell=[Side.MENTOR], now=now)
