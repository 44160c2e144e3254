"""What we write to mentors, and to organisers about them."""

from cohort.mail import Message
from cohort.mentors.models import Mentor, UnconfirmedMentor
from cohort.people.models import Person


def confirm(waiting: UnconfirmedMentor, token: str) -> Message:
    """To an address that someone typed: the link proves it, and the form counts."""
    context = {"name": waiting.name, "cohort": waiting.cohort.name, "token": token}
    return Message(waiting.email, "mentor_confirm", context, kind="confirmations")


def new_mentor(organiser: Person, mentor: Mentor) -> Message:
    context = {
        "name": organiser.name,
        "mentor": mentor.person.name,
        "cohort": mentor.cohort.name,
        "mentor_id": mentor.id,
    }
    return Message(organiser.email, "mentor_new", context, kind="organising")


def approved(mentor: Mentor) -> Message:
    context = {
        "name": mentor.person.name,
        "cohort": mentor.cohort.name,
        "capacity": mentor.capacity,
    }
    return Message(mentor.person.email, "mentor_approved", context, kind="places")


def declined(mentor: Mentor) -> Message:
    context = {
        "name": mentor.person.name,
        "cohort": mentor.cohort.name,
        "note": mentor.decision_note,
    }
    return Message(mentor.person.email, "mentor_declined", context, kind="places")


def back(mentor: Mentor) -> Message:
    context = {
        "name": mentor.person.name,
        "cohort": mentor.cohort.name,
        "free": mentor.capacity - mentor.taken,
    }
    return Message(mentor.person.email, "mentor_back", context, kind="mentorships")
