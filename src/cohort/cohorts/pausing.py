"""A researcher who wants no mentor for now: until a day, nobody is proposed to her."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.http.formats import local_day
from cohort.people.models import Person

LONGEST = timedelta(days=366)


def check_until(until: date, zone: str, *, now: datetime, field: str = "until") -> None:
    """A pause ends on a day to come, within a year."""
    today = local_day(now, zone)
    if not today < until <= today + LONGEST:
        raise Invalid.at(field, "Choose a day after today, within a year.")


def is_there(today: date) -> ColumnElement[bool]:
    """Enrolments that are not paused on this day of their cohort's time zone."""
    return or_(Enrolment.paused_until.is_(None), Enrolment.paused_until <= today)


def is_paused(enrolment: Enrolment, today: date) -> bool:
    return enrolment.paused_until is not None and today < enrolment.paused_until


async def pause(
    db: AsyncSession, actor: Person, enrolment_id: UUID, until: date, *, now: datetime
) -> Enrolment:
    """No proposals before that day; one that is open may still be answered."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    check_until(until, enrolment.cohort.time_zone, now=now)
    return await _set(db, actor, enrolment, until, now=now)


async def resume(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> Enrolment:
    """From today on. The day is kept: whoever came back is offered dates that catch up."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    today = local_day(now, enrolment.cohort.time_zone)
    if not is_paused(enrolment, today):
        return enrolment
    return await _set(db, actor, enrolment, today, now=now)


async def _set(
    db: AsyncSession, actor: Person, enrolment: Enrolment, until: date, *, now: datetime
) -> Enrolment:
    """By herself or an organiser, the only ones who see the row; twice is once."""
    if enrolment.paused_until == until:
        return enrolment
    await db.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment.id)
        .values(paused_until=until, version=Enrolment.version + 1)
        .execution_options(synchronize_session=False)
    )
    goes_on = until <= local_day(now, enrolment.cohort.time_zone)
    verb = "enrolment.resume" if goes_on else "enrolment.pause"
    enrolments.note_others_act(db, actor, verb, enrolment, now=now)
    return await enrolments.get(db, actor, enrolment.id)
