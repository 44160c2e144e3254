"""A no to a proposal, and a pause in the same step."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import pausing
from cohort.errors import Invalid
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.mentors import pausing as mentor_pausing
from cohort.mentors import places
from cohort.mentors import service as mentors
from cohort.mentors.schemas import MentorPauseIn
from cohort.mentorships import events, reading, service
from cohort.mentorships.models import DeclineReason, Proposal, ProposalState, Side
from cohort.people import audit
from cohort.people.models import Person


async def decline(
    db: AsyncSession,
    actor: Person,
    proposal_id: UUID,
    note: str,
    *,
    because: DeclineReason = DeclineReason.OTHER,
    pause_until: date | None = None,
    now: datetime,
) -> Proposal:
    """Say no, and why, for the organisers; with a day, ask for no other proposal before it."""
    proposal = await reading.get_proposal(db, actor, proposal_id)
    side = service.side_who_answers(actor, proposal)
    if because is DeclineReason.OTHER and not note:
        raise Invalid.at("note", "Say why, in a few words.")
    if pause_until is not None:
        is_mentor = side is Side.MENTOR
        zone = proposal.mentor.time_zone if is_mentor else proposal.enrolment.cohort.time_zone
        pausing.check_until(pause_until, zone, now=now, field="pause_until")
        if is_mentor:
            # The mentor's row before the proposal, in the order in which others lock the two.
            await places.lock(db, proposal.mentor_id)
    declined = await db.scalar(
        update(Proposal)
        .where(Proposal.id == proposal_id, Proposal.state == ProposalState.OPEN)
        .values(
            state=ProposalState.DECLINED,
            declined_by=actor.id,
            because=because,
            note=note,
            closed_at=now,
        )
        .returning(Proposal.id)
        .execution_options(synchronize_session=False)
    )
    proposal = await reading.get_proposal(db, actor, proposal_id)
    if declined is not None:
        audit.record(
            db, actor, "proposal.decline", proposal.id, now=now, cohort_id=proposal.cohort_id
        )
        event_log.record_each(db, events.PROPOSAL_DECLINED, [service.ids_of(proposal)], now=now)
        arguments = {"cohort_id": proposal.cohort_id, "proposal_id": proposal.id}
        organisers = await mentors.organisers_of(db, proposal.cohort_id)
        each = [{**arguments, "organiser_id": organiser_id} for organiser_id in organisers]
        await enqueue_each(db, "mentorships.tell_declined", each, now=now)
        to_the_other = [{**arguments, "side": one} for one in Side if one is not side]
        await enqueue_each(db, "mentorships.tell_lapsed", to_the_other, now=now)
        await service.offer_next(db, [proposal.cohort_id], now=now)
        if pause_until is not None:
            await _pause(db, actor, proposal, side, pause_until, now=now)
    elif proposal.declined_by != actor.id:
        raise service.closed(proposal)
    return proposal


async def _pause(
    db: AsyncSession, actor: Person, proposal: Proposal, side: Side, until: date, *, now: datetime
) -> None:
    if side is Side.RESEARCHER:
        await pausing.pause(db, actor, proposal.enrolment_id, until, now=now)
    else:
        away = MentorPauseIn(back_on=until)
        await mentor_pausing.pause(db, actor, proposal.mentor_id, away, now=now)
