"""Who belongs to an audience at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, exists, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.announcements.models import Audience
from cohort.circles import policy as circles
from cohort.circles.models import Circle, CircleMember
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.forecasts import service as forecasts
from cohort.forecasts.outlook import Forecast, StudyOutlook
from cohort.forecasts.schemas import ForecastSearch
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Mentorship
from cohort.notices.choosing import comes_as
from cohort.notices.kinds import KINDS, MailWhen
from cohort.notices.models import MailChoice
from cohort.people.models import Person

FORETOLD = {
    Audience.AT_RISK: lambda one: bool(one.signs),
    Audience.BEHIND: lambda one: one.work.late > 0,
    Audience.DONE: lambda one: one.outlook is StudyOutlook.DONE,
}


@dataclass(frozen=True, slots=True)
class Recipient:
    person_id: UUID
    name: str
    comes: MailWhen


async def recipients(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    audience: Audience,
    circle_id: UUID | None,
    kind: str,
    *,
    now: datetime,
) -> Sequence[Recipient]:
    """By name, each once; only those who are here by their own word and may sign in."""
    if circle_id is not None:
        which: Any = _of_circle(cohort, circle_id)
    else:
        which = await _of_audience(db, actor, cohort, audience, now=now)
    found = await db.execute(
        select(Person.id, Person.name, MailChoice.comes)
        .outerjoin(MailChoice, and_(MailChoice.person_id == Person.id, MailChoice.kind == kind))
        .where(Person.id.in_(which), ~Person.is_placeholder, Person.suspended_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [
        Recipient(person_id, name, comes_as(KINDS[kind], comes)) for person_id, name, comes in found
    ]


async def _of_audience(
    db: AsyncSession, actor: Person, cohort: Cohort, audience: Audience, *, now: datetime
) -> Any:
    studying = select(Enrolment.person_id).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    mentoring = select(Mentor.person_id).where(
        Mentor.cohort_id == cohort.id, Mentor.state == MentorState.APPROVED
    )
    if audience in FORETOLD:
        told = await forecasts.forecasts(db, actor, cohort.id, ForecastSearch(), now=now)
        fits = FORETOLD[audience]
        return studying.where(Enrolment.id.in_(_ids(told.found, fits)))
    if audience is Audience.MENTORS:
        return mentoring
    if audience is Audience.EVERYONE:
        return union(studying, mentoring)
    return _narrowed(studying, cohort, audience, now)


def _of_circle(cohort: Cohort, circle_id: UUID) -> Select[UUID]:
    its = circles.members_of([circle_id]).join(CircleMember.circle).join(CircleMember.enrolment)
    return its.where(
        Circle.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
    ).with_only_columns(Enrolment.person_id)


def _ids(found: Sequence[Forecast], fits: Any) -> list[UUID]:
    return [one.work.enrolment_id for one in found if fits(one)]


def _narrowed(
    studying: Select[UUID], cohort: Cohort, audience: Audience, now: datetime
) -> Select[UUID]:
    if audience is Audience.WITHOUT_MENTOR:
        mentored = exists().where(
            Mentorship.enrolment_id == Enrolment.id, Mentorship.ended_at.is_(None)
        )
        return studying.where(~mentored)
    if audience is Audience.PAUSED:
        today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
        return studying.where(Enrolment.paused_until > today)
    return studying
