"""Who sees which applications, and what can become of them."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from cohort.applications.models import Application, ApplicationState
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Admission, Cohort
from cohort.people.models import Person

STANDING = (ApplicationState.APPLIED, ApplicationState.WAITLISTED)
"""What still waits, and may be changed by the applicant."""
DECIDABLE = (*STANDING, ApplicationState.DECLINED)
"""What organisers may decide; a declined application may still be taken up."""


def visible_to(actor: Person) -> Select[Application]:
    """The actor's own, and those for the cohorts that the actor runs."""
    return select(Application).where(
        or_(
            Application.person_id == actor.id,
            Application.cohort_id.in_(cohorts.organised_by(actor)),
        )
    )


def takes_applications(cohort: Cohort, now: datetime) -> bool:
    closes_at = cohorts.applications_close_at(cohort)
    is_open = cohort.admission is Admission.APPLICATION and cohort.state in cohorts.JOINABLE
    return is_open and closes_at is not None and now < closes_at


def that_take_applications() -> Select[Cohort]:
    """The cohorts whose form is open to anyone, but for the last day, which needs the clock."""
    return select(Cohort).where(
        Cohort.admission == Admission.APPLICATION, Cohort.state.in_(cohorts.JOINABLE)
    )


def is_own(actor: Person, application: Application) -> bool:
    return application.person_id == actor.id
