"""Who lets the other side of the cohort find them, and who may look."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import own_terms
from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import Invalid, NotAllowed
from cohort.guides.models import TermKind
from cohort.http.listing import ListQuery
from cohort.http.paging import Page, Slice, page_of
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.reading import lies_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.profiles.profile import require_term

Of = TypeVar("Of", Mentor, Enrolment)
KINDS = {"domain": TermKind.DOMAIN, "role": TermKind.ROLE, "skill": TermKind.SKILL}
Filters = Mapping[str, Callable[[Any], ColumnElement[bool]]]
OF_MENTORS: Filters = {
    "domain": lambda slug: lies_in(Mentor.domains, literal(slug)),
    "role": lambda slug: literal(slug) == any_(Mentor.roles),
    "skill": lambda slug: literal(slug) == any_(Mentor.skills),
    "language": lambda code: literal(code) == any_(Mentor.languages),
}
OF_RESEARCHERS: Filters = {
    "domain": lambda slug: lies_in(Enrolment.domains, literal(slug)),
    "role": lambda slug: literal(slug) == any_(Enrolment.role_goals),
    "language": lambda code: literal(code) == any_(Enrolment.languages),
}


def listed_mentors() -> Select[Mentor]:
    """Who takes part and has said that she may be found."""
    return (
        select(Mentor)
        .join(Mentor.person)
        .where(Mentor.is_listed, ~Person.is_placeholder)
        .where(Mentor.state == MentorState.APPROVED, Mentor.paused_at.is_(None))
        .where(Person.suspended_at.is_(None))
    )


def listed_researchers() -> Select[Enrolment]:
    return (
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.is_listed, ~Person.is_placeholder)
        .where(Enrolment.state == EnrolmentState.ACTIVE, Person.suspended_at.is_(None))
    )


async def list_mentors(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, wanted: ListQuery
) -> Page[Mentor]:
    """For the researchers of the cohort and its organisers."""
    studies = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id,
        Enrolment.person_id == actor.id,
        Enrolment.state == EnrolmentState.ACTIVE,
    )
    await _require(db, actor, cohort_id, studies.exists(), "researchers")
    there = listed_mentors().where(Mentor.cohort_id == cohort_id, *wanted.chosen(OF_MENTORS))
    return await _others(db, actor, Mentor, there, part, wanted)


async def list_researchers(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, wanted: ListQuery
) -> Page[Enrolment]:
    """For the approved mentors of the cohort and its organisers."""
    mentoring = select(Mentor.id).where(
        Mentor.cohort_id == cohort_id,
        Mentor.person_id == actor.id,
        Mentor.state == MentorState.APPROVED,
    )
    await _require(db, actor, cohort_id, mentoring.exists(), "mentors")
    there = listed_researchers().where(
        Enrolment.cohort_id == cohort_id, *wanted.chosen(OF_RESEARCHERS)
    )
    return await _others(db, actor, Enrolment, there, part, wanted)


async def _others(
    db: AsyncSession,
    actor: Person,
    of: type[Of],
    there: Select[Of],
    part: Slice,
    wanted: ListQuery,
) -> Page[Of]:
    others = there.where(of.person_id != actor.id).options(joinedload(of.person))
    page = await page_of(db, others, by=of.created_at, id=of.id, part=part)
    if not page.items:
        await _require_words(db, wanted)
    return page


async def _require_words(db: AsyncSession, wanted: ListQuery) -> None:
    """Where nobody is found: refuse what no profile can say, rather than find nobody for ever."""
    for name, slug in wanted.used.items():
        if name == "language":
            if slug not in LANGUAGES:
                raise Invalid.at(name, "This is not a language code of ISO 639-1, such as en.")
        elif not slug.startswith(own_terms.OWN):
            await require_term(db, name, KINDS[name], slug)


async def listed_among(
    db: AsyncSession, others: type[Enrolment] | type[Mentor], ids: Sequence[UUID]
) -> set[UUID]:
    """Those of them who may be found."""
    found = listed_mentors() if others is Mentor else listed_researchers()
    return set(await db.scalars(found.with_only_columns(others.id).where(others.id.in_(ids))))


async def _require(
    db: AsyncSession, actor: Person, cohort_id: UUID, takes_part: ColumnElement[bool], who: str
) -> None:
    await cohorts.get(db, actor, cohort_id)
    organises = cohort_policy.may_organise(actor, cohort_id)
    if not await db.scalar(select(or_(takes_part, organises))):
        raise NotAllowed(f"Only the {who} of this cohort and its organisers can look here.")


async def list_oneself(
    db: AsyncSession, actor: Person, owner: Enrolment | Mentor, *, is_listed: bool
) -> None:
    """Let the other side of the cohort find her, or not any more; nobody says it for another."""
    if owner.person_id != actor.id:
        raise NotAllowed("Everybody decides for herself who may find her.")
    of = type(owner)
    await db.execute(update(of).where(of.id == owner.id).values(is_listed=is_listed))
