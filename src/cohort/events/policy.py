"""Who reads which events: the organisers of their cohort all, the people in them their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment, Organiser
from cohort.jobs.event_log import Event
from cohort.mentors.models import Mentor
from cohort.people.models import Person


def visible_to(actor: Person) -> Select[Event]:
    """All of the cohorts that the actor runs; elsewhere those that name the actor's own rows."""
    own_enrolments = select(Enrolment.id).where(Enrolment.person_id == actor.id)
    own_rows = select(Mentor.id).where(Mentor.person_id == actor.id)
    return select(Event).where(
        or_(
            Event.cohort_id.in_(cohorts.organised_by(actor)),
            Event.enrolment_id.in_(own_enrolments),
            Event.mentor_id.in_(own_rows),
        )
    )


@dataclass(frozen=True, slots=True)
class Readers:
    """Of some events of one cohort and some people: who reads what, as `visible_to` says."""

    organisers: Collection[UUID]
    owner: Mapping[UUID, UUID]
    """Of an enrolment or a mentor's row: the person."""

    def may_read(self, person_id: UUID, event: Event) -> bool:
        own = (event.enrolment_id, event.mentor_id)
        return person_id in self.organisers or any(
            one is not None and self.owner.get(one) == person_id for one in own
        )


async def organisers_among(
    db: AsyncSession, cohort_id: UUID, people: Collection[UUID]
) -> set[UUID]:
    """Those of these people who read every event of the cohort."""
    admins = select(Person.id).where(Person.id.in_(people), Person.is_admin)
    running = select(Organiser.person_id).where(
        Organiser.cohort_id == cohort_id, Organiser.person_id.in_(people)
    )
    return set(await db.scalars(running.union(admins)))


async def readers(
    db: AsyncSession, cohort_id: UUID, events: Sequence[Event], people: Collection[UUID]
) -> Readers:
    """Three statements, however many events and people there are."""
    enrolments = {one.enrolment_id for one in events} - {None}
    mentors = {one.mentor_id for one in events} - {None}
    researchers = select(Enrolment.id, Enrolment.person_id).where(Enrolment.id.in_(enrolments))
    mentoring = select(Mentor.id, Mentor.person_id).where(Mentor.id.in_(mentors))
    owners = [*(await db.execute(researchers)), *(await db.execute(mentoring))]
    return Readers(
        organisers=await organisers_among(db, cohort_id, people),
        owner=dict(owners),
    )
