"""What we write to researchers about their cohort, and to those who run it."""

from cohort.cohorts.models import Cohort, Enrolment, OrganiserInvitation
from cohort.mail import Message
from cohort.people.models import Person


def welcome(enrolment: Enrolment) -> Message:
    context = {"name": enrolment.person.name, "cohort": enrolment.cohort, "enrolment": enrolment}
    return Message(enrolment.person.email, "welcome", context, kind="places")


def organiser_invited(invitation: OrganiserInvitation, token: str) -> Message:
    """To an address that may have no account yet."""
    names = {"inviter": invitation.inviter.name, "cohort": invitation.cohort.name}
    return Message(
        invitation.email, "organiser_invited", {**names, "token": token}, kind="invitations"
    )


def organiser_added(to: Person, about: Person, cohort: Cohort) -> Message:
    return Message(to.email, "organiser_added", _of_organisers(to, about, cohort), kind="places")


def organiser_removed(to: Person, about: Person, cohort: Cohort) -> Message:
    return Message(to.email, "organiser_removed", _of_organisers(to, about, cohort), kind="places")


def _of_organisers(to: Person, about: Person, cohort: Cohort) -> dict[str, str]:
    return {"name": to.name, "about": about.name, "cohort": cohort.name, "slug": cohort.slug}
