"""Mentors as the API answers them, read by statements that are prepared once."""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import String, Text, Uuid, cast
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.http.paging import Page, PreparedPages, Slice
from cohort.mentors import policy
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.schemas import MentorOut
from cohort.people.asker import asker
from cohort.people.models import Person

PLAIN = MentorOut.model_fields.keys() - {"name", "email", "is_confirmed", "weekly_hours"}
COLUMNS = [
    *(getattr(Mentor, name) for name in sorted(PLAIN)),
    Mentor.version,
    cast(Mentor.weekly_hours, Text).label("weekly_hours"),
    Person.name,
    Person.email,
    Person.verified_at.is_not(None).label("is_confirmed"),
]


@cache
def _one(*, is_admin: bool) -> Prepared:
    seen = policy.visible_to(asker(is_admin=is_admin)).with_only_columns(*COLUMNS)
    return Prepared(seen.join(Mentor.person).where(Mentor.id == given("its_id", Uuid())))


@cache
def _of_cohort(*, is_admin: bool, in_state: bool) -> PreparedPages:
    cohort_id = given("cohort_id", Uuid())
    seen = (
        policy.visible_to(asker(is_admin=is_admin))
        .with_only_columns(*COLUMNS)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id)
        .where(cohort_id.in_(cohort_policy.organised_by(asker(is_admin=is_admin))))
    )
    if in_state:
        seen = seen.where(Mentor.state == given("state", String()))
    return PreparedPages(seen, by=Mentor.created_at, id=Mentor.id)


async def read(db: AsyncSession, actor: Person, mentor_id: UUID) -> Record:
    one = _one(is_admin=actor.is_admin)
    found = await one.row(db, actor_id=actor.id, its_id=mentor_id)
    if found is None:
        raise NotFound
    return found


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, state: MentorState | None, part: Slice
) -> Page[Record]:
    """One statement, which asks for the organiser as well; only where it is empty, we ask why."""
    pages = _of_cohort(is_admin=actor.is_admin, in_state=state is not None)
    page = await pages.read(db, part, actor_id=actor.id, cohort_id=cohort_id, state=state)
    if not page.items:
        await cohorts.require_organiser(db, actor, cohort_id)
    return page


def mentor_json(row: Record) -> dict[str, Any]:
    """With the fields of MentorOut."""
    its = {**row, "weekly_hours": msgspec.Raw(row["weekly_hours"].encode())}
    del its["version"]
    return its
