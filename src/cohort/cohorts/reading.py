"""Enrolments as the API answers them, read by statements that are prepared once."""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import Select, Text, Uuid, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy
from cohort.cohorts.models import Enrolment
from cohort.cohorts.schemas import EnrolmentOut
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.http.paging import Page, PreparedPages, Slice, told
from cohort.people.asker import asker
from cohort.people.models import Person

PLAIN = EnrolmentOut.model_fields.keys() - {"person", "is_confirmed", "weekly_hours"}
COLUMNS = [
    *(getattr(Enrolment, name) for name in sorted(PLAIN)),
    cast(Enrolment.weekly_hours, Text).label("weekly_hours"),
    Person.id.label("person_id"),
    Person.name,
    Person.email,
    (~Person.is_placeholder).label("is_confirmed"),
]
OF_ASKER = PreparedPages(
    select(*COLUMNS).join(Enrolment.person).where(Enrolment.person_id == given("actor_id", Uuid())),
    by=Enrolment.created_at,
    id=Enrolment.id,
)


def visible(*, is_admin: bool) -> Select[*tuple[Any, ...]]:
    """What `asker` may see, with a column for each field of EnrolmentOut."""
    seen = policy.enrolments_visible_to(asker(is_admin=is_admin))
    return seen.with_only_columns(*COLUMNS).join(Enrolment.person)


@cache
def _one(*, is_admin: bool) -> Prepared:
    return Prepared(visible(is_admin=is_admin).where(Enrolment.id == given("its_id", Uuid())))


async def read(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Record:
    one = _one(is_admin=actor.is_admin)
    found = await one.row(db, actor_id=actor.id, its_id=enrolment_id)
    if found is None:
        raise NotFound
    return found


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[Record]:
    return await OF_ASKER.read(db, part, actor_id=actor.id)


def enrolment_json(row: Record) -> dict[str, Any]:
    """With the fields of EnrolmentOut."""
    its = told(row)
    its["person"] = {
        "id": its.pop("person_id"),
        "name": its.pop("name"),
        "email": its.pop("email"),
    }
    its["weekly_hours"] = msgspec.Raw(its["weekly_hours"].encode())
    return its
