"""Check-ins as they are shown: with their mentorship and the two, in few statements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.checkins import policy
from cohort.checkins.models import CheckIn, ClosingSurvey, Episode
from cohort.checkins.surveys import ASKED_WITHIN
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person

SHOWN_AT_ONCE = 100


_MENTORSHIP: Any = joinedload(CheckIn.mentorship)
_BOTH = _MENTORSHIP.options(*mentorships.with_people(Mentorship))


def with_the_two(statement: Select[CheckIn]) -> Select[CheckIn]:
    return statement.options(_BOTH).execution_options(populate_existing=True)


async def get(db: AsyncSession, actor: Person, check_in_id: UUID) -> CheckIn:
    statement = policy.visible_to(CheckIn, actor).where(CheckIn.id == check_in_id)
    return await _one(db, statement)


async def get_own(db: AsyncSession, actor: Person, check_in_id: UUID) -> CheckIn:
    """One that the actor herself is asked, for as long as she answers it: nobody else moves it."""
    statement = policy.asks(CheckIn, actor).where(CheckIn.id == check_in_id)
    return await _one(db, statement.with_for_update(of=CheckIn))


async def get_for_job(db: AsyncSession, check_in_id: UUID) -> CheckIn:
    return await _one(db, select(CheckIn).where(CheckIn.id == check_in_id))


async def _one(db: AsyncSession, statement: Select[CheckIn]) -> CheckIn:
    check_in = await db.scalar(with_the_two(statement))
    if check_in is None:
        raise NotFound
    return check_in


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[CheckIn]:
    statement = policy.asks(CheckIn, actor).options(joinedload(CheckIn.mentorship))
    return await page_of(db, statement, by=CheckIn.asked_at, id=CheckIn.id, part=part)


async def list_of_mentorship(
    db: AsyncSession, actor: Person, mentorship_id: UUID, part: Slice
) -> Page[CheckIn]:
    await mentorships.get(db, actor, mentorship_id)
    statement = policy.visible_to(CheckIn, actor).where(CheckIn.mentorship_id == mentorship_id)
    statement = statement.options(joinedload(CheckIn.mentorship))
    return await page_of(db, statement, by=CheckIn.asked_at, id=CheckIn.id, part=part)


async def newest_of(db: AsyncSession, actor: Person) -> Sequence[CheckIn]:
    """For her page: the latest of what the actor was asked, the newest first."""
    newest = policy.asks(CheckIn, actor).order_by(CheckIn.asked_at.desc(), CheckIn.id)
    return (await db.scalars(with_the_two(newest.limit(SHOWN_AT_ONCE)))).all()


async def day_before(db: AsyncSession, check_in: CheckIn) -> date | None:
    """The day of the one before it, since when the two are asked whether they met."""
    before = select(CheckIn.due_on).where(
        CheckIn.mentorship_id == check_in.mentorship_id,
        CheckIn.side == check_in.side,
        CheckIn.due_on < check_in.due_on,
    )
    return await db.scalar(before.order_by(CheckIn.due_on.desc()).limit(1))


async def all_of(db: AsyncSession, actor: Person, mentorship_id: UUID) -> Sequence[CheckIn]:
    """Those of a mentorship that the actor may read, the newest first."""
    statement = policy.visible_to(CheckIn, actor).where(CheckIn.mentorship_id == mentorship_id)
    newest = statement.order_by(CheckIn.due_on.desc(), CheckIn.side).limit(SHOWN_AT_ONCE)
    return (await db.scalars(newest.options(joinedload(CheckIn.mentorship)))).all()


async def open_episode(db: AsyncSession, mentorship_id: UUID) -> Episode | None:
    return await db.scalar(
        select(Episode).where(Episode.mentorship_id == mentorship_id, Episode.ended_at.is_(None))
    )


async def count_waiting(db: AsyncSession, actor: Person, *, now: datetime) -> int:
    """Check-ins, and closing surveys of what ended lately, that the actor has not answered."""
    check_ins = select(func.count()).where(
        policy.is_asked(CheckIn, actor),
        CheckIn.closed_at.is_(None),
        CheckIn.answered_at.is_(None),
    )
    at_the_end = select(func.count()).where(
        policy.is_asked(ClosingSurvey, actor),
        ClosingSurvey.answered_at.is_(None),
        ClosingSurvey.asked_at > now - ASKED_WITHIN,
    )
    both = select(check_ins.scalar_subquery() + at_the_end.scalar_subquery())
    return await db.scalar(both) or 0


async def waiting_of(db: AsyncSession, mentorship_id: UUID, side: Side) -> UUID | None:
    """The check-in that this side has not answered yet."""
    return await db.scalar(
        select(CheckIn.id).where(
            CheckIn.mentorship_id == mentorship_id,
            CheckIn.side == side,
            CheckIn.closed_at.is_(None),
            CheckIn.answered_at.is_(None),
        )
    )
