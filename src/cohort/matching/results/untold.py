"""What an organiser does not read of a run where she is one of the two herself: a private wish of
the other one to be kept apart."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.pairing.alternatives import NOT_TOLD, Alternative
from cohort.people.models import Person


async def ids_of(db: AsyncSession, actor: Person) -> frozenset[str]:
    """The actor's enrolments and mentor's rows, in any cohort, as text."""
    own = union(*(select(one.id).where(one.person_id == actor.id) for one in (Enrolment, Mentor)))
    ids: list[UUID] = [*await db.scalars(own)]
    return frozenset(map(str, ids))


def untold(one: Alternative, researcher: str, own: frozenset[str]) -> Alternative:
    """Whatever rules out a pair of her own reads the same, so that no reason stands out."""
    if one.ruled_out and not own.isdisjoint((researcher, one.mentor)):
        return replace(one, ruled_out=(NOT_TOLD,))
    return one
