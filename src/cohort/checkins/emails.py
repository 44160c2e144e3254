"""What we write about check-ins: to whoever is asked, and to organisers about low answers."""

from datetime import date

from cohort.checkins.models import CheckIn
from cohort.mail import Message
from cohort.mentorships.emails import the_two
from cohort.people.models import Person


def asked(check_in: CheckIn, since: date | None) -> Message:
    me, other = the_two(check_in.mentorship, check_in.side)
    context = {
        "name": me.name,
        "other": other.name,
        "since": since,
        "where": f"/check-ins/{check_in.id}",
        "cohort": check_in.mentorship.enrolment.cohort.name,
    }
    return Message(me.email, "check_in_asked", context)


def low(check_in: CheckIn, organiser: Person) -> Message:
    mentorship = check_in.mentorship
    said_by, other = the_two(mentorship, check_in.side)
    cohort = mentorship.enrolment.cohort
    context = {
        "name": organiser.name,
        "said_by": said_by.name,
        "said_by_email": said_by.email,
        "other": other.name,
        "going": check_in.going,
        "needs_help": check_in.needs_help,
        "words": check_in.words,
        "cohort": cohort.name,
        "where": f"/cohorts/{cohort.slug}",
    }
    return Message(organiser.email, "check_in_low", context)
