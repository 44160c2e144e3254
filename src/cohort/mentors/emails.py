"""What we write to mentors, and to organisers about them."""

from cohort.cohorts.models import Cohort
from cohort.mail import Message
from cohort.mentors.models import Mentor
from cohort.people.models import Person


def confirm(person: Person, cohort: Cohort, token: str) -> Message:
    """To a mentor whom we do not know yet: the link proves the address and sets a password."""
    context = {"name": person.name, "cohort": cohort.name, "token": token}
    return Message(person.email, "mentor_confirm", context)


def known_address(person: Person, cohort: Cohort) -> Message:
    context = {"name": person.name, "cohort": cohort.name, "slug": cohort.slug}
    return Message(person.email, "mentor_known_address", context)


def new_mentor(organiser: Person, mentor: Mentor) -> Message:
    context = {
        "name": organiser.name,
        "mentor": mentor.person.name,
        "cohort": mentor.cohort.name,
        "mentor_id": mentor.id,
    }
    return Message(organiser.email, "mentor_new", context)


def approved(mentor: Mentor) -> Message:
    context = {
        "name": mentor.person.name,
        "cohort": mentor.cohort.name,
        "capacity": mentor.capacity,
    }
    return Message(mentor.person.email, "mentor_approved", context)


def declined(mentor: Mentor) -> Message:
    context = {
        "name": mentor.person.name,
        "cohort": mentor.cohort.name,
        "note": mentor.decision_note,
    }
    return Message(mentor.person.email, "mentor_declined", context)
