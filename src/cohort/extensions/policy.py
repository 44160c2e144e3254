"""Who sees what was asked, and who decides on it."""

from uuid import UUID

from sqlalchemy import Select, exists, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.extensions.models import Extension
from cohort.people.models import Person
from cohort.study.models import PlanItem


def visible_to(actor: Person) -> Select[Extension]:
    """To the researcher and the organisers; a mentor does not read the reasons."""
    theirs = (
        exists()
        .where(PlanItem.id == Extension.plan_item_id, PlanItem.enrolment_id == Enrolment.id)
        .where(
            or_(
                Enrolment.person_id == actor.id,
                Enrolment.cohort_id.in_(cohorts.organised_by(actor)),
            )
        )
    )
    return select(Extension).where(theirs)


def in_cohort(cohort_id: UUID) -> Select[Extension]:
    return (
        select(Extension)
        .join(Extension.plan_item)
        .join(PlanItem.enrolment)
        .where(Enrolment.cohort_id == cohort_id)
    )
