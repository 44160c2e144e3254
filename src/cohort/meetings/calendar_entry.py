"""A meeting as calendars read it (RFC 5545, 5546).

A meeting is one UID for ever. Each change raises its SEQUENCE, so Google, Outlook and Apple take
the mail as an update of the entry that they have, and a cancellation removes it.
"""

from email.utils import parseaddr
from functools import partial
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vCalAddress, vText

from cohort.mail import CalendarEntry
from cohort.meetings.models import Meeting, MeetingState
from cohort.people.models import Person
from cohort.settings import Settings

PRODUCT = "-//cohort//meetings//EN"
STATUS = {
    MeetingState.PROPOSED: "TENTATIVE",
    MeetingState.AGREED: "CONFIRMED",
    MeetingState.HELD: "CONFIRMED",
    MeetingState.MISSED: "CANCELLED",
    MeetingState.CANCELLED: "CANCELLED",
}


def entry_for_mail(meeting: Meeting, settings: Settings) -> CalendarEntry:
    """What a mail carries so that the reader's calendar adds, moves or removes the meeting."""
    method = "CANCEL" if STATUS[meeting.state] == "CANCELLED" else "REQUEST"
    return CalendarEntry(method, partial(_written, method, meeting, settings))


def _written(method: str, meeting: Meeting, settings: Settings) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = event_of(meeting, settings)
    event["organizer"] = address(parseaddr(settings.mail_from)[1], "cohort")
    event["organizer"].params["SCHEDULE-AGENT"] = vText("NONE")
    mentorship = meeting.mentorship
    for person in (mentorship.enrolment.person, mentorship.mentor.person):
        event.add("attendee", _attendee(person, meeting), encode=False)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def event_of(meeting: Meeting, settings: Settings) -> Event:
    """Times are in UTC: no table of zones to carry, and no clock change to get wrong."""
    mentorship = meeting.mentorship
    researcher, mentor = mentorship.enrolment.person, mentorship.mentor.person
    page = f"{settings.public_url}/mentorships/{mentorship.id}"
    event = Event()
    event.add("uid", f"{meeting.id}@{urlsplit(settings.public_url).hostname}")
    event.add("dtstamp", meeting.changed_at)
    event.add("last-modified", meeting.changed_at)
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", f"Mentoring: {researcher.name} and {mentor.name}")
    event.add("description", f"{meeting.topic}\n\n{page}".strip())
    if meeting.place:
        event.add("location", meeting.place)
    event.add("status", STATUS[meeting.state])
    return event


def _attendee(person: Person, meeting: Meeting) -> vCalAddress:
    attendee = address(person.email, person.name)
    waits = meeting.state is MeetingState.PROPOSED and meeting.proposed_by != person.id
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION" if waits else "ACCEPTED")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["RSVP"] = vText("FALSE")  # the answer is given on our page
    return attendee


def address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(name)
    return address
