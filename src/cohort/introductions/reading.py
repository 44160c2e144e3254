"""Introductions as they are shown, and what the matching has to know of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.introductions import policy
from cohort.introductions.models import Impression, Introduction
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person

WITH_PEOPLE: tuple[Any, ...] = (
    joinedload(Introduction.enrolment).options(
        joinedload(Enrolment.person), joinedload(Enrolment.cohort)
    ),
    joinedload(Introduction.mentor).joinedload(Mentor.person),
)


async def get(db: AsyncSession, actor: Person, introduction_id: UUID) -> Introduction:
    visible = policy.visible_to(actor).where(Introduction.id == introduction_id)
    visible = visible.options(*WITH_PEOPLE).execution_options(populate_existing=True)
    found = await db.scalar(visible)
    if found is None:
        raise NotFound
    return found


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[Introduction]:
    own = select(Introduction).where(policy.is_between(actor)).options(*WITH_PEOPLE)
    return await page_of(db, own, by=Introduction.made_at, id=Introduction.id, part=part)


async def list_in_cohort(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[Introduction]:
    await cohorts.require_organiser(db, actor, cohort_id)
    there = select(Introduction).where(Introduction.cohort_id == cohort_id).options(*WITH_PEOPLE)
    return await page_of(db, there, by=Introduction.made_at, id=Introduction.id, part=part)


async def every_own(db: AsyncSession, actor: Person) -> Sequence[Introduction]:
    """Those of the actor, the newest first."""
    own = select(Introduction).where(policy.is_between(actor)).options(*WITH_PEOPLE)
    return (await db.scalars(own.order_by(Introduction.made_at.desc(), Introduction.id))).all()


async def open_of(
    db: AsyncSession, *, enrolment_id: UUID | None = None, mentor_id: UUID | None = None
) -> Sequence[Introduction]:
    """The talks of one person that may still take place, in the order of the others' ids."""
    hers = or_(Introduction.enrolment_id == enrolment_id, Introduction.mentor_id == mentor_id)
    still = hers, Introduction.closed_at.is_(None), Introduction.cancelled_at.is_(None)
    found = select(Introduction).where(*still).options(*WITH_PEOPLE).order_by(Introduction.id)
    return (await db.scalars(found)).all()


async def waiting_for(db: AsyncSession, actor: Person) -> int:
    """How many open introductions the actor has said nothing about."""
    hers = Introduction.enrolment_id.in_(
        select(Enrolment.id).where(
            Enrolment.person_id == actor.id, Enrolment.state == EnrolmentState.ACTIVE
        )
    )
    theirs = Introduction.mentor_id.in_(
        select(Mentor.id).where(Mentor.person_id == actor.id, Mentor.state == MentorState.APPROVED)
    )
    unsaid = or_(
        and_(hers, Introduction.researcher_answer.is_(None)),
        and_(theirs, Introduction.mentor_answer.is_(None)),
    )
    still = Introduction.closed_at.is_(None), Introduction.cancelled_at.is_(None)
    return await db.scalar(select(func.count()).where(unsaid, *still)) or 0


async def heard_in(db: AsyncSession, cohort_id: UUID) -> Sequence[Any]:
    """Every pair of a cohort that was introduced: enrolment_id, mentor_id, and both answers."""
    columns = (
        Introduction.enrolment_id,
        Introduction.mentor_id,
        Introduction.researcher_answer,
        Introduction.mentor_answer,
    )
    there = select(*columns).where(Introduction.cohort_id == cohort_id)
    return (await db.execute(there.order_by(Introduction.id))).all()


def would_rather_not(heard: Sequence[Any]) -> set[tuple[UUID, UUID]]:
    """The pairs of which one side said so, whoever it was."""
    return {
        (one.enrolment_id, one.mentor_id)
        for one in heard
        if Impression.RATHER_NOT in (one.researcher_answer, one.mentor_answer)
    }
