"""Reading guides, their milestones, and the taxonomies."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.errors import NotFound
from cohort.guides.models import Guide, Milestone, Section, Term, TermKind
from cohort.http.paging import Page, Slice, page_along, page_of


def first_of(guide: Any) -> ColumnElement[Any]:
    """The id of the first version of a guide, which all of its versions share."""
    return func.coalesce(guide.first_id, guide.id)


def holder_of_quizzes(guide: Any) -> ColumnElement[Any]:
    """The id of the version whose quizzes a guide has; its own, or those that it shares."""
    return func.coalesce(guide.quizzes_id, guide.first_id, guide.id)


def versions_beside(guide_id: UUID | BindParameter[UUID]) -> Select[UUID]:
    """The ids of all versions of a guide, this one too."""
    one = aliased(Guide)
    return select(Guide.id).join(one, first_of(Guide) == first_of(one)).where(one.id == guide_id)


async def list_guides(db: AsyncSession, part: Slice) -> Page[Guide]:
    return await page_of(db, select(Guide), by=Guide.imported_at, id=Guide.id, part=part)


async def newest_guides(db: AsyncSession, most: int = 200) -> Sequence[Guide]:
    """For a list to choose from."""
    its = select(Guide).order_by(Guide.imported_at.desc(), Guide.id.desc()).limit(most)
    return (await db.scalars(its)).all()


async def get(db: AsyncSession, guide_id: UUID) -> Guide:
    guide = await db.get(Guide, guide_id)
    if guide is None:
        raise NotFound
    return guide


async def get_by_slug(db: AsyncSession, slug: str) -> Guide:
    guide = await db.scalar(select(Guide).where(Guide.slug == slug))
    if guide is None:
        raise NotFound
    return guide


async def list_sections(db: AsyncSession, guide_id: UUID, part: Slice) -> Page[Section]:
    """In reading order: each after its parent, children before the next sibling."""
    await get(db, guide_id)
    live = select(Section).where(Section.guide_id == guide_id, Section.retired_at.is_(None))
    return await page_along(db, live, by=Section.position, part=part)


async def list_milestones(
    db: AsyncSession, guide_id: UUID, part: Slice, *, section_id: UUID | None = None
) -> Page[Milestone]:
    """Each after those that it requires."""
    await get(db, guide_id)
    live = select(Milestone).where(Milestone.guide_id == guide_id, Milestone.retired_at.is_(None))
    if section_id is not None:
        live = live.where(Milestone.section_id == section_id)
    return await page_along(db, live, by=Milestone.position, part=part)


async def milestones_of(db: AsyncSession, section_ids: Sequence[UUID]) -> Sequence[Milestone]:
    live = select(Milestone).where(Milestone.retired_at.is_(None))
    here = live.where(Milestone.section_id.in_(section_ids))
    return (await db.scalars(here.order_by(Milestone.position))).all()


async def list_terms(db: AsyncSession, kind: TermKind, part: Slice) -> Page[Term]:
    live = select(Term).where(Term.kind == kind, Term.retired_at.is_(None))
    return await page_along(db, live, by=Term.position, part=part)


async def titles(db: AsyncSession) -> dict[tuple[str, str], str]:
    """(kind, slug) -> what people call it; of retired terms too, as profiles still have them."""
    rows = await db.execute(select(Term.kind, Term.slug, Term.title))
    return {(kind, slug): title for kind, slug, title in rows}


async def terms_of(db: AsyncSession, *kinds: TermKind) -> dict[TermKind, list[Term]]:
    """All terms of these kinds, in the order of the taxonomy: what a form offers."""
    live = select(Term).where(Term.kind.in_(kinds), Term.retired_at.is_(None))
    found: dict[TermKind, list[Term]] = {kind: [] for kind in kinds}
    for term in await db.scalars(live.order_by(Term.position, Term.slug)):
        found[term.kind].append(term)
    return found
