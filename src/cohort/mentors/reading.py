"""Mentors as the API answers them, read by statements that are prepared once."""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    Uuid,
    any_,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import own_terms
from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.guides.models import Term, TermKind
from cohort.http.listing import Listing, ListQuery, by_name, has_in_name
from cohort.http.paging import Page, Slice, told
from cohort.mentors import policy
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import MentorOut
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.profiles.profile import require_term

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


def _of_cohort(is_admin: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
    cohort_id = given("cohort_id", Uuid())
    return (
        policy.visible_to(asker(is_admin=is_admin))
        .with_only_columns(*COLUMNS)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id)
        .where(cohort_id.in_(cohort_policy.organised_by(asker(is_admin=is_admin))))
    )


def lies_in(domains: Any, sought: ColumnElement[str]) -> ColumnElement[bool]:
    """Some of the domains are the field, or lie in it, as machine translation lies in language.

    A cohort's own words lie in no other.
    """
    field = select(Term.slug).where(Term.kind == TermKind.DOMAIN, Term.slug == sought)
    within = field.cte("within", recursive=True)
    child = select(Term.slug).where(Term.kind == TermKind.DOMAIN)
    within = within.union(child.join(within, Term.parent_slug == within.c.slug))
    slugs = select(func.array_agg(within.c.slug)).scalar_subquery()
    is_within: ColumnElement[bool] = domains.bool_op("&&")(slugs)
    return or_(is_within, sought == any_(domains))


OF_COHORT = Listing(
    _of_cohort,
    id=Mentor.id,
    filters={
        "q": has_in_name(Person.name),
        "state": Mentor.state == given("state", String()),
        "paused": {True: Mentor.paused_at.is_not(None), False: Mentor.paused_at.is_(None)},
        "free": {True: Mentor.taken < Mentor.capacity, False: Mentor.taken == Mentor.capacity},
        "domain": lies_in(Mentor.domains, given("domain", Text())),
    },
    orders={
        "created_at": Mentor.created_at,
        "name": by_name(Person.name),
        "free": Mentor.capacity - Mentor.taken,
    },
)


async def read(db: AsyncSession, actor: Person, mentor_id: UUID) -> Record:
    one = _one(is_admin=actor.is_admin)
    found = await one.row(db, actor_id=actor.id, its_id=mentor_id)
    if found is None:
        raise NotFound
    return found


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: ListQuery, part: Slice
) -> Page[Record]:
    """One statement, which asks for the organiser as well; only where it is empty, we ask why."""
    page = await OF_COHORT.read(
        db, part, wanted, is_admin=actor.is_admin, actor_id=actor.id, cohort_id=cohort_id
    )
    if not page.items:
        await cohorts.require_organiser(db, actor, cohort_id)
        domain = wanted.filters.get("domain")
        if domain is not None and not domain.startswith(own_terms.OWN):
            await require_term(db, "domain", TermKind.DOMAIN, domain)
    return page


def mentor_json(row: Record) -> dict[str, Any]:
    """With the fields of MentorOut."""
    its = {**told(row), "weekly_hours": msgspec.Raw(row["weekly_hours"].encode())}
    del its["version"]
    return its
