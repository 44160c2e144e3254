"""What we write when somebody else set the dates of a plan anew."""

from datetime import datetime

from cohort.http.formats import local_day
from cohort.mail import Message
from cohort.schedules.models import Redating

SHOWN = 12


def told(redating: Redating) -> Message:
    """To the researcher; with the redating's enrolment, its person and cohort, and who did it."""
    enrolment = redating.enrolment
    zone = enrolment.cohort.time_zone
    context = {
        "name": enrolment.person.name,
        "cohort": enrolment.cohort.name,
        "by": redating.by.name,
        "note": redating.note,
        "changes": [
            {"title": one["title"], "on": local_day(datetime.fromisoformat(one["after"]), zone)}
            for one in redating.changes[:SHOWN]
        ],
        "more": max(0, len(redating.changes) - SHOWN),
        "where": f"/plan/{enrolment.id}",
    }
    return Message(enrolment.person.email, "plan_redated", context, kind="plans")
