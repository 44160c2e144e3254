"""Check-ins as they are shown: with their mentorship and the two, in few statements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.checkins import policy
from cohort.checkins.models import CheckIn, ClosingSurvey, Episode
from cohort.checkins.surveys import ASKED_WITHIN
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people.asker import asker
from cohort.people.models import Person

SHOWN_AT_ONCE = 100


_MENTORSHIP: Any = joinedload(CheckIn.mentorship)
_BOTH = _MENTORSHIP.options(*mentorships.with_people(Mentorship))


def with_the_two(statement: Select[CheckIn]) -> Select[CheckIn]:
    return statement.options(_BOTH).execution_options(populate_existing=True)


_WANTED = CheckIn.id == given("check_in_id", Uuid())
_ANY = with_the_two(select(CheckIn).where(_WANTED))
_OWN_LOCKED = with_the_two(
    policy.asks(CheckIn, asker(is_admin=False)).where(_WANTED)
).with_for_update(of=CheckIn)
"""Put together once: that takes as long as to send one."""


async def get(db: AsyncSession, actor: Person, check_in_id: UUID) -> CheckIn:
    statement = policy.visible_to(CheckIn, actor).where(CheckIn.id == check_in_id)
    return await _one(db, with_the_two(statement))


async def get_own(db: AsyncSession, actor: Person, check_in_id: UUID) -> CheckIn:
    """One that the actor herself is asked, for as long as she answers it: nobody else moves it."""
    return await _one(db, _OWN_LOCKED, actor_id=actor.id, check_in_id=check_in_id)


async def get_for_job(db: AsyncSession, check_in_id: UUID) -> CheckIn:
    return await _one(db, _ANY, check_in_id=check_in_id)


async def _one(db: AsyncSession, statement: Select[CheckIn], **values: UUID) -> CheckIn:
    check_in = await db.scalar(statement, values)
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


_DAY_BEFORE = Prepared(
    select(CheckIn.due_on)
    .where(
        CheckIn.mentorship_id == given("mentorship_id", Uuid()),
        CheckIn.side == given("side", Text()),
        CheckIn.due_on < given("day", Date()),
    )
    .order_by(CheckIn.due_on.desc())
    .limit(1)
)


async def day_before(db: AsyncSession, check_in: CheckIn) -> date | None:
    """The day of the one before it, since when the two are asked whether they met."""
    found = await _DAY_BEFORE.row(
        db, mentorship_id=check_in.mentorship_id, side=check_in.side, day=check_in.due_on
    )
    return found["due_on"] if found else None


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
