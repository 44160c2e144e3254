"""A mentor leaves a cohort, and those whom she mentored are looked after."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.mentors import events, places
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.pause_days import NO_PAUSE
from cohort.mentorships import service
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.people import audit
from cohort.people.models import Person

LEFT = "The mentor has left the cohort."


async def leave(db: AsyncSession, actor: Person, mentor_id: UUID, *, now: datetime) -> Mentor:
    """By the mentor or an organiser; twice is once.

    Her mentorships end, so that those whom she mentored go first in the next round; her open
    proposals lapse. All of it under the lock of her row, so that nobody begins with her meanwhile.
    """
    mentor = await mentors.get(db, actor, mentor_id)
    was_approved = (await places.lock(db, mentor_id)).state is MentorState.APPROVED
    left = await db.scalar(
        update(Mentor)
        .where(Mentor.id == mentor_id)
        .where(Mentor.state.in_([MentorState.PENDING, MentorState.APPROVED]))
        .values(state=MentorState.LEFT, version=Mentor.version + 1, **NO_PAUSE)
        .returning(Mentor.id)
        .execution_options(synchronize_session=False)
    )
    if left is not None:
        cohort_id = mentor.cohort_id
        audit.record(db, actor, "mentor.leave", mentor_id, now=now, cohort_id=cohort_id)
        event_log.record(db, events.MENTOR_LEFT, cohort_id, now=now, mentor_id=mentor_id)
        mentorship_ids = await _end_all(db, actor, mentor_id, now=now)
        await service.lapse(
            db, Proposal.mentor_id == mentor_id, note=LEFT, tell=[Side.RESEARCHER], now=now
        )
        each = [{"cohort_id": cohort_id, "mentorship_id": one} for one in mentorship_ids]
        await enqueue_each(db, "mentorships.tell_left", each, now=now)
        if was_approved:
            hers = [{"cohort_id": cohort_id, "mentor_id": mentor_id}]
            await enqueue_each(db, "sessions.free_for_mentor", hers, now=now)
            organisers = await mentors.organisers_of(db, cohort_id)
            about = {"cohort_id": cohort_id, "mentor_id": mentor_id, "mentees": len(mentorship_ids)}
            told = [{**about, "organiser_id": one} for one in organisers if one != actor.id]
            await enqueue_each(db, "mentorships.tell_organiser_left", told, now=now)
    return await mentors.get(db, actor, mentor_id)


async def _end_all(
    db: AsyncSession, actor: Person, mentor_id: UUID, *, now: datetime
) -> list[UUID]:
    going_on = select(Mentorship.id).where(
        Mentorship.mentor_id == mentor_id, Mentorship.ended_at.is_(None)
    )
    ids = list(await db.scalars(going_on.order_by(Mentorship.id)))
    for mentorship_id in ids:
        await service.end_one(
            db, mentorship_id, mentor_id, actor.id, LEFT, now=now, handed_over=True
        )
    return ids
