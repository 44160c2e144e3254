"""Who reads which answers: each of the two her own, organisers those of their cohorts.

An organiser who is one of the two reads only her own: nobody answers to the other side.
"""

from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from cohort.checkins.models import CheckIn, ClosingSurvey
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person

Asked = TypeVar("Asked", CheckIn, ClosingSurvey)


def is_asked(of: type[CheckIn | ClosingSurvey], actor: Person) -> ColumnElement[bool]:
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
        and_(of.side == Side.RESEARCHER, of.mentorship_id.in_(as_researcher)),
        and_(of.side == Side.MENTOR, of.mentorship_id.in_(as_mentor)),
    )


def organised_by(actor: Person) -> ColumnElement[bool]:
    """Of a mentorship: the actor runs its cohort, and is not one of the two."""
    return and_(
        Mentorship.cohort_id.in_(cohorts.organised_by(actor)),
        not_(mentorships.is_between(Mentorship, actor)),
    )


def visible_to(of: type[Asked], actor: Person) -> Select[Asked]:
    organised = select(Mentorship.id).where(organised_by(actor))
    return select(of).where(or_(is_asked(of, actor), of.mentorship_id.in_(organised)))


def asks(of: type[Asked], actor: Person) -> Select[Asked]:
    """What the actor is asked, and answered."""
    return select(of).where(is_asked(of, actor))


def is_low(check_in: CheckIn) -> bool:
    """Whether the organisers are told at once."""
    return bool(check_in.needs_help) or check_in.going == "badly"
