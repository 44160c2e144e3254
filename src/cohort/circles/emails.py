"""What we write to those who are in a circle."""

from collections.abc import Sequence
from datetime import datetime

from cohort.circles.models import Circle
from cohort.cohorts.models import Enrolment
from cohort.mail import Message


def told(
    enrolment: Enrolment, circle: Circle, others: Sequence[str], why: str, at: datetime | None
) -> Message:
    """On her own clock; the cohort's stands beside it where it is another."""
    cohort = enrolment.cohort
    context = {
        "name": enrolment.person.name,
        "why": why,
        "circle": circle.name,
        "others": others,
        "at": at,
        "minutes": circle.minutes,
        "link": circle.link,
        "zones": list(dict.fromkeys([enrolment.time_zone, cohort.time_zone])),
        "cohort": cohort.name,
        "where": f"/plan/{enrolment.id}" if why == "gone" else f"/circles/{circle.id}",
    }
    return Message(enrolment.person.email, "circle", context, kind="circles")
