"""A session as calendars read it (RFC 5545, 5546).

A session of a series is one instance of the series: all have its UID, and each the RECURRENCE-ID
of where it stood when it was planned. Nobody is invited to the series itself, as each signs up
for the times that suit. Each change raises SEQUENCE, so a calendar takes a mail as an update.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from cohort.mail import CalendarEntry
from cohort.meetings.calendar_entry import PRODUCT, address
from cohort.people.models import Person
from cohort.sessions.models import LiveSession, SessionState
from cohort.settings import Settings


def entries_for_mail(
    sessions: Sequence[LiveSession],
    person: Person,
    settings: Settings,
    *,
    gone: bool,
    now: datetime,
) -> CalendarEntry | None:
    """Sessions of one series, or one alone, for one person's calendar; `gone` takes them out."""
    if not sessions:
        return None
    method = "CANCEL" if gone else "REQUEST"
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for session in sessions:
        event = event_of(session, settings, stamped=now)
        if gone:
            event["status"] = vText("CANCELLED")
        event["organizer"] = address(parseaddr(settings.mail_from)[1], "cohort")
        event["organizer"].params["SCHEDULE-AGENT"] = vText("NONE")
        attendee = address(person.email, person.name)
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")  # seats are taken and left on our page
        event.add("attendee", attendee, encode=False)
        calendar.add_component(event)
    return CalendarEntry(method, lambda: calendar.to_ical().decode())


def event_of(session: LiveSession, settings: Settings, *, stamped: datetime | None = None) -> Event:
    """Times are in UTC: each session has its own, so no rule has to know when clocks change."""
    page = f"{settings.public_url}/sessions/{session.id}"
    event = Event()
    event.add("uid", f"{session.series_id or session.id}@{urlsplit(settings.public_url).hostname}")
    if session.series_id is not None:
        event.add("recurrence-id", session.slot_at)
    event.add("dtstamp", stamped or session.changed_at)
    event.add("last-modified", session.changed_at)
    event.add("sequence", session.sequence)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", session.title)
    event.add("description", f"{session.about}\n\n{page}".strip())
    if session.link:
        event.add("location", session.link)
    is_off = session.state is SessionState.CANCELLED
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
