"""A researcher says what her mentor reads of her plan."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts.models import Enrolment, MentorSees
from cohort.errors import NotAllowed
from cohort.people.models import Person


async def choose(
    db: AsyncSession, actor: Person, enrolment_id: UUID, mentor_sees: MentorSees
) -> None:
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if enrolment.person_id != actor.id:
        raise NotAllowed("Only the researcher decides what her mentor sees.")
    await db.execute(
        update(Enrolment).where(Enrolment.id == enrolment_id).values(mentor_sees=mentor_sees)
    )
