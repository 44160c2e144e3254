"""Who sees which cohorts and enrolments, who may run them, and where a cohort can go."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, literal, or_, select

from cohort.cohorts.models import Cohort, CohortState, Enrolment, Organiser
from cohort.jobs.outbox import Job
from cohort.people.models import Person

MOVES: dict[CohortState, tuple[CohortState, ...]] = {
    CohortState.DRAFT: (CohortState.OPEN,),
    CohortState.OPEN: (CohortState.RUNNING,),
    CohortState.RUNNING: (CohortState.COMPLETED,),
    CohortState.COMPLETED: (CohortState.ARCHIVED,),
    CohortState.ARCHIVED: (),
}
"""The life of a cohort: where it can go from where it is."""
JOINABLE = (CohortState.OPEN, CohortState.RUNNING)
PUBLISHED = (CohortState.OPEN, CohortState.RUNNING, CohortState.COMPLETED)


def applications_close_at(cohort: Cohort) -> datetime | None:
    """The moment at which the day after `apply_by` begins on the cohort's clock."""
    if cohort.apply_by is None:
        return None
    day_after = cohort.apply_by + timedelta(days=1)
    midnight = datetime.combine(day_after, time.min, tzinfo=ZoneInfo(cohort.time_zone))
    return midnight.astimezone(UTC)


def visible_to(actor: Person) -> Select[Cohort]:
    """Drafts and archived cohorts only to those who run them; the others to everyone."""
    return select(Cohort).where(
        or_(Cohort.state.in_(PUBLISHED), Cohort.id.in_(organised_by(actor)))
    )


def organised_by(actor: Person) -> Select[UUID]:
    """The ids of the cohorts that the actor may run: for an admin, all of them."""
    if actor.is_admin:
        return select(Cohort.id)
    return select(Organiser.cohort_id).where(Organiser.person_id == actor.id)


def may_open(actor: Person, *, open_to_anyone: bool) -> bool:
    """Admins, those whom an admin lets, and everyone where the installation says so."""
    return actor.is_admin or actor.opens_cohorts or open_to_anyone


def may_organise(actor: Person, cohort_id: UUID) -> ColumnElement[bool]:
    return literal(cohort_id).in_(organised_by(actor))


def enrolments_visible_to(actor: Person) -> Select[Enrolment]:
    """The actor's own, and those of the cohorts that the actor runs."""
    return select(Enrolment).where(
        or_(Enrolment.person_id == actor.id, Enrolment.cohort_id.in_(organised_by(actor)))
    )


def jobs_visible_to(actor: Person) -> Select[Job]:
    """Those of the cohorts that the actor runs; an admin sees those of no cohort too."""
    if actor.is_admin:
        return select(Job)
    return select(Job).where(Job.cohort_id.in_(organised_by(actor)))
