"""Who was there: by the code that is read out, by a link that carries it, or by the list.

Like the other verbs of those who come, each holds the row of the session.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid, NotAllowed, require_known
from cohort.people import audit
from cohort.people.models import Person
from cohort.sessions import policy, reading, service
from cohort.sessions.models import (
    AttendedBy,
    LiveSession,
    PlaceState,
    SessionPlace,
    SessionState,
)
from cohort.sessions.schemas import AttendanceList

BEFORE = timedelta(minutes=15)
AFTER = timedelta(hours=1)
"""From how long before its beginning, and to how long after its end, a code is taken."""
WITHOUT_A_SEAT = (PlaceState.LEFT, PlaceState.WAITING)


class AttendanceClosed(Conflict):
    code = "attendance_closed"
    title = "Attendance is not noted now"


async def attend(
    db: AsyncSession,
    actor: Person,
    session_id: UUID,
    code: str,
    *,
    by: AttendedBy = AttendedBy.CODE,
    now: datetime,
) -> LiveSession:
    """Whoever knows the code was there, with a seat or without; saying it twice is once."""
    session = await reading.get(db, actor, session_id, lock=True)
    if not await reading.is_member(db, actor, session.cohort_id):
        raise NotAllowed("Attendance is noted of those who study or mentor in this cohort.")
    _check_planned(session)
    if not session.starts_at - BEFORE <= now <= session.ends_at + AFTER:
        sentence = "The code counts from a quarter of an hour before the session to an hour after."
        raise AttendanceClosed(f"{sentence} The organisers can note it at any time.")
    if not secrets.compare_digest(code.upper().encode(), session.code.encode()):
        raise Invalid.at("code", "This is not the code of this session. Type it once more.")
    await _note(db, session, [actor.id], by, now)
    return session


async def note_list(
    db: AsyncSession, actor: Person, session_id: UUID, asked: AttendanceList, *, now: datetime
) -> LiveSession:
    """What an organiser says of several; nothing changes for those whom she does not name."""
    await service.require_own(db, actor, session_id)
    session = await reading.get(db, actor, session_id, lock=True)
    _check_planned(session)
    if session.starts_at - BEFORE > now:
        raise AttendanceClosed("Note it when the session begins.")
    named = policy.members_of(session.cohort_id).where(
        Person.id.in_([*asked.present, *asked.absent])
    )
    known = set(await db.scalars(named))
    own = select(SessionPlace.person_id).where(SessionPlace.session_id == session.id)
    known |= set(await db.scalars(own))
    for field, people in (("present", asked.present), ("absent", asked.absent)):
        require_known(people, known, field=field, sentence="This is nobody of this cohort.")
    await _note(db, session, asked.present, AttendedBy.LIST, now)
    if asked.absent:
        its = SessionPlace.session_id == session.id
        await db.execute(
            update(SessionPlace)
            .where(its, SessionPlace.person_id.in_(asked.absent))
            .values(attended_at=None, attended_by=None)
            .execution_options(synchronize_session=False)
        )
    counts = {"present": len(asked.present), "absent": len(asked.absent)}
    audit.record(
        db,
        actor,
        "session.note_attendance",
        session.id,
        now=now,
        cohort_id=session.cohort_id,
        **counts,
    )
    return session


def _check_planned(session: LiveSession) -> None:
    if session.state is SessionState.CANCELLED:
        raise AttendanceClosed("This session is cancelled.")


async def _note(
    db: AsyncSession, session: LiveSession, people: Sequence[UUID], by: AttendedBy, now: datetime
) -> None:
    """Once for each; the first way in which we knew it stays."""
    if not people:
        return
    there = {"attended_at": now, "attended_by": by}
    rows = [
        {
            "session_id": session.id,
            "person_id": person_id,
            "state": PlaceState.WALKED_IN,
            "asked_at": now,
            **there,
        }
        for person_id in dict.fromkeys(people)
    ]
    noted = insert(SessionPlace).on_conflict_do_update(
        index_elements=["session_id", "person_id"],
        set_={
            **there,
            "state": case(
                (or_(*(SessionPlace.state == one for one in WITHOUT_A_SEAT)), PlaceState.WALKED_IN),
                else_=SessionPlace.state,
            ),
        },
        where=SessionPlace.attended_at.is_(None),
    )
    await db.execute(noted.execution_options(synchronize_session=False), rows)
