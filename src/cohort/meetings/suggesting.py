"""Times to propose: when both are free, and nothing is planned between them yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.meetings.models import Meeting
from cohort.meetings.service import COMES, side_of
from cohort.meetings.slots import shared_starts
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person

MOST = 12
NOTICE = timedelta(hours=12)
"""Nobody is asked to meet sooner than that."""


@dataclass(frozen=True, slots=True)
class Times:
    starts: Sequence[datetime]
    zones: Sequence[str]


async def suggest(
    db: AsyncSession, actor: Person, mentorship_id: UUID, minutes: int, *, now: datetime
) -> Times:
    mentorship = await mentorships.get(db, actor, mentorship_id)
    side_of(actor, mentorship)
    return await times_of(db, mentorship, minutes, now=now)


async def times_of(
    db: AsyncSession, mentorship: Mentorship, minutes: int, *, now: datetime
) -> Times:
    researcher, mentor = mentorship.enrolment, mentorship.mentor
    zones = (researcher.time_zone, mentor.time_zone)
    starts = shared_starts(
        (researcher.weekly_hours, mentor.weekly_hours),
        zones,
        after=now + NOTICE,
        minutes=minutes,
        most=MOST + 1,
    )
    planned = select(Meeting.starts_at, Meeting.minutes).where(
        Meeting.mentorship_id == mentorship.id, Meeting.state.in_(COMES), Meeting.starts_at > now
    )
    taken = [(at, at + timedelta(minutes=length)) for at, length in await db.execute(planned)]
    lasts = timedelta(minutes=minutes)
    free = [at for at in starts if all(at + lasts <= a or b <= at for a, b in taken)]
    return Times(free[:MOST], list(zones))
