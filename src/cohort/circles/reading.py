"""Circles as they are shown, in few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.circles import gathering, policy
from cohort.circles.models import Circle, CircleMember, CirclePreview, name_of
from cohort.circles.schemas import CircleMemberOut, CircleOut
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """Somebody in a circle; `progress` is how many milestones are passed, where she shows it."""

    enrolment_id: UUID
    person_id: UUID
    name: str
    progress: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class CircleSeen:
    """A circle for a reader; `own` is her own place in it."""

    circle: Circle
    members: Sequence[MemberSeen]
    own: CircleMember | None


async def get(db: AsyncSession, actor: Person, circle_id: UUID, *, lock: bool = False) -> Circle:
    statement = policy.visible_to(actor).where(Circle.id == circle_id)
    statement = statement.options(joinedload(Circle.cohort))
    if lock:
        statement = statement.with_for_update(of=Circle)
    circle = await db.scalar(statement.execution_options(populate_existing=True))
    if circle is None:
        raise NotFound
    return circle


async def seen(db: AsyncSession, actor: Person, circles: Sequence[Circle]) -> list[CircleSeen]:
    """With names of those who are here by their own word; in two statements for any number."""
    held = policy.members_of([one.id for one in circles]).join(CircleMember.enrolment)
    held = held.join(Enrolment.person).options(
        joinedload(CircleMember.enrolment).joinedload(Enrolment.person)
    )
    rows = (await db.scalars(held.order_by(Person.name, CircleMember.id))).all()
    told = [row.enrolment_id for row in rows if row.shows_progress]
    progress = await gathering.progress_of(db, told) if told else {}
    members: dict[UUID, list[MemberSeen]] = defaultdict(list)
    own: dict[UUID, CircleMember] = {}
    for row in rows:
        person = row.enrolment.person
        shown = progress.get(row.enrolment_id)
        members[row.circle_id].append(MemberSeen(row.enrolment_id, person.id, person.name, shown))
        if person.id == actor.id:
            own[row.circle_id] = row
    return [CircleSeen(one, members[one.id], own.get(one.id)) for one in circles]


async def standing(db: AsyncSession, cohort_id: UUID) -> Sequence[Circle]:
    its = select(Circle).where(Circle.cohort_id == cohort_id, Circle.ended_at.is_(None))
    return (await db.scalars(its.order_by(Circle.number))).all()


async def names_of_standing(db: AsyncSession, cohort_id: UUID) -> dict[UUID, str]:
    """In their order. Pages offer hundreds to choose from, and need no more of them."""
    its = select(Circle.id, Circle.number).where(
        Circle.cohort_id == cohort_id, Circle.ended_at.is_(None)
    )
    return {row.id: name_of(row.number) for row in await db.execute(its.order_by(Circle.number))}


async def list_of(db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice) -> Page[Circle]:
    """For its organisers all of a cohort, for a researcher her own."""
    await cohorts.get(db, actor, cohort_id)
    studies = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id,
        Enrolment.person_id == actor.id,
        Enrolment.state == EnrolmentState.ACTIVE,
    )
    runs_it = await cohorts.may_organise(db, actor, cohort_id)
    if not runs_it and await db.scalar(studies) is None:
        raise NotAllowed("Circles are for those who study or organise here.")
    its = policy.visible_to(actor).where(Circle.cohort_id == cohort_id)
    its = its.options(joinedload(Circle.cohort))
    return await page_of(db, its, by=Circle.created_at, id=Circle.id, part=part)


async def own_in(
    db: AsyncSession, actor: Person, cohort_ids: Sequence[UUID]
) -> Mapping[UUID, Circle]:
    """The actor's circle in each of these cohorts, by the cohort's id; in one statement."""
    own = policy.own_memberships(actor).with_only_columns(CircleMember.circle_id)
    its = select(Circle).where(Circle.id.in_(own), Circle.cohort_id.in_(cohort_ids))
    found = await db.scalars(its.options(joinedload(Circle.cohort)))
    return {one.cohort_id: one for one in found}


async def all_own(db: AsyncSession, person: Person) -> Sequence[Circle]:
    """For a calendar."""
    own = policy.own_memberships(person).with_only_columns(CircleMember.circle_id)
    its = select(Circle).where(Circle.id.in_(own)).options(joinedload(Circle.cohort))
    return (await db.scalars(its.order_by(Circle.id))).all()


async def preview_of(db: AsyncSession, actor: Person, preview_id: UUID) -> CirclePreview:
    its = policy.previews_visible_to(actor).where(CirclePreview.id == preview_id)
    its = its.options(joinedload(CirclePreview.cohort))
    found = await db.scalar(its.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def names_in(db: AsyncSession, cohort_id: UUID) -> dict[UUID, str]:
    """Of all who have or had a seat, by enrolment, for the organisers' lists."""
    named = select(Enrolment.id, Person.name).join(Enrolment.person)
    found = await db.execute(named.where(Enrolment.cohort_id == cohort_id))
    return {row.id: row.name for row in found}


async def zone_of(db: AsyncSession, actor: Person, cohort: Cohort) -> str:
    own = select(Enrolment.time_zone).where(
        Enrolment.cohort_id == cohort.id, Enrolment.person_id == actor.id
    )
    return await db.scalar(own) or cohort.time_zone


def meetings(circle: Circle, since: datetime, until: datetime) -> list[datetime]:
    """When it meets from `since` to `until`: every week at its hour on the cohort's clock."""
    if circle.meets_on is None or circle.meets_at is None or circle.meets_since is None:
        return []
    zone = ZoneInfo(circle.cohort.time_zone)
    first = max(since, circle.meets_since)
    day = first.astimezone(zone).date()
    day += timedelta(days=(circle.meets_on - day.weekday()) % 7)
    found: list[datetime] = []
    last = min(until, _end_of(circle.cohort, zone))
    while (at := datetime.combine(day, circle.meets_at, tzinfo=zone).astimezone(UTC)) <= last:
        if at >= first:
            found.append(at)
        day += timedelta(weeks=1)
    return found


def next_start(quarter: int, clock: str, now: datetime) -> datetime:
    """When the clock shows this quarter of the week next."""
    zone = ZoneInfo(clock)
    today = now.astimezone(zone).date()
    weekday, rest = divmod(quarter, 96)
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    return datetime.combine(day, time(rest // 4, rest % 4 * 15), tzinfo=zone).astimezone(UTC)


def _end_of(cohort: Cohort, zone: ZoneInfo) -> datetime:
    last = datetime.combine(cohort.ends_on, datetime.max.time(), tzinfo=zone)
    return last.astimezone(UTC)


def next_meeting(circle: Circle, now: datetime) -> datetime | None:
    """The next one, or the one that goes on."""
    begun = now - timedelta(minutes=circle.minutes)
    found = meetings(circle, begun, now + timedelta(weeks=2))
    return found[0] if found and circle.ended_at is None else None


def circle_out(told: CircleSeen, *, now: datetime) -> CircleOut:
    circle = told.circle
    plain = {"id", "cohort_id", "name", "meets_on", "meets_at", "minutes", "link", "notes"}
    return CircleOut(
        **{name: getattr(circle, name) for name in (*plain, "ended_at")},
        next_at=next_meeting(circle, now),
        time_zone=circle.cohort.time_zone,
        is_yours=told.own is not None,
        members=[
            CircleMemberOut(
                enrolment_id=one.enrolment_id,
                name=one.name,
                passed=one.progress[0] if one.progress else None,
                milestones=one.progress[1] if one.progress else None,
            )
            for one in told.members
        ],
    )
