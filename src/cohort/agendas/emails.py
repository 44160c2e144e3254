"""What a mentor reads on the first of the month."""

from collections.abc import Sequence
from datetime import date

from cohort.agendas.mentees import MenteeStanding
from cohort.agendas.needs import NeedKind
from cohort.mail import Message
from cohort.mentors.models import Mentor

SHOWN = 5
"""Of what one mentee needs; the page has the rest."""
MARKS = {
    NeedKind.ASKED: "Asked for",
    NeedKind.AGAIN: "Needs another look",
    NeedKind.LATE: "Late",
    NeedKind.WEAK_SECTION: "Weak in quizzes",
    NeedKind.DUE: "Due",
}


def month(mentor: Mentor, needing: Sequence[MenteeStanding], first: str) -> Message:
    mentees = [
        {
            "name": one.mentorship.enrolment.person.name,
            "agenda": f"/mentorships/{one.mentorship.id}/agenda",
            "needs": [(MARKS[need.kind], need) for need in one.needs[:SHOWN]],
            "more": len(one.needs[SHOWN:]),
            "next_meeting": one.next_meeting,
        }
        for one in needing
    ]
    context = {
        "name": mentor.person.name,
        "month": f"{date.fromisoformat(first):%B}",
        "cohort": mentor.cohort.name,
        "cohort_zone": mentor.cohort.time_zone,
        "zone": mentor.time_zone,
        "mentees": mentees,
    }
    return Message(mentor.person.email, "mentees_month", context, kind="mentees")
