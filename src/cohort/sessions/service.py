"""The verbs of organisers: plan sessions, change them, cancel them.

Each verb holds the rows that it changes, and of a series in the order of time, so that whoever
signs up at the same moment sees what was done, and two organisers never wait for each other.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState
from cohort.db import new_id
from cohort.errors import Conflict, Invalid, NotAllowed
from cohort.http.etag import require_match
from cohort.jobs import event_log
from cohort.meetings.forms import at_local
from cohort.people import audit
from cohort.people.models import Person
from cohort.sessions import events, places, reading, recurrence, telling
from cohort.sessions.models import LiveSession, SessionState
from cohort.sessions.schemas import SessionCancellation, SessionChange, SessionIn

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Nobody takes one of them for another when it is read out."""
OF_THIS_ONE = ("recording_link", "notes_link")
FOR_CALENDARS = {"starts_at", "minutes", "title", "about", "link"}
"""What an entry in a calendar shows."""
WORTH_A_MAIL = {"starts_at", "minutes", "link"}


class CohortOver(Conflict):
    code = "cohort_over"
    title = "This cohort is over"


class SessionCancelled(Conflict):
    code = "session_cancelled"
    title = "This session is cancelled"


class SessionBegun(Conflict):
    code = "session_begun"
    title = "This session has begun"


