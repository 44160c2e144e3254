"""Who sees rounds and what belongs to them: those who run the cohort."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Organiser
from cohort.matching.models import Override, PinSet, Round, Run
from cohort.people.models import Person


def who_run(cohort_id: UUID) -> Select[UUID]:
    """The ids of those who read its rounds: its organisers, and admins."""
    organising = select(Organiser.person_id).where(Organiser.cohort_id == cohort_id)
    return select(Person.id).where(or_(Person.is_admin, Person.id.in_(organising)))


def visible_to(actor: Person) -> Select[Round]:
    return select(Round).where(Round.cohort_id.in_(cohorts.organised_by(actor)))


def runs_visible_to(actor: Person) -> Select[Run]:
    organised = Round.cohort_id.in_(cohorts.organised_by(actor))
    return select(Run).join(Round, Run.round_id == Round.id).where(organised)


def overrides_visible_to(actor: Person) -> Select[Override]:
    return select(Override).where(Override.cohort_id.in_(cohorts.organised_by(actor)))


def pin_sets_visible_to(actor: Person) -> Select[PinSet]:
    return select(PinSet).where(PinSet.cohort_id.in_(cohorts.organised_by(actor)))
