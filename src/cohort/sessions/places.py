"""The verbs of those who come: sign up, leave, and be noted as there.

Each holds the row of the session, so that the last seat has one taker and a freed one goes to
whoever waits longest; the CHECK on `taken` would refuse anything else.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotAllowed
from cohort.people.models import Person
from cohort.sessions import reading, telling
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace, SessionState

GONE = (PlaceState.LEFT, PlaceState.WALKED_IN)


class SessionClosed(Conflict):
    code = "session_closed"
    title = "This session is over or cancelled"


async def sign_up(
    db: AsyncSession, actor: Person, session_id: UUID, *, now: datetime
) -> LiveSession:
    """A seat, or a place at the end of the line; asking twice is once."""
    session = await _open(db, actor, session_id, now)
    await _require_member(db, actor, session)
    seated = await _ask(db, actor, session, now=now)
    if seated is None:
        return session
    why = telling.COMING if actor.id in seated else telling.WAITING
    await telling.tell(db, session, [actor.id], why, now=now)
    await _tell_others(db, actor, session, seated, now=now)
    return session


async def sign_up_for_series(
    db: AsyncSession, actor: Person, session_id: UUID, *, now: datetime
) -> Sequence[LiveSession]:
    """All of its series that are to come, in the order of time; one mail says what she has where.

    Asking twice is once. Of those in which she has a place already, nothing changes.
    """
    named = await reading.get(db, actor, session_id)
    await _require_member(db, actor, named)
    its = LiveSession.series_id == named.series_id
    if named.series_id is None:
        its = LiveSession.id == named.id
    open_ones = await reading.lock_open(db, its, now=now)
    if not open_ones:
        raise SessionClosed("No session of this series is to come.")
    told = []
    for session in open_ones:
        seated = await _ask(db, actor, session, now=now)
        if seated is not None:
            told.append(session)
            await _tell_others(db, actor, session, seated, now=now)
    await telling.tell_of(db, told, actor.id, telling.SERIES, now=now)
    return open_ones


async def _require_member(db: AsyncSession, actor: Person, session: LiveSession) -> None:
    if not await reading.is_member(db, actor, session.cohort_id):
        raise NotAllowed("Seats are for those who study or mentor in this cohort.")


async def _ask(
    db: AsyncSession, actor: Person, session: LiveSession, *, now: datetime
) -> Sequence[UUID] | None:
    """Who got a seat by it; None where she had a place in this session, whose row is held."""
    asked = {"state": PlaceState.WAITING, "asked_at": now}
    mine = insert(SessionPlace).values(session_id=session.id, person_id=actor.id, **asked)
    place_id = await db.scalar(
        mine.on_conflict_do_update(
            index_elements=["session_id", "person_id"],
            set_=asked,
            where=SessionPlace.state.in_(GONE),
        )
        .returning(SessionPlace.id)
        .execution_options(synchronize_session=False)
    )
    return None if place_id is None else await _seat(db, session)


async def _tell_others(
    db: AsyncSession, actor: Person, session: LiveSession, seated: Sequence[UUID], *, now: datetime
) -> None:
    others = [person_id for person_id in seated if person_id != actor.id]
    await telling.tell(db, session, others, telling.SEATED, now=now)


async def leave(db: AsyncSession, actor: Person, session_id: UUID, *, now: datetime) -> LiveSession:
    """Give the seat back, to whoever waits for one; leaving twice is once."""
    session = await _open(db, actor, session_id, now)
    if await free(db, session, actor.id, now=now):
        await telling.tell(db, session, [actor.id], telling.LEFT, now=now)
    return session


async def free(db: AsyncSession, session: LiveSession, person_id: UUID, *, now: datetime) -> bool:
    """Whether she had a place in this session, whose row is held."""
    had = select(SessionPlace.state).where(
        SessionPlace.session_id == session.id, SessionPlace.person_id == person_id
    )
    state = await db.scalar(had)
    if state is None or state in GONE:
        return False
    await db.execute(
        update(SessionPlace)
        .where(SessionPlace.session_id == session.id, SessionPlace.person_id == person_id)
        .values(state=PlaceState.LEFT)
        .execution_options(synchronize_session=False)
    )
    if state is PlaceState.COMING:
        session.taken -= 1
        await fill(db, session, now=now)
    return True


async def fill(db: AsyncSession, session: LiveSession, *, now: datetime) -> None:
    """Give free seats to those who wait, and tell them; none once it has ended."""
    if session.ends_at > now:
        await telling.tell(db, session, await _seat(db, session), telling.SEATED, now=now)


async def _seat(db: AsyncSession, session: LiveSession) -> list[UUID]:
    """Whoever waits longest, as far as there are seats."""
    waiting = (
        select(SessionPlace.id)
        .where(SessionPlace.session_id == session.id, SessionPlace.state == PlaceState.WAITING)
        .order_by(SessionPlace.asked_at, SessionPlace.id)
    )
    if session.capacity:
        waiting = waiting.limit(session.capacity - session.taken)
    seated = await db.scalars(
        update(SessionPlace)
        .where(SessionPlace.id.in_(waiting))
        .values(state=PlaceState.COMING)
        .returning(SessionPlace.person_id)
        .execution_options(synchronize_session=False)
    )
    people = list(seated)
    session.taken += len(people)
    await db.flush()
    return people


async def _open(db: AsyncSession, actor: Person, session_id: UUID, now: datetime) -> LiveSession:
    session = await reading.get(db, actor, session_id, lock=True)
    if session.state is SessionState.CANCELLED:
        raise SessionClosed("This session is cancelled.")
    if session.ends_at <= now:
        raise SessionClosed("This session is over.")
    return session
