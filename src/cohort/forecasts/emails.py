"""What we write about forecasts: a friendly reminder, without one."""

from collections.abc import Sequence

from cohort.cohorts.models import Enrolment
from cohort.mail import Message


def nudge(enrolment: Enrolment, overdue: Sequence[str], following: str) -> Message:
    """To the researcher; no chance and no comparison with anybody."""
    context = {
        "name": enrolment.person.name,
        "overdue": overdue,
        "following": following,
        "cohort": enrolment.cohort.name,
        "where": f"/plan/{enrolment.id}",
    }
    return Message(enrolment.person.email, "study_nudge", context, kind="nudges")
