"""Admins say who may open cohorts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people import audit
from cohort.people.models import Person
from cohort.people.schemas import RightsIn
from cohort.people.suspending import locked_account


async def set_rights(
    db: AsyncSession, actor: Person, person_id: UUID, form: RightsIn, *, now: datetime
) -> Person:
    """Who loses the right still runs the cohorts that she opened."""
    person = await locked_account(db, person_id)
    if person.opens_cohorts is form.opens_cohorts:
        return person
    person.opens_cohorts = form.opens_cohorts
    verb = "person.let_open_cohorts" if form.opens_cohorts else "person.end_opening_cohorts"
    audit.record(db, actor, verb, person.id, now=now)
    return person
