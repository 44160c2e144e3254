"""Words outside the taxonomy that came into a cohort with its people; equal, or different."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import OwnTerm
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.profiles.choices import Options
from cohort.profiles.profile import check_terms

OWN = "own-"
"""How their slugs begin; no slug of the taxonomies does."""


async def of_cohort(db: AsyncSession, cohort_id: UUID) -> Sequence[OwnTerm]:
    its = select(OwnTerm).where(OwnTerm.cohort_id == cohort_id)
    return (await db.scalars(its.order_by(OwnTerm.kind, OwnTerm.title, OwnTerm.slug))).all()


async def titles(db: AsyncSession, *cohort_ids: UUID) -> dict[tuple[str, str], str]:
    """(kind, slug) -> what people call it, in the taxonomies and in these cohorts."""
    own = select(OwnTerm.kind, OwnTerm.slug, OwnTerm.title)
    rows = await db.execute(own.where(OwnTerm.cohort_id.in_(cohort_ids)))
    return await guides.titles(db) | {(row.kind, row.slug): row.title for row in rows}


async def check_terms_in(
    db: AsyncSession, cohort_id: UUID, fields: Mapping[str, tuple[TermKind, Sequence[str] | None]]
) -> None:
    """As `check_terms`, where the cohort's own words are known as well."""
    named = {slug for _, slugs in fields.values() for slug in slugs or () if slug.startswith(OWN)}
    own: set[tuple[str, str]] = set()
    if named:
        hers = select(OwnTerm.kind, OwnTerm.slug).where(OwnTerm.cohort_id == cohort_id)
        rows = await db.execute(hers.where(OwnTerm.slug.in_(named)))
        own = {(row.kind.value, row.slug) for row in rows}
    await check_terms(db, fields, own)


async def groups(db: AsyncSession, cohort_id: UUID) -> dict[TermKind, Options]:
    """For forms: by kind a group of the cohort's own words, or nothing."""
    found: dict[TermKind, Options] = {kind: [] for kind in TermKind}
    for term in await of_cohort(db, cohort_id):
        found[term.kind].append({"value": term.slug, "label": term.title})
    return {
        kind: [{"label": "Words of this cohort", "options": options}] if options else []
        for kind, options in found.items()
    }
