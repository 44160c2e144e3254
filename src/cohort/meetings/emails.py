"""What we write to the two about a meeting; each mail updates their calendars."""

from cohort.mail import Message
from cohort.meetings import calendar_entry
from cohort.meetings.models import Meeting
from cohort.mentorships.emails import the_two
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person
from cohort.settings import Settings


def told(
    meeting: Meeting,
    side: Side,
    actor: Person | None,
    settings: Settings,
    *,
    only_details: bool = False,
) -> Message:
    mentorship = meeting.mentorship
    me, other = the_two(mentorship, side)
    context = {
        "name": me.name,
        "other": other.name,
        "by_me": actor is not None and actor.id == me.id,
        "meeting": meeting,
        "waits_for_me": meeting.proposed_by != me.id,
        "only_details": only_details,
        "zones": zones(mentorship, side),
        "where": f"/mentorships/{mentorship.id}",
        "cohort": mentorship.enrolment.cohort.name,
    }
    entry = calendar_entry.entry_for_mail(meeting, settings)
    kind = "confirmations" if context["by_me"] else "meetings"
    return Message(me.email, "meeting_changed", context, entry, kind=kind)


def zones(mentorship: Mentorship, side: Side) -> list[str]:
    """One's own time zone first, then the other one's where it is another."""
    both = [mentorship.enrolment.time_zone, mentorship.mentor.time_zone]
    return list(dict.fromkeys(both if side is Side.RESEARCHER else reversed(both)))
