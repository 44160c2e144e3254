"""What circles are worked out from, in a handful of statements, and the digest of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, contains_eager, joinedload

from cohort.circles.models import Circle, CircleMember
from cohort.circles.planning import CirclePool, Studying
from cohort.circles.policy import members_of
from cohort.circles.schemas import NoCircle
from cohort.cohorts import own_terms
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.pausing import is_paused
from cohort.guides.models import Term, TermKind
from cohort.people.models import FormerAddress, Person
from cohort.study.models import ItemState, PlanItem
from cohort.wishes.models import KeptApart

WEEK = timedelta(weeks=1)
MOST_WEEKS = 53
MEMBER = CircleMember.enrolment_id


async def gather(
    db: AsyncSession, cohort: Cohort, *, now: datetime, within: UUID | None = None
) -> tuple[CirclePool, bytes]:
    """Everybody with a seat; the digest changes with whatever may change who can be with whom.

    `within` a circle, only those who are in it: for what asks nothing about others.
    """
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    seats = (
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
        .options(joinedload(Enrolment.person), joinedload(Enrolment.cohort))
        .order_by(Enrolment.id)
        .execution_options(populate_existing=True)
    )
    if within is not None:
        seats = seats.where(Enrolment.id.in_(members_of([within]).with_only_columns(MEMBER)))
    everybody = (await db.scalars(seats)).all()
    circle_of = await members_now(db, cohort.id)
    shares = await progress_of(db, [one.id for one in everybody])
    apart = await _apart(db, cohort.id)
    out = {one.id: why for one in everybody if (why := _out(one, today))}
    people = [
        Studying(
            id=one.id,
            domains=one.domains,
            goals=one.role_goals,
            languages=one.languages,
            zone=one.time_zone,
            hours=one.weekly_hours,
            share=_share(shares.get(one.id)),
            circle_id=circle_of.get(one.id),
        )
        for one in everybody
        if one.id not in out
    ]
    pool = CirclePool(
        people=people,
        out=out,
        apart=apart,
        seated=Counter(circle_of.values()),
        parents=await _parents(db, cohort.id),
        clock=cohort.time_zone,
        weeks=_weeks(today, cohort.ends_on),
    )
    return pool, _digest(pool)


def _out(enrolment: Enrolment, today: date) -> NoCircle | None:
    if enrolment.person.is_placeholder:
        return NoCircle.UNCONFIRMED
    if enrolment.person.suspended_at is not None:
        return NoCircle.AWAY
    return NoCircle.PAUSED if is_paused(enrolment, today) else None


async def without_circle(
    db: AsyncSession, cohort: Cohort, *, now: datetime
) -> list[tuple[UUID, str, NoCircle | None]]:
    """Who has a seat and no circle, by name, and why she cannot have one; None waits."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    held = (
        select(CircleMember.enrolment_id)
        .join(CircleMember.circle)
        .where(Circle.cohort_id == cohort.id, CircleMember.left_at.is_(None))
    )
    seats = (
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Enrolment.id.not_in(held))
        .options(contains_eager(Enrolment.person))
        .order_by(Person.name, Enrolment.id)
    )
    return [(one.id, one.person.name, _out(one, today)) for one in await db.scalars(seats)]


async def away_from_circles(
    db: AsyncSession, cohort: Cohort, circle_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, NoCircle]:
    """Who is in these circles and cannot be at its meetings now, by enrolment, and why."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    held = (
        select(Enrolment)
        .join(CircleMember, CircleMember.enrolment_id == Enrolment.id)
        .where(CircleMember.circle_id.in_(circle_ids), CircleMember.left_at.is_(None))
        .options(joinedload(Enrolment.person))
    )
    return {one.id: why for one in await db.scalars(held) if (why := _out(one, today))}


def _weeks(today: date, last: date) -> list[date]:
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + k * WEEK for k in range(MOST_WEEKS)]
    return [one for one in weeks if one <= max(last, monday)]


def _share(progress: tuple[int, int] | None) -> float:
    passed, total = progress or (0, 0)
    return passed / total if total else 0.0


async def members_now(db: AsyncSession, cohort_id: UUID) -> dict[UUID, UUID]:
    """Enrolment -> the circle that she is in."""
    held = (
        select(CircleMember.enrolment_id, CircleMember.circle_id)
        .join(CircleMember.circle)
        .where(Circle.cohort_id == cohort_id, CircleMember.left_at.is_(None))
        .order_by(CircleMember.enrolment_id)
    )
    return {row.enrolment_id: row.circle_id for row in await db.execute(held)}


async def progress_of(
    db: AsyncSession, enrolment_ids: Sequence[UUID]
) -> Mapping[UUID, tuple[int, int]]:
    """How many milestones are passed, and of how many."""
    passed = func.count().filter(PlanItem.state == ItemState.PASSED)
    counted = (
        select(PlanItem.enrolment_id, passed, func.count())
        .where(PlanItem.enrolment_id.in_(enrolment_ids))
        .group_by(PlanItem.enrolment_id)
    )
    return {one: (done, total) for one, done, total in await db.execute(counted)}


async def _apart(db: AsyncSession, cohort_id: UUID) -> list[tuple[UUID, UUID]]:
    """Researchers of whom one does not want to be with the other, by any address of his."""
    by, other, person = aliased(Enrolment), aliased(Enrolment), aliased(Person)
    former = select(FormerAddress.email).where(FormerAddress.person_id == person.id)
    kept = (
        select(by.id, other.id)
        .join(KeptApart, KeptApart.by_id == by.person_id)
        .join(person, or_(KeptApart.email == person.email, KeptApart.email.in_(former)))
        .join(other, (other.person_id == person.id) & (other.cohort_id == cohort_id))
        .where(KeptApart.cohort_id == cohort_id, by.cohort_id == cohort_id, by.id != other.id)
    )
    pairs = {tuple(sorted(two, key=str)) for two in await db.execute(kept)}
    return sorted(((one, two) for one, two in pairs), key=str)


async def _parents(db: AsyncSession, cohort_id: UUID) -> dict[str, str | None]:
    """Of the domains; a cohort's own words are near to themselves alone."""
    tree = select(Term.slug, Term.parent_slug).where(Term.kind == TermKind.DOMAIN)
    parents: dict[str, str | None] = {row.slug: row.parent_slug for row in await db.execute(tree)}
    own = await own_terms.of_cohort(db, cohort_id)
    return parents | {term.slug: None for term in own if term.kind is TermKind.DOMAIN}


def _digest(pool: CirclePool) -> bytes:
    """Of all but progress, which changes every day and moves nobody by itself."""
    told: list[Any] = [
        sorted(
            [
                *(str(o.id), [*o.domains], [*o.goals], [*o.languages]),
                *(o.zone, [*o.hours], str(o.circle_id)),
            ]
            for o in pool.people
        ),
        sorted([str(one), why] for one, why in pool.out.items()),
        sorted([str(a), str(b)] for a, b in pool.apart),
        sorted([str(one), count] for one, count in pool.seated.items()),
        pool.clock,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