async def plan(
    db: AsyncSession, actor: Person, cohort_id: UUID, asked: SessionIn, *, now: datetime
) -> Sequence[LiveSession]:
    """One session, or all of a series, in the order of time."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    if cohort.state in {CohortState.COMPLETED, CohortState.ARCHIVED}:
        raise CohortOver(f"This cohort is {cohort.state}, so there is nothing to plan.")
    series_id = new_id() if asked.repeats else None
    facts = asked.model_dump(exclude={"day", "hour"})
    planned = [
        LiveSession(
            id=new_id(),
            cohort_id=cohort_id,
            cohort=cohort,
            series_id=series_id,
            slot_at=starts_at,
            starts_at=starts_at,
            code="".join(secrets.choice(LETTERS) for _ in range(6)),
            remind_at=_reminder(starts_at, cohort, now),
            planned_by=actor.id,
            created_at=now,
            changed_at=now,
            **facts,
        )
        for starts_at in _starts(asked, cohort, now)
    ]
    db.add_all(planned)
    for session in planned:
        _keep(db, actor, session, "session.plan", now=now)
        event_log.record(db, events.PLANNED, cohort_id, now=now, session_id=session.id)
    await db.flush()
    return planned


def _starts(asked: SessionIn, cohort: Cohort, now: datetime) -> Sequence[datetime]:
    first = at_local(asked.day, asked.hour, cohort.time_zone)
    _check_time(first, now)
    if not asked.repeats:
        return [first]
    found = recurrence.starts_of(
        datetime.combine(asked.day, asked.hour),
        recurrence.read_rule(asked.repeats),
        cohort.time_zone,
        _last_day(asked.day, cohort),
    )
    if not found:
        sentence = "The rule does not name the day of the first session. Change one of the two."
        raise Invalid.at("repeats", sentence)
    if len(found) > recurrence.MOST:
        sentence = f"These are more than {recurrence.MOST} sessions. Let the rule end earlier."
        raise Invalid.at("repeats", sentence)
    return found


def _last_day(first: date, cohort: Cohort) -> date:
    if first > cohort.ends_on:
        sentence = "The cohort has ended by then, so nothing repeats."
        raise Invalid.at("repeats", sentence)
    return cohort.ends_on


def _check_time(starts_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise Invalid.at("day", "This time is past. Choose a later one.")
    if starts_at > now + recurrence.FURTHEST:
        raise Invalid.at("day", "This is more than two years ahead. Choose an earlier day.")


def _reminder(starts_at: datetime, cohort: Cohort, now: datetime) -> datetime | None:
    """None where it is too late for one: whoever signs up now has it in mind."""
    at = recurrence.reminder_of(starts_at, cohort.time_zone)
    return at if at > now else None


async def change(
    db: AsyncSession,
    actor: Person,
    session_id: UUID,
    asked: SessionChange,
    *,
    if_match: str | None,
    now: datetime,
) -> LiveSession:
    """Of this session, or of it and all that follow; whoever signed up hears what matters."""
    session = await _own(db, actor, session_id)
    require_match(if_match, session.version)
    if session.state is SessionState.CANCELLED:
        raise SessionCancelled("This session is cancelled. Plan a new one.")
    those = await _those(db, session, following=asked.following)
    planned = [(one, _changes(one, session, asked, now)) for one in those]
    changed = [(one, changes) for one, changes in planned if changes]
    for one, changes in changed:
        await _change(db, actor, one, changes, now=now)
    told = [one for one, changes in changed if changes.keys() & WORTH_A_MAIL and one.ends_at > now]
    await telling.tell_all(db, told, telling.CHANGED, now=now)
    return session


def _changes(
    one: LiveSession, first: LiveSession, asked: SessionChange, now: datetime
) -> Mapping[str, Any]:
    """What becomes different in one of those that change together."""
    given = asked.model_dump(exclude_none=True, exclude={"day", "hour", "following"})
    if one is not first:
        given = {name: value for name, value in given.items() if name not in OF_THIS_ONE}
    if asked.day is not None or asked.hour is not None:
        given["starts_at"] = _moved(one, first, asked)
    changes = {name: value for name, value in given.items() if getattr(one, name) != value}
    if "starts_at" in changes:
        if one.starts_at <= now:
            raise SessionBegun("A session that has begun stays where it was.")
        _check_time(changes["starts_at"], now)
        changes["remind_at"] = _reminder(changes["starts_at"], one.cohort, now)
        changes["reminded_at"] = None
    if changes.get("capacity") and changes["capacity"] < one.taken:
        seats = f"{one.taken} people have a seat on {one.starts_at:%Y-%m-%d}."
        raise Invalid.at("capacity", f"{seats} Leave at least as many.")
    return changes


def _moved(one: LiveSession, first: LiveSession, asked: SessionChange) -> datetime:
    """The first goes where it was asked to, and the others as many days and to the same hour."""
    zone = one.cohort.time_zone
    there = first.starts_at.astimezone(ZoneInfo(zone))
    day, hour = asked.day or there.date(), asked.hour or there.time()
    if one is first:
        return at_local(day, hour, zone)
    days = (day - there.date()).days
    try:
        if asked.hour is None:
            hour = one.starts_at.astimezone(ZoneInfo(zone)).time()
        return recurrence.moved(one.starts_at, zone, days=days, hour=hour)
    except OverflowError as error:
        raise Invalid.at("day", "This is at the end of all calendars.") from error


async def _change(
    db: AsyncSession, actor: Person, one: LiveSession, changes: Mapping[str, Any], *, now: datetime
) -> None:
    for name, value in changes.items():
        setattr(one, name, value)
    if changes.keys() & FOR_CALENDARS:
        one.sequence += 1
    one.version += 1
    one.changed_at = now
    await db.flush()
    if "capacity" in changes:
        await places.fill(db, one, now=now)
    _keep(db, actor, one, "session.change", now=now)
    event_log.record(db, events.CHANGED, one.cohort_id, now=now, session_id=one.id)


async def cancel(
    db: AsyncSession, actor: Person, session_id: UUID, asked: SessionCancellation, *, now: datetime
) -> LiveSession:
    """This one, or it and all that follow; a second time changes nothing."""
    session = await _own(db, actor, session_id)
    if session.state is SessionState.CANCELLED and not asked.following:
        return session
    if session.starts_at <= now:
        raise SessionBegun("A session that has begun cannot be cancelled.")
    cancelled = []
    for one in await _those(db, session, following=asked.following):
        if one.state is SessionState.PLANNED:
            one.state, one.note = SessionState.CANCELLED, asked.note
            one.sequence += 1
            one.version += 1
            one.changed_at = now
            cancelled.append(one)
            _keep(db, actor, one, "session.cancel", now=now)
            event_log.record(db, events.CANCELLED, one.cohort_id, now=now, session_id=one.id)
    await db.flush()
    await telling.tell_all(db, cancelled, telling.CANCELLED, now=now)
    return session


async def require_own(db: AsyncSession, actor: Person, session_id: UUID) -> LiveSession:
    """For what only organisers see or do."""
    session = await reading.get(db, actor, session_id)
    await _require_organiser(db, actor, session)
    return session


async def _own(db: AsyncSession, actor: Person, session_id: UUID) -> LiveSession:
    session = await reading.get(db, actor, session_id, lock=True)
    await _require_organiser(db, actor, session)
    return session


async def _require_organiser(db: AsyncSession, actor: Person, session: LiveSession) -> None:
    if not await cohorts.may_organise(db, actor, session.cohort_id):
        raise NotAllowed("Only the organisers of this cohort may do this.")


async def _those(
    db: AsyncSession, session: LiveSession, *, following: bool
) -> Sequence[LiveSession]:
    """The session, and with `following` what is planned after it in its series."""
    if not following or session.series_id is None:
        return [session]
    later = select(LiveSession).where(
        LiveSession.series_id == session.series_id,
        LiveSession.starts_at > session.starts_at,
        LiveSession.state == SessionState.PLANNED,
    )
    later = later.options(joinedload(LiveSession.cohort)).with_for_update(of=LiveSession)
    ordered = later.order_by(LiveSession.starts_at).execution_options(populate_existing=True)
    return [session, *await db.scalars(ordered)]


def _keep(
    db: AsyncSession, actor: Person, session: LiveSession, verb: str, *, now: datetime
) -> None:
    audit.record(db, actor, verb, session.id, now=now, cohort_id=session.cohort_id)
