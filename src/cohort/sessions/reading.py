"""Sessions as they are shown, in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.mentors.models import Mentor
from cohort.people.models import Person
from cohort.sessions import policy
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace, SessionState

SHOWN_AT_ONCE = 100
LONGEST = timedelta(minutes=480)


@dataclass(frozen=True, slots=True)
class Own:
    """Sessions, and the reader's own places in them by the session's id."""

    sessions: Sequence[LiveSession]
    places: Mapping[UUID, SessionPlace]


async def get(
    db: AsyncSession, actor: Person, session_id: UUID, *, lock: bool = False
) -> LiveSession:
    statement = policy.visible_to(actor).where(LiveSession.id == session_id)
    statement = statement.options(joinedload(LiveSession.cohort))
    if lock:
        statement = statement.with_for_update(of=LiveSession)
    session = await db.scalar(statement.execution_options(populate_existing=True))
    if session is None:
        raise NotFound
    return session


async def lock_open(
    db: AsyncSession, which: ColumnElement[bool], *, now: datetime
) -> Sequence[LiveSession]:
    """Those of these that are planned and not over, held in the order of time."""
    its = select(LiveSession).where(
        which, LiveSession.state == SessionState.PLANNED, LiveSession.starts_at > now - LONGEST
    )
    its = its.options(joinedload(LiveSession.cohort)).with_for_update(of=LiveSession)
    ordered = its.order_by(LiveSession.starts_at).execution_options(populate_existing=True)
    return [one for one in await db.scalars(ordered) if one.ends_at > now]


async def is_member(db: AsyncSession, actor: Person, cohort_id: UUID) -> bool:
    own = policy.cohorts_of(actor).where(Cohort.id == cohort_id)
    return await db.scalar(own) is not None


async def require_reader(db: AsyncSession, actor: Person, cohort_id: UUID) -> Cohort:
    """Of a cohort that everyone sees, only its people see the sessions."""
    cohort = await cohorts.get(db, actor, cohort_id)
    if await is_member(db, actor, cohort_id) or await cohorts.may_organise(db, actor, cohort_id):
        return cohort
    raise NotAllowed("Sessions are for those who study, mentor or organise here.")


async def own_places(
    db: AsyncSession, actor: Person, session_ids: Iterable[UUID]
) -> Mapping[UUID, SessionPlace]:
    own = select(SessionPlace).where(
        SessionPlace.person_id == actor.id, SessionPlace.session_id.in_(list(session_ids))
    )
    found = await db.scalars(own.execution_options(populate_existing=True))
    return {place.session_id: place for place in found}


async def list_of(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    since: datetime | None = None,
) -> Page[LiveSession]:
    await require_reader(db, actor, cohort_id)
    statement = policy.visible_to(actor).where(
        LiveSession.cohort_id == cohort_id,
        LiveSession.starts_at >= since if since is not None else true(),
    )
    statement = statement.options(joinedload(LiveSession.cohort))
    return await page_of(db, statement, by=LiveSession.starts_at, id=LiveSession.id, part=part)


async def calendar(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> tuple[Sequence[LiveSession], Sequence[LiveSession]]:
    """What comes, the next first, and what was, the newest first."""
    its = policy.visible_to(actor).where(LiveSession.cohort_id == cohort_id)
    comes = its.where(LiveSession.starts_at > now - LONGEST)
    ordered = comes.order_by(LiveSession.starts_at, LiveSession.id).limit(SHOWN_AT_ONCE)
    near = (await db.scalars(ordered)).all()
    was = its.where(LiveSession.starts_at <= now - LONGEST)
    before = was.order_by(LiveSession.starts_at.desc(), LiveSession.id).limit(SHOWN_AT_ONCE)
    over = [one for one in near if one.ends_at <= now]
    to_come = [one for one in near if one.ends_at > now]
    return to_come, [*reversed(over), *await db.scalars(before)]


async def list_places(
    db: AsyncSession, actor: Person, session: LiveSession, part: Slice
) -> Page[SessionPlace]:
    """Whoever asked first comes first."""
    its = policy.places_visible_to(actor).where(SessionPlace.session_id == session.id)
    its = its.options(joinedload(SessionPlace.person))
    return await page_of(db, its, by=SessionPlace.asked_at, id=SessionPlace.id, part=part)


async def zone_of(db: AsyncSession, actor: Person, cohort: Cohort) -> str:
    """The actor's own in this cohort, which is the cohort's where she only runs it."""
    for row in (Enrolment, Mentor):
        own = select(row.time_zone).where(row.cohort_id == cohort.id, row.person_id == actor.id)
        if found := await db.scalar(own):
            return found
    return cohort.time_zone


async def ahead_of(db: AsyncSession, place: SessionPlace) -> int:
    """How many wait before whoever waits at this place."""
    before = select(func.count()).where(
        SessionPlace.session_id == place.session_id,
        SessionPlace.state == PlaceState.WAITING,
        tuple_(SessionPlace.asked_at, SessionPlace.id) < tuple_(place.asked_at, place.id),
    )
    return await db.scalar(before) or 0


async def count_there(db: AsyncSession, session: LiveSession) -> int:
    """How many of those who signed up were there, or came without."""
    its = select(func.count()).where(SessionPlace.session_id == session.id)
    return await db.scalar(its.where(SessionPlace.attended_at.is_not(None))) or 0


async def list_since(db: AsyncSession, person: Person, since: datetime) -> Sequence[LiveSession]:
    """Those that a person comes to, or came, for her calendar."""
    comes = select(SessionPlace.session_id).where(
        SessionPlace.person_id == person.id, SessionPlace.state == PlaceState.COMING
    )
    own = policy.visible_to(person).where(
        LiveSession.id.in_(comes),
        LiveSession.starts_at >= since,
        LiveSession.state == SessionState.PLANNED,
    )
    return (await db.scalars(own.order_by(LiveSession.starts_at, LiveSession.id))).all()


async def next_of(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> LiveSession | None:
    """What comes next in a cohort, or goes on."""
    return (await next_in(db, actor, [cohort_id], now=now)).get(cohort_id)


async def next_in(
    db: AsyncSession, actor: Person, cohort_ids: Sequence[UUID], *, now: datetime
) -> Mapping[UUID, LiveSession]:
    """What comes next in each of these cohorts, or goes on; in one statement."""
    its = policy.visible_to(actor).where(
        LiveSession.cohort_id.in_(cohort_ids),
        LiveSession.starts_at > now - LONGEST,
        LiveSession.starts_at + func.make_interval(0, 0, 0, 0, 0, LiveSession.minutes) > now,
        LiveSession.state == SessionState.PLANNED,
    )
    ordered = its.order_by(LiveSession.cohort_id, LiveSession.starts_at, LiveSession.id)
    found = await db.scalars(ordered.ext(distinct_on(LiveSession.cohort_id)))
    return {one.cohort_id: one for one in found}
