"""What stands in a person's calendar: meetings, sessions, circles, and when work is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.circles import calendar_entry as circle_entry
from cohort.circles import reading as circles
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.guides.models import Milestone
from cohort.meetings import calendar_entry, reading
from cohort.meetings.models import MeetingState
from cohort.people.models import Person
from cohort.sessions import calendar_entry as session_entry
from cohort.sessions import reading as sessions
from cohort.settings import Settings
from cohort.study.models import ItemState, PlanItem

SINCE = timedelta(days=90)
"""How far back meetings are shown."""
SHOWN = (MeetingState.PROPOSED, MeetingState.AGREED, MeetingState.HELD)


async def calendar_of(
    db: AsyncSession, person: Person, settings: Settings, *, now: datetime
) -> bytes:
    """RFC 5545, the same bytes while nothing has changed: so a reader's copy stays valid."""
    calendar = Calendar()
    calendar.add("prodid", calendar_entry.PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "cohort")
    calendar.add("refresh-interval;value=duration", "PT4H")
    calendar.add("x-published-ttl", "PT4H")
    for meeting in await reading.list_since(db, person, now - SINCE, SHOWN):
        calendar.add_component(calendar_entry.event_of(meeting, settings))
    for session in await sessions.list_since(db, person, now - SINCE):
        calendar.add_component(session_entry.event_of(session, settings))
    for circle in await circles.all_own(db, person):
        for event in circle_entry.events_of(circle, settings, since=now - SINCE, now=now):
            calendar.add_component(event)
    for event in await _due_days(db, person, settings):
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


async def _due_days(db: AsyncSession, person: Person, settings: Settings) -> Iterable[Event]:
    """Of what is not passed, in the cohorts that run; a whole day, which blocks no hours."""
    waiting = (
        select(PlanItem)
        .join(PlanItem.enrolment)
        .join(Enrolment.cohort)
        .where(
            Enrolment.person_id == person.id,
            Enrolment.state == EnrolmentState.ACTIVE,
            Cohort.state == CohortState.RUNNING,
            PlanItem.state != ItemState.PASSED,
        )
        .options(
            joinedload(PlanItem.milestone),
            joinedload(PlanItem.enrolment).joinedload(Enrolment.cohort),
        )
        .order_by(PlanItem.due_at, PlanItem.id)
    )
    return [_due(item, item.milestone, settings) for item in await db.scalars(waiting)]


def _due(item: PlanItem, milestone: Milestone, settings: Settings) -> Event:
    cohort = item.enrolment.cohort
    day = item.due_at.astimezone(ZoneInfo(cohort.time_zone)).date()
    event = Event()
    event.add("uid", f"{item.id}@{urlsplit(settings.public_url).hostname}")
    event.add("dtstamp", item.due_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"Due: {milestone.title}")
    event.add("description", f"{settings.public_url}/plan/{item.enrolment_id}/{item.id}")
    event.add("transp", "TRANSPARENT")
    return event
