"""Meetings as they are shown: with the two who meet, in few statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.db import given
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.meetings import policy
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.asker import asker
from cohort.people.models import Person

SHOWN_AT_ONCE = 100


_MENTORSHIP: Any = joinedload(Meeting.mentorship)
_BOTH = _MENTORSHIP.options(*mentorships.with_people(Mentorship))


def _with_the_two(statement: Select[Meeting]) -> Select[Meeting]:
    return statement.options(_BOTH).execution_options(populate_existing=True)


_WANTED = Meeting.id == given("meeting_id", Uuid())
_ANY = _with_the_two(select(Meeting).where(_WANTED))
_OWN = _with_the_two(policy.visible_to(asker(is_admin=False)).where(_WANTED))
_OWN_LOCKED = _OWN.with_for_update(of=Meeting)
"""Put together once: that takes as long as to send one."""


async def get(db: AsyncSession, actor: Person, meeting_id: UUID, *, lock: bool = False) -> Meeting:
    asked = {"actor_id": actor.id, "meeting_id": meeting_id}
    meeting = await db.scalar(_OWN_LOCKED if lock else _OWN, asked)
    if meeting is None:
        raise NotFound
    return meeting


async def get_for_job(db: AsyncSession, meeting_id: UUID) -> Meeting:
    return (await db.scalars(_ANY, {"meeting_id": meeting_id})).one()


async def list_own(
    db: AsyncSession, actor: Person, part: Slice, *, mentorship_id: UUID | None = None
) -> Page[Meeting]:
    """All meetings of the actor, or those of one mentorship; the oldest first."""
    statement = policy.visible_to(actor)
    if mentorship_id is not None:
        await mentorships.get(db, actor, mentorship_id)
        statement = statement.where(Meeting.mentorship_id == mentorship_id)
    return await page_of(db, statement, by=Meeting.starts_at, id=Meeting.id, part=part)


async def list_of(db: AsyncSession, actor: Person, mentorship_id: UUID) -> Sequence[Meeting]:
    """The newest of one mentorship, for its page, in the order of time."""
    statement = policy.visible_to(actor).where(Meeting.mentorship_id == mentorship_id)
    newest = statement.order_by(Meeting.starts_at.desc(), Meeting.id).limit(SHOWN_AT_ONCE)
    return (await db.scalars(newest)).all()[::-1]


async def list_since(
    db: AsyncSession, person: Person, since: datetime, states: Sequence[MeetingState]
) -> Sequence[Meeting]:
    """A person's meetings for a calendar, those to come and those of not long ago."""
    own = policy.visible_to(person).where(Meeting.starts_at >= since, Meeting.state.in_(states))
    ordered = _with_the_two(own.order_by(Meeting.starts_at, Meeting.id))
    return (await db.scalars(ordered)).all()


async def next_of(
    db: AsyncSession, actor: Person, mentorship_id: UUID, *, now: datetime
) -> Meeting | None:
    """The one of a mentorship that comes next, or goes on; agreed or only proposed."""
    its = policy.visible_to(actor).where(
        Meeting.mentorship_id == mentorship_id,
        Meeting.state.in_([MeetingState.PROPOSED, MeetingState.AGREED]),
        Meeting.starts_at + func.make_interval(0, 0, 0, 0, 0, Meeting.minutes) > now,
    )
    return await db.scalar(its.order_by(Meeting.starts_at, Meeting.id).limit(1))
