"""Asking for another mentor, or for another researcher: no blame, and the mentorship goes on.

Why is for the organisers alone. The next round looks for somebody else; the mentorship ends when
both say yes to what it finds, and not before.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.mentorships import policy, reading
from cohort.mentorships.models import Mentorship, RematchRequest, Side
from cohort.mentorships.pausing import MentorshipEnded
from cohort.people import audit
from cohort.people.models import Person


async def ask(
    db: AsyncSession, actor: Person, mentorship_id: UUID, reason: str, *, now: datetime
) -> RematchRequest:
    """Ask, or say in other words why; asking twice is asking once."""
    mentorship, side = await _as_one_of_the_two(db, actor, mentorship_id)
    if mentorship.ended_at is not None:
        raise MentorshipEnded("It has ended already. The next matching looks for somebody else.")
    asks = {"mentorship_id": mentorship_id, "side": side}
    await db.execute(
        insert(RematchRequest)
        .values(**asks, reason=reason, asked_at=now)
        .on_conflict_do_update(
            index_elements=["mentorship_id", "side"],
            index_where=RematchRequest.withdrawn_at.is_(None),
            set_={"reason": reason},
        )
    )
    audit.record(
        db, actor, "mentorship.rematch", mentorship_id, now=now, cohort_id=mentorship.cohort_id
    )
    return await get_own(db, actor, mentorship_id)


async def withdraw(db: AsyncSession, actor: Person, mentorship_id: UUID, *, now: datetime) -> None:
    """Take it back; withdrawing what does not stand changes nothing."""
    _, side = await _as_one_of_the_two(db, actor, mentorship_id)
    await db.execute(
        update(RematchRequest)
        .where(RematchRequest.mentorship_id == mentorship_id, RematchRequest.side == side)
        .where(RematchRequest.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


async def get_own(db: AsyncSession, actor: Person, mentorship_id: UUID) -> RematchRequest:
    """What the actor asked, where it stands; what the other one asked is not told."""
    found = await own(db, actor, mentorship_id)
    if found is None:
        raise NotFound
    return found


async def own(db: AsyncSession, actor: Person, mentorship_id: UUID) -> RematchRequest | None:
    mentorship = await reading.get(db, actor, mentorship_id)
    side = policy.side_of(actor, mentorship)
    if side is None:
        return None
    hers = policy.standing_requests().where(
        RematchRequest.mentorship_id == mentorship_id, RematchRequest.side == side
    )
    hers = hers.options(*WITH_PEOPLE).execution_options(populate_existing=True)
    return await db.scalar(hers)


async def list_of_cohort(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[RematchRequest]:
    """Those that stand, for organisers."""
    await cohorts.require_organiser(db, actor, cohort_id)
    of_cohort = policy.rematch_requests_visible_to(actor).where(Mentorship.cohort_id == cohort_id)
    whole = of_cohort.options(*WITH_PEOPLE)
    return await page_of(db, whole, by=RematchRequest.asked_at, id=RematchRequest.id, part=part)


async def count_in(db: AsyncSession, actor: Person, cohort_id: UUID) -> int:
    """Mentorships whose organiser the actor is and in which somebody else is asked for."""
    asked = policy.rematch_requests_visible_to(actor).where(Mentorship.cohort_id == cohort_id)
    each = asked.with_only_columns(func.count(RematchRequest.mentorship_id.distinct()))
    return await db.scalar(each) or 0


async def standing_of(
    db: AsyncSession, actor: Person, mentorship_id: UUID
) -> Sequence[RematchRequest]:
    """Those of one mentorship that the actor may read as its organiser, at most one for a side."""
    its = policy.rematch_requests_visible_to(actor).where(Mentorship.id == mentorship_id)
    return (await db.scalars(its.order_by(RematchRequest.asked_at, RematchRequest.id))).all()


MENTORSHIP: Any = joinedload(RematchRequest.mentorship)
WITH_PEOPLE = (MENTORSHIP.options(*reading.with_people(Mentorship)),)


async def _as_one_of_the_two(
    db: AsyncSession, actor: Person, mentorship_id: UUID
) -> tuple[Mentorship, Side]:
    mentorship = await reading.get(db, actor, mentorship_id)
    side = policy.side_of(actor, mentorship)
    if side is None:
        raise NotAllowed("Only the two of a mentorship can ask for somebody else.")
    return mentorship, side
