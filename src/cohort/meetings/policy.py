"""Who sees which meetings: the two, and nobody else; organisers see when, not what about."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from cohort.cohorts.models import Enrolment
from cohort.meetings.models import Meeting
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person


def of_person(person_id: UUID) -> Select[UUID]:
    """The ids of all mentorships of a person, on either side."""
    as_researcher = select(Enrolment.id).where(Enrolment.person_id == person_id)
    as_mentor = select(Mentor.id).where(Mentor.person_id == person_id)
    return select(Mentorship.id).where(
        or_(Mentorship.enrolment_id.in_(as_researcher), Mentorship.mentor_id.in_(as_mentor))
    )


def visible_to(actor: Person) -> Select[Meeting]:
    return select(Meeting).where(Meeting.mentorship_id.in_(of_person(actor.id)))
