"""Who sees which mentors, and who may do what."""

from sqlalchemy import Select, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort, CohortState
from cohort.mentors.models import Mentor
from cohort.people.models import Person

TAKES_MENTORS = (CohortState.OPEN, CohortState.RUNNING)


def visible_to(actor: Person) -> Select[Mentor]:
    """The actor's own rows, and those of the cohorts that the actor organises."""
    return select(Mentor).where(
        or_(
            Mentor.person_id == actor.id,
            Mentor.cohort_id.in_(cohorts.organised_by(actor)),
        )
    )


def that_take_mentors() -> Select[Cohort]:
    """The cohorts that the public sign-up offers: to anyone, signed in or not."""
    return select(Cohort).where(Cohort.state.in_(TAKES_MENTORS))


def is_own(actor: Person, mentor: Mentor) -> bool:
    return mentor.person_id == actor.id
