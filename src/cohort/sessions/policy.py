"""Who sees which sessions: the people of their cohort; and who comes to them: its organisers."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person
from cohort.sessions.models import LiveSession, SessionPlace


def cohorts_of(actor: Person) -> Select[UUID]:
    """In which the actor studies or mentors now; those that were archived are over."""
    studies = select(Enrolment.cohort_id).where(
        Enrolment.person_id == actor.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    mentors = select(Mentor.cohort_id).where(
        Mentor.person_id == actor.id, Mentor.state == MentorState.APPROVED
    )
    return select(Cohort.id).where(
        Cohort.state.in_(cohorts.PUBLISHED), or_(Cohort.id.in_(studies), Cohort.id.in_(mentors))
    )


def visible_to(actor: Person) -> Select[LiveSession]:
    return select(LiveSession).where(
        or_(
            LiveSession.cohort_id.in_(cohorts_of(actor)),
            LiveSession.cohort_id.in_(cohorts.organised_by(actor)),
        )
    )


def places_visible_to(actor: Person) -> Select[SessionPlace]:
    """The actor's own, and those of the cohorts that the actor runs."""
    run = select(LiveSession.id).where(LiveSession.cohort_id.in_(cohorts.organised_by(actor)))
    return select(SessionPlace).where(
        or_(SessionPlace.person_id == actor.id, SessionPlace.session_id.in_(run))
    )


def members_of(cohort_id: UUID) -> Select[UUID]:
    """The ids of the people who study or mentor in a cohort."""
    studies = select(Enrolment.person_id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    mentors = select(Mentor.person_id).where(
        Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED
    )
    return select(Person.id).where(or_(Person.id.in_(studies), Person.id.in_(mentors)))
