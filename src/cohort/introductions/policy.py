"""Who sees which introductions: the two, each without what the other said, and the organisers."""

from sqlalchemy import ColumnElement, Select, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.introductions.models import Introduction
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Side
from cohort.people.models import Person


def is_between(actor: Person) -> ColumnElement[bool]:
    """The actor is one of the two."""
    return or_(
        Introduction.enrolment_id.in_(select(Enrolment.id).where(Enrolment.person_id == actor.id)),
        Introduction.mentor_id.in_(select(Mentor.id).where(Mentor.person_id == actor.id)),
    )


def visible_to(actor: Person) -> Select[Introduction]:
    organised = Introduction.cohort_id.in_(cohorts.organised_by(actor))
    return select(Introduction).where(or_(is_between(actor), organised))


def side_of(actor: Person, introduction: Introduction) -> Side | None:
    """Which of the two the actor is; the introduction comes with its people."""
    if introduction.enrolment.person_id == actor.id:
        return Side.RESEARCHER
    return Side.MENTOR if introduction.mentor.person_id == actor.id else None
