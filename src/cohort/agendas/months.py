"""On the first of each month a mentor hears what each of her mentees needs from her."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas.mentees import MenteeStanding, standings
from cohort.agendas.models import MentorMonth
from cohort.jobs.outbox import enqueue_each
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship
from cohort.study import policy as study

HOUR, LATEST_DAY = 8, 3
"""From eight in the morning of the first, on her clock; after the third it is no news any more."""
FARTHEST = (timedelta(hours=-12), timedelta(hours=14))
"""From UTC, the clocks of the earth."""


def month_begun(now: datetime, zone: str) -> date | None:
    """Its first day, while the mail about this month may go out on that clock."""
    local = now.astimezone(ZoneInfo(zone))
    is_time = local.day <= LATEST_DAY and (local.day, local.hour) >= (1, HOUR)
    return local.date().replace(day=1) if is_time else None


async def tell_due(db: AsyncSession, *, now: datetime) -> None:
    """Promise the mail of the month to each mentor whose clock says so, once.

    Which day it is depends on each mentor's zone, so that the statement finds those who may be
    meant, and Python decides. Of several workers, the one whose row is written promises it.
    """
    latest = max((now + away).date() for away in FARTHEST)
    if all((now + away).day > LATEST_DAY for away in FARTHEST):
        return
    found = await db.execute(
        select(Mentor.id, Mentor.cohort_id, Mentor.time_zone)
        .outerjoin(MentorMonth, MentorMonth.mentor_id == Mentor.id)
        .where(MentorMonth.month.is_(None) | (MentorMonth.month < latest.replace(day=1)))
        .where(Mentor.id.in_(select(Mentorship.mentor_id).where(Mentorship.ended_at.is_(None))))
        .order_by(Mentor.id)
    )
    due = [(one, month) for one in found if (month := month_begun(now, one.time_zone))]
    if not due:
        return
    row = insert(MentorMonth).values([{"mentor_id": one.id, "month": month} for one, month in due])
    told = row.on_conflict_do_update(
        index_elements=["mentor_id"],
        set_={"month": row.excluded.month},
        where=MentorMonth.month < row.excluded.month,
    ).returning(MentorMonth.mentor_id)
    taken = set(await db.scalars(told))
    each = [
        {"cohort_id": one.cohort_id, "mentor_id": one.id, "month": month.isoformat()}
        for one, month in due
        if one.id in taken
    ]
    await enqueue_each(db, "agendas.tell_month", each, now=now)


async def needing(db: AsyncSession, mentor: Mentor, *, now: datetime) -> Sequence[MenteeStanding]:
    """Those of her mentees in this cohort who need something, as far as they show it."""
    return [
        one
        for one in await standings(db, mentor.person, now=now)
        if one.needs
        and one.mentorship.mentor_id == mentor.id
        and one.mentorship.paused_at is None
        and not study.is_frozen(one.mentorship.enrolment)
    ]


def is_over(month: str, mentor: Mentor, now: datetime) -> bool:
    """Whether her clock shows another month by now: then the next mail says it better."""
    today = now.astimezone(ZoneInfo(mentor.time_zone)).date()
    return date.fromisoformat(month) != today.replace(day=1)
