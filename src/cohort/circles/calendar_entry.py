"""The weekly meetings of a circle as calendars read them (RFC 5545).

Each is an event of its own in UTC, so that no calendar has to know when the cohort's clocks change.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Event

from cohort.circles.models import Circle
from cohort.circles.reading import meetings
from cohort.settings import Settings

AHEAD = timedelta(weeks=60)
"""Meetings end with the cohort; no calendar needs more."""


def events_of(
    circle: Circle, settings: Settings, *, since: datetime, now: datetime
) -> Iterator[Event]:
    host = urlsplit(settings.public_url).hostname
    for at in meetings(circle, since, now + AHEAD):
        event = Event()
        event.add("uid", f"{circle.id}-{at:%Y%m%d}@{host}")
        event.add("dtstamp", circle.changed_at)
        event.add("last-modified", circle.changed_at)
        event.add("sequence", circle.sequence)
        event.add("dtstart", at)
        event.add("dtend", at + timedelta(minutes=circle.minutes))
        event.add("summary", f"{circle.name} of {circle.cohort.name}")
        event.add("description", f"{settings.public_url}/circles/{circle.id}")
        if circle.link:
            event.add("location", circle.link)
        event.add("status", "CONFIRMED")
        yield event
