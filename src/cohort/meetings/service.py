"""The verbs of two who meet.

Each verb holds the row of its meeting, so that of two clicks at the same moment the second sees
what the first has done.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid, NotAllowed
from cohort.http.etag import require_match
from cohort.jobs import event_log
from cohort.jobs.event_log import EventKind
from cohort.jobs.outbox import enqueue_each
from cohort.meetings import events, reading
from cohort.meetings.models import Meeting, MeetingState
from cohort.meetings.schemas import AgreeIn, MeetingChange, MeetingIn
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.mentorships.pausing import MentorshipEnded, goes_on_at
from cohort.people import audit
from cohort.people.models import Person

FURTHEST = timedelta(days=366)
MOST_TO_COME = 20
COMES = (MeetingState.PROPOSED, MeetingState.AGREED)


class MeetingClosed(Conflict):
    code = "meeting_closed"
    title = "This meeting is over or cancelled"


class MeetingMoved(Conflict):
    code = "meeting_moved"
    title = "This meeting was moved"


class MeetingInTheWay(Conflict):
    code = "meeting_in_the_way"
    title = "There is a meeting at that time"


class TooManyMeetings(Conflict):
    code = "too_many_meetings"
    title = "There are enough meetings to come"


class MentorshipPaused(Conflict):
    code = "mentorship_paused"
    title = "This mentorship pauses"


class NotOverYet(Conflict):
    code = "not_over_yet"
    title = "This meeting has not begun"


def side_of(actor: Person, mentorship: Mentorship) -> Side:
    side = mentorship_policy.side_of(actor, mentorship)
    if side is None:
        raise NotAllowed("Only the two who meet can do this.")
    return side


async def propose(
    db: AsyncSession, actor: Person, mentorship_id: UUID, asked: MeetingIn, *, now: datetime
) -> Meeting:
    """Name a time; naming the same one twice is one meeting."""
    mentorship = await mentorships.get(db, actor, mentorship_id)
    side_of(actor, mentorship)
    if mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended, so there is nothing to plan.")
    _check_time(asked.starts_at, now)
    _check_pause(mentorship, asked.starts_at)
    to_come = select(func.count()).where(
        Meeting.mentorship_id == mentorship_id,
        Meeting.state.in_(COMES),
        Meeting.starts_at > now,
        Meeting.starts_at != asked.starts_at,
    )
    if (await db.scalar(to_come) or 0) >= MOST_TO_COME:
        raise TooManyMeetings(f"{MOST_TO_COME} meetings are planned. Hold or cancel one first.")
    place = asked.place if asked.place is not None else await _last_place(db, mentorship_id)
    facts = asked.model_dump() | {"place": place, "proposed_by": actor.id}
    made = await db.scalar(
        insert(Meeting)
        .values(mentorship_id=mentorship_id, created_at=now, changed_at=now, **facts)
        .on_conflict_do_nothing()
        .returning(Meeting.id)
    )
    if made is None:
        there = select(Meeting.id).where(
            Meeting.mentorship_id == mentorship_id,
            Meeting.starts_at == asked.starts_at,
            Meeting.state.in_(COMES),
        )
        return await reading.get(db, actor, (await db.scalars(there)).one())
    meeting = await reading.get(db, actor, made)
    await _tell(db, actor, meeting, "meeting.propose", events.PROPOSED, now=now)
    return meeting


def _check_time(starts_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise Invalid.at("starts_at", "This time is past. Choose a later one.")
    if starts_at > now + FURTHEST:
        raise Invalid.at("starts_at", "This is more than a year ahead. Choose an earlier time.")


def _check_pause(mentorship: Mentorship, starts_at: datetime) -> None:
    if mentorship.paused_at is None:
        return
    goes_on = goes_on_at(mentorship)
    if goes_on is None or starts_at < goes_on:
        raise MentorshipPaused("This mentorship pauses. Choose a later time, or end the pause.")


async def _last_place(db: AsyncSession, mentorship_id: UUID) -> str:
    """Where the two met last: most pairs keep one address for their calls."""
    said = select(Meeting.place).where(Meeting.mentorship_id == mentorship_id, Meeting.place != "")
    return await db.scalar(said.order_by(Meeting.created_at.desc()).limit(1)) or ""


async def agree(
    db: AsyncSession, actor: Person, meeting_id: UUID, to: AgreeIn, *, now: datetime
) -> Meeting:
    """Say yes to the time that the other one named; saying it twice is one yes."""
    meeting = await _to_come(db, actor, meeting_id, now)
    if meeting.starts_at != to.starts_at:
        raise MeetingMoved("This meeting was moved meanwhile. Look at the new time first.")
    if meeting.state is MeetingState.AGREED:
        return meeting
    if meeting.proposed_by == actor.id:
        raise NotAllowed("You named this time; it is the other one who agrees to it.")
    await _change(db, meeting, {"state": MeetingState.AGREED, "moved_from": None}, now=now)
    await _tell(db, actor, meeting, "meeting.agree", events.AGREED, now=now)
    return meeting


async def change(
    db: AsyncSession,
    actor: Person,
    meeting_id: UUID,
    asked: MeetingChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Meeting:
    """Move it, or say anew where and what about. With another time, the other one is asked."""
    meeting = await _to_come(db, actor, meeting_id, now)
    require_match(if_match, meeting.version)
    given = asked.model_dump(exclude_none=True)
    changes = {name: value for name, value in given.items() if getattr(meeting, name) != value}
    if not changes:
        return meeting
    if "starts_at" in changes:
        _check_time(changes["starts_at"], now)
        _check_pause(meeting.mentorship, changes["starts_at"])
    only_details = not changes.keys() & {"starts_at", "minutes"}
    if not only_details:
        changes |= {"state": MeetingState.PROPOSED, "proposed_by": actor.id}
        changes |= {"moved_from": meeting.starts_at}
    try:
        async with db.begin_nested():
            await _change(db, meeting, changes, now=now)
    except IntegrityError as error:
        raise MeetingInTheWay("The two of you have another meeting at that time.") from error
    await _tell(
        db, actor, meeting, "meeting.change", events.PROPOSED, only_details=only_details, now=now
    )
    return meeting


async def cancel(
    db: AsyncSession, actor: Person, meeting_id: UUID, note: str, *, now: datetime
) -> Meeting:
    """Cancel what is to come; cancelling it twice is once."""
    meeting = await _own(db, actor, meeting_id)
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    if meeting.state not in COMES:
        raise MeetingClosed("This meeting is over, so it cannot be cancelled.")
    await _change(db, meeting, {"state": MeetingState.CANCELLED, "note": note}, now=now)
    await _tell(db, actor, meeting, "meeting.cancel", events.CANCELLED, now=now)
    return meeting


async def record(
    db: AsyncSession, actor: Person, meeting_id: UUID, *, held: bool, note: str, now: datetime
) -> Meeting:
    """Say afterwards whether it took place; the last word counts."""
    meeting = await _own(db, actor, meeting_id)
    if meeting.state is MeetingState.CANCELLED:
        raise MeetingClosed("This meeting was cancelled.")
    if meeting.starts_at > now:
        raise NotOverYet("Say it when the meeting has begun.")
    if note and meeting.mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended: say whether you met, and leave the rest.")
    state = MeetingState.HELD if held else MeetingState.MISSED
    if (meeting.state, meeting.note) != (state, note):
        meeting.state, meeting.note = state, note
        meeting.version += 1
        _keep(db, actor, meeting, "meeting.record", events.RECORDED, now=now)
        await db.flush()
    return meeting


async def _own(db: AsyncSession, actor: Person, meeting_id: UUID) -> Meeting:
    return await reading.get(db, actor, meeting_id, lock=True)


async def _to_come(db: AsyncSession, actor: Person, meeting_id: UUID, now: datetime) -> Meeting:
    meeting = await _own(db, actor, meeting_id)
    if meeting.state not in COMES:
        raise MeetingClosed("This meeting is over or cancelled. Propose a new one.")
    if meeting.starts_at <= now:
        raise MeetingClosed("The time of this meeting is past. Propose a new one.")
    return meeting


async def _change(
    db: AsyncSession, meeting: Meeting, changes: Mapping[str, Any], *, now: datetime
) -> None:
    for name, value in changes.items():
        setattr(meeting, name, value)
    meeting.sequence += 1
    meeting.version += 1
    meeting.changed_at = now
    await db.flush()


async def _tell(
    db: AsyncSession,
    actor: Person,
    meeting: Meeting,
    verb: str,
    kind: EventKind,
    *,
    only_details: bool = False,
    now: datetime,
) -> None:
    """The other one by mail; the actor too once there is something for her calendar."""
    _keep(db, actor, meeting, verb, kind, now=now)
    mentorship = meeting.mentorship
    two = (mentorship.enrolment.person_id, mentorship.mentor.person_id)
    only_asked = meeting.state is MeetingState.PROPOSED and meeting.sequence == 0
    told = [person_id for person_id in two if person_id != actor.id or not only_asked]
    each = [
        {
            "cohort_id": mentorship.cohort_id,
            "meeting_id": meeting.id,
            "person_id": person_id,
            "actor_id": actor.id,
            "sequence": meeting.sequence,
            **({"only_details": True} if only_details else {}),
        }
        for person_id in told
    ]
    await enqueue_each(db, "meetings.tell", each, now=now)


def _keep(
    db: AsyncSession,
    actor: Person,
    meeting: Meeting,
    verb: str,
    kind: EventKind,
    *,
    now: datetime,
) -> None:
    mentorship = meeting.mentorship
    audit.record(db, actor, verb, meeting.id, now=now, cohort_id=mentorship.cohort_id)
    ids = {
        "meeting_id": meeting.id,
        "mentorship_id": mentorship.id,
        "enrolment_id": mentorship.enrolment_id,
        "mentor_id": mentorship.mentor_id,
    }
    event_log.record(db, kind, mentorship.cohort_id, now=now, **ids)


async def close_for_mentorship(db: AsyncSession, mentorship_id: UUID, *, now: datetime) -> None:
    """What was to come after its end or within its pause is cancelled, in the calendars too."""
    of = (
        await db.scalars(
            select(Mentorship)
            .where(Mentorship.id == mentorship_id)
            .options(*mentorships.with_people(Mentorship))
        )
    ).one()
    if of.ended_at is None and of.paused_at is None:
        return
    until = None if of.ended_at else goes_on_at(of)
    cancelled = await db.execute(
        update(Meeting)
        .where(Meeting.mentorship_id == mentorship_id, Meeting.state.in_(COMES))
        .where(Meeting.starts_at > now, true() if until is None else Meeting.starts_at < until)
        .values(
            state=MeetingState.CANCELLED,
            note="The mentorship has ended." if of.ended_at else "The mentorship pauses.",
            sequence=Meeting.sequence + 1,
            version=Meeting.version + 1,
            changed_at=now,
        )
        .returning(Meeting.id, Meeting.sequence)
        .execution_options(synchronize_session=False)
    )
    each = []
    for meeting_id, sequence in cancelled:
        mentorship = (await reading.get_for_job(db, meeting_id)).mentorship
        each += [
            {
                "cohort_id": mentorship.cohort_id,
                "meeting_id": meeting_id,
                "person_id": person_id,
                "actor_id": None,
                "sequence": sequence,
            }
            for person_id in (mentorship.enrolment.person_id, mentorship.mentor.person_id)
        ]
    await enqueue_each(db, "meetings.tell", each, now=now)
