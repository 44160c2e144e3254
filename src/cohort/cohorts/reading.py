"""Enrolments as the API answers them, read by statements that are prepared once."""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import Select, String, Text, Uuid, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.schemas import EnrolmentOut
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.http.paging import Page, PreparedPages, Slice
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


def _visible(*, is_admin: bool) -> Select[*tuple[Any, ...]]:
    seen = policy.enrolments_visible_to(asker(is_admin=is_admin))
    return seen.with_only_columns(*COLUMNS).join(Enrolment.person)


@cache
def _one(*, is_admin: bool) -> Prepared:
    return Prepared(_visible(is_admin=is_admin).where(Enrolment.id == given("its_id", Uuid())))


@cache
def _of_cohort(*, is_admin: bool, in_state: bool) -> PreparedPages:
    cohort_id = given("cohort_id", Uuid())
    cohort = policy.visible_to(asker(is_admin=is_admin)).where(Cohort.id == cohort_id)
    seen = _visible(is_admin=is_admin).where(Enrolment.cohort_id == cohort_id, cohort.exists())
    if in_state:
        seen = seen.where(Enrolment.state == given("state", String()))
    return PreparedPages(seen, by=Enrolment.created_at, id=Enrolment.id)


async def read(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Record:
    one = _one(is_admin=actor.is_admin)
    found = await one.row(db, actor_id=actor.id, its_id=enrolment_id)
    if found is None:
        raise NotFound
    return found


async def list_in(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    state: EnrolmentState | None = None,
) -> Page[Record]:
    """One statement, which asks for the cohort as well; only where it is empty, we ask why."""
    pages = _of_cohort(is_admin=actor.is_admin, in_state=state is not None)
    page = await pages.read(db, part, actor_id=actor.id, cohort_id=cohort_id, state=state)
    if not page.items:
        await cohorts.get(db, actor, cohort_id)
    return page


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[Record]:
    return await OF_ASKER.read(db, part, actor_id=actor.id)


def enrolment_json(row: Record) -> dict[str, Any]:
    """With the fields of EnrolmentOut."""
    its = dict(row)
    its["person"] = {
        "id": its.pop("person_id"),
        "name": its.pop("name"),
        "email": its.pop("email"),
    }
    its["weekly_hours"] = msgspec.Raw(its["weekly_hours"].encode())
    return its
