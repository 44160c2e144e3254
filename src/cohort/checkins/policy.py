"""Who reads which check-ins: each of the two her own, the organisers all but the other side's.

An organiser who is one of the two reads only her own: nobody answers to the other side.
"""

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from cohort.checkins.models import CheckIn
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person


def is_asked(actor: Person) -> ColumnElement[bool]:
    as_researcher = (
        select(Mentorship.id)
        .join(Enrolment, Enrolment.id == Mentorship.enrolment_id)
        .where(Enrolment.person_id == actor.id)
    )
    as_mentor = (
        select(Mentorship.id)
        .join(Mentor, Mentor.id == Mentorship.mentor_id)
        .where(Mentor.person_id == actor.id)
    )
    return or_(
        and_(CheckIn.side == Side.RESEARCHER, CheckIn.mentorship_id.in_(as_researcher)),
        and_(CheckIn.side == Side.MENTOR, CheckIn.mentorship_id.in_(as_mentor)),
    )


def organised_by(actor: Person) -> ColumnElement[bool]:
    """Of a mentorship: the actor runs its cohort, and is not one of the two."""
    return and_(
        Mentorship.cohort_id.in_(cohorts.organised_by(actor)),
        not_(mentorships.is_between(Mentorship, actor)),
    )


def visible_to(actor: Person) -> Select[CheckIn]:
    organised = select(Mentorship.id).where(organised_by(actor))
    return select(CheckIn).where(or_(is_asked(actor), CheckIn.mentorship_id.in_(organised)))


def asks(actor: Person) -> Select[CheckIn]:
    """What the actor is asked, and answered."""
    return select(CheckIn).where(is_asked(actor))


def is_low(check_in: CheckIn) -> bool:
    """Whether the organisers are told at once."""
    return bool(check_in.needs_help) or check_in.going == "badly"
