"""What we write about new dates."""

from cohort.extensions.models import Extension, ExtensionState
from cohort.http.formats import day, moment, zone_label
from cohort.mail import Message
from cohort.people.models import Person


def asked(organiser: Person, extension: Extension) -> Message:
    """The extension comes with its plan, here and below."""
    item = extension.plan_item
    enrolment = item.enrolment
    return Message(
        organiser.email,
        "extension_asked",
        {
            "name": organiser.name,
            "researcher": enrolment.person.name,
            "milestone": item.milestone.title,
            "until": day(extension.until),
            "reason": extension.reason,
            "path": f"/cohorts/{enrolment.cohort.slug}/extensions",
        },
        kind="to_review",
    )


def decided(extension: Extension) -> Message:
    item = extension.plan_item
    enrolment, at = item.enrolment, extension.due_after or item.due_at
    zone = enrolment.cohort.time_zone
    return Message(
        enrolment.person.email,
        "extension_decided",
        {
            "name": enrolment.person.name,
            "milestone": item.milestone.title,
            "granted": extension.state is ExtensionState.GRANTED,
            "due": f"{moment(at, zone)} ({zone_label(at, zone)})",
            "answer": extension.answer,
            "path": f"/plan/{enrolment.id}/{item.id}",
        },
        kind="reviews",
    )
