"""A try is its owner's alone; what it says about the exam, others read as far as she allows."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment, MentorSees
from cohort.mentorships.policy import mentored_by
from cohort.people.models import Person
from cohort.quizzes.models import QuizTry


def visible_to(actor: Person) -> Select[QuizTry]:
    """To whoever answered; organisers read figures, not answers."""
    own = select(Enrolment.id).where(Enrolment.person_id == actor.id)
    return select(QuizTry).where(QuizTry.enrolment_id.in_(own))


def readiness_visible_to(actor: Person) -> Select[Enrolment]:
    """To her, the organisers, and her mentor unless she shows the mentor nothing of her plan."""
    shows = Enrolment.mentor_sees != MentorSees.NOTHING
    as_mentor = and_(shows, Enrolment.id.in_(mentored_by(actor)))
    return select(Enrolment).where(or_(_reads_all(actor), as_mentor))


def reads_all_of(actor: Person) -> Select[Enrolment]:
    """Those of which the actor reads every section, whatever a mentor may see."""
    return select(Enrolment).where(_reads_all(actor))


def _reads_all(actor: Person) -> ColumnElement[bool]:
    organised = Enrolment.cohort_id.in_(cohorts.organised_by(actor))
    return or_(Enrolment.person_id == actor.id, organised)
