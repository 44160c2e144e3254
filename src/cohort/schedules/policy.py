"""Who sees what somebody told of her time, and the dates that were set anew."""

from sqlalchemy import Select, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.people.models import Person
from cohort.schedules.models import CohortRedating, Redating


def redatings_visible_to(actor: Person) -> Select[Redating]:
    """To the researcher herself and the organisers of the cohort."""
    plans = cohorts.enrolments_visible_to(actor).with_only_columns(Enrolment.id)
    return select(Redating).where(Redating.enrolment_id.in_(plans))


def cohort_redatings_visible_to(actor: Person) -> Select[CohortRedating]:
    """To those who run the cohort."""
    return select(CohortRedating).where(CohortRedating.cohort_id.in_(cohorts.organised_by(actor)))


def reads_reasons(actor: Person, enrolment: Enrolment) -> bool:
    """Why somebody is away is hers."""
    return enrolment.person_id == actor.id
