"""What we write to those who signed up for a session; each mail updates their calendars."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cohort.mail import Message
from cohort.people.models import Person
from cohort.sessions import telling
from cohort.sessions.calendar_entry import entries_for_mail
from cohort.sessions.models import LiveSession, PlaceState
from cohort.settings import Settings

KINDS = {
    telling.COMING: "confirmations",
    telling.WAITING: "confirmations",
    telling.SERIES: "confirmations",
    telling.LEFT: "confirmations",
    telling.SOON: "session_reminders",
}
"""What follows from one's own act, and what only reminds; the rest is news of sessions."""
TAKEN_OUT = (telling.LEFT, telling.CANCELLED)


def told(
    person: Person,
    why: str,
    sessions: Sequence[LiveSession],
    places: Mapping[UUID, PlaceState],
    zones: Sequence[str],
    settings: Settings,
    *,
    now: datetime,
) -> Message:
    """One mail about one session, or about several of one series."""
    first = sessions[0]
    context = {
        "name": person.name,
        "why": why,
        "sessions": sessions,
        "session": first,
        "waiting": {one.id for one in sessions if places[one.id] is PlaceState.WAITING},
        "zones": zones,
        "where": f"/sessions/{first.id}",
        "cohort": first.cohort.name,
    }
    mine = (PlaceState.COMING, PlaceState.LEFT)
    hers = [one for one in sessions if places[one.id] in mine and why != telling.SOON]
    entry = entries_for_mail(hers, person, settings, gone=why in TAKEN_OUT, now=now)
    return Message(person.email, "session", context, entry, kind=KINDS.get(why, "sessions"))
