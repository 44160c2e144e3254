"""What the pages of a cohort's people and mentors are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import own_terms
from cohort.cohorts.models import Cohort
from cohort.dashboard import people
from cohort.dashboard.schemas import Include, MentorSearch, PeopleSearch
from cohort.guides.models import TermKind
from cohort.http.paging import Slice
from cohort.mentors import reading as mentors
from cohort.people.models import Person

ROWS = 25
"""People or mentors on one page."""


@dataclass(frozen=True, slots=True)
class ResearchersView:
    """One page of the researchers of a cohort: rows as `people.listed_json` has them."""

    cohort: Cohort
    rows: Sequence[Mapping[str, Any]]
    next: str | None
    titles: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class MentorsView:
    """One page of the mentors of a cohort: rows as `mentors.mentor_json` has them."""

    cohort: Cohort
    rows: Sequence[Mapping[str, Any]]
    next: str | None
    domains: Sequence[Mapping[str, str]]
    titles: Mapping[tuple[str, str], str]


async def people_of(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    search: PeopleSearch,
    cursor: str | None,
    *,
    now: datetime,
) -> ResearchersView:
    page = await people.list_in(
        db,
        actor,
        cohort.id,
        search.as_query(),
        Slice(cursor, ROWS),
        include=tuple(Include),
        now=now,
    )
    return ResearchersView(
        cohort=cohort,
        rows=[people.listed_json(row) for row in page.items],
        next=page.next,
        titles=await own_terms.titles(db, cohort.id),
    )


async def mentors_of(
    db: AsyncSession, actor: Person, cohort: Cohort, search: MentorSearch, cursor: str | None
) -> MentorsView:
    part = Slice(cursor, ROWS)
    page = await mentors.list_in(db, actor, cohort.id, search.as_query(), part)
    titles = await own_terms.titles(db, cohort.id)
    domains = [
        {"value": slug, "label": title}
        for (kind, slug), title in titles.items()
        if kind == TermKind.DOMAIN
    ]
    return MentorsView(
        cohort=cohort,
        rows=[mentors.mentor_json(row) for row in page.items],
        next=page.next,
        domains=sorted(domains, key=lambda one: one["label"]),
        titles=titles,
    )
