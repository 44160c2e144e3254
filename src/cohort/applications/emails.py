"""What we write to applicants."""

from cohort.applications.models import Application, UnconfirmedApplication
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import applications_close_at
from cohort.mail import Message


def confirm(waiting: UnconfirmedApplication, token: str) -> Message:
    """To an address that someone typed: the link proves it, and the form counts."""
    context = {"name": waiting.name, "cohort": waiting.cohort, "token": token}
    return Message(waiting.email, "application_confirm", context, kind="confirmations")


def received(application: Application) -> Message:
    context = _of(application) | {"closes_at": applications_close_at(application.cohort)}
    return Message(application.person.email, "application_received", context, kind="confirmations")


def decided(application: Application, later: Cohort | None) -> Message:
    """Waitlisted, declined or deferred; who is accepted gets the welcome of the cohort."""
    context = _of(application) | {"note": application.decision_note, "later": later}
    return Message(
        application.person.email, f"application_{application.state}", context, kind="places"
    )


def _of(application: Application) -> dict[str, object]:
    return {"name": application.person.name, "cohort": application.cohort}
