"""Who reads what the two write: organisers nothing, and after the end each only her own."""

from sqlalchemy import Select, or_, select

from cohort.agendas.models import AgendaEntry
from cohort.meetings.policy import of_person
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person


def visible_to(actor: Person) -> Select[AgendaEntry]:
    """Her own; and what the other one shares, while the mentorship goes on."""
    goes_on = select(Mentorship.id).where(
        Mentorship.id.in_(of_person(actor.id)), Mentorship.ended_at.is_(None)
    )
    is_told = AgendaEntry.is_shared & AgendaEntry.mentorship_id.in_(goes_on)
    return select(AgendaEntry).where(or_(AgendaEntry.written_by == actor.id, is_told))
