"""What a mentor gave: held meetings and their minutes, by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.models import ClosingSurvey
from cohort.cohorts.models import Enrolment
from cohort.http.formats import local_day
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class Month:
    """`first` is its first day."""

    first: date
    meetings: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Hours:
    mentor: Mentor
    mentorships: int
    months: Sequence[Month]
    named: Sequence[str]
    """The researchers who agreed to be named."""

    @property
    def meetings(self) -> int:
        return sum(month.meetings for month in self.months)

    @property
    def minutes(self) -> int:
        return sum(month.minutes for month in self.months)


async def hours_of(db: AsyncSession, actor: Person, mentor_id: UUID) -> Hours:
    """For the mentor and the organisers; months are those of the mentor's time zone."""
    mentor = await mentors.get(db, actor, mentor_id)
    its = select(Mentorship.id).where(Mentorship.mentor_id == mentor_id)
    held = await db.execute(
        select(Meeting.starts_at, Meeting.minutes)
        .where(Meeting.mentorship_id.in_(its), Meeting.state == MeetingState.HELD)
        .order_by(Meeting.starts_at)
    )
    days = [(local_day(at, mentor.time_zone).replace(day=1), minutes) for at, minutes in held]
    months = []
    for first, each in groupby(days, key=lambda one: one[0]):
        lengths = [minutes for _, minutes in each]
        months.append(Month(first, len(lengths), sum(lengths)))
    agreed = select(ClosingSurvey.mentorship_id).where(
        ClosingSurvey.side == Side.RESEARCHER, ClosingSurvey.may_name
    )
    named = await db.scalars(
        select(Person.name)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .join(Mentorship, Mentorship.enrolment_id == Enrolment.id)
        .where(Mentorship.id.in_(its), Mentorship.id.in_(agreed))
        .order_by(Person.name)
    )
    return Hours(mentor, len((await db.scalars(its)).all()), months, list(dict.fromkeys(named)))
