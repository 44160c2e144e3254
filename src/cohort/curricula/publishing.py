"""A draft becomes a guide, or the next version of one. Nobody's plan changes by that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula import quiz_drafts, service
from cohort.curricula.checking import DraftProblem, problems_of
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import Curriculum
from cohort.db import new_id
from cohort.errors import Conflict, FieldError, Invalid
from cohort.guides.markdown import parents_of
from cohort.guides.models import Guide, Milestone, Section
from cohort.guides.service import first_of
from cohort.guides.tables import in_order
from cohort.http.etag import require_match
from cohort.people import audit
from cohort.people.models import Person
from cohort.quizzes.importing import skills_known

MOST_NAMED = 3


class DraftNotReady(Conflict):
    code = "draft_not_ready"
    title = "This draft has to be mended first"


class NewerGuide(Conflict):
    code = "newer_guide"
    title = "There is a newer version"


async def problems(
    db: AsyncSession, draft: CurriculumDraft, curriculum: Curriculum
) -> list[DraftProblem]:
    """What has to be mended before it is published."""
    found = problems_of(curriculum, await skills_known(db))
    sentence = await quiz_drafts.problem_of(db, draft, curriculum)
    return [*found, DraftProblem("", "quizzes", f"Quizzes: {sentence}")] if sentence else found


async def publish(
    db: AsyncSession, actor: Person, draft_id: UUID, *, if_match: str | None = None, now: datetime
) -> Guide:
    """Once: the draft is gone afterwards. Everybody who is signed in may read the guide."""
    draft = await service.get(db, actor, draft_id, lock=True)
    if if_match is not None:
        require_match(if_match, draft.version)
    curriculum = service.content_of(draft)
    if found := await problems(db, draft, curriculum):
        told = " ".join(
            f"{one.milestone}: {one.sentence}" if one.milestone else one.sentence
            for one in found[:MOST_NAMED]
        )
        more = f" And {len(found) - MOST_NAMED} more." if len(found) > MOST_NAMED else ""
        raise DraftNotReady(f"{told}{more}")
    guide = await _guide(db, actor, draft, curriculum, now=now)
    await _store(db, guide.id, curriculum)
    await quiz_drafts.publish_quizzes(db, draft, guide, now=now)
    audit.record(db, actor, "guide.publish", guide.id, now=now, version=guide.version)
    await db.delete(draft)
    await db.flush()
    return guide


async def _guide(
    db: AsyncSession,
    actor: Person,
    draft: CurriculumDraft,
    curriculum: Curriculum,
    *,
    now: datetime,
) -> Guide:
    """Two who publish the same next version at once: one of them does."""
    base = await db.get(Guide, draft.base_id) if draft.base_id else None
    first = await db.get(Guide, base.first_id) if base and base.first_id else base
    version = base.version + 1 if base else 1
    slug = f"{first.slug[:70]}-v{version}" if first else curriculum.slug
    if slug is None:
        raise Invalid.at("slug", "Say under which address the guide is to be read.")
    if first and await _newest(db, first.id) != version - 1:
        raise _newer()
    guide_id = await db.scalar(
        insert(Guide)
        .values(
            slug=slug,
            title=curriculum.title,
            description=curriculum.description,
            author=curriculum.author,
            published_on=curriculum.published_on,
            tags=curriculum.tags,
            imported_at=now,
            version=version,
            first_id=first.id if first else None,
            owner_id=actor.id,
            exam=curriculum.exam.model_dump(mode="json") if curriculum.exam else None,
            base_address=curriculum.base_address,
        )
        .on_conflict_do_nothing()
        .returning(Guide.id)
    )
    if guide_id is None and first:
        raise _newer()
    if guide_id is None:
        sentence = "Another guide has this address. Choose a different one."
        raise Invalid(sentence, errors=[FieldError("slug", sentence)])
    return (await db.scalars(select(Guide).where(Guide.id == guide_id))).one()


async def _newest(db: AsyncSession, first_id: UUID) -> int:
    found = select(func.max(Guide.version)).where(first_of(Guide) == first_id)
    return await db.scalar(found) or 1


def _newer() -> NewerGuide:
    return NewerGuide(
        "Another version was published since this draft was begun. Keep it as a file, begin a "
        "draft from the newest version, and bring in what you changed."
    )


async def _store(db: AsyncSession, guide_id: UUID, curriculum: Curriculum) -> None:
    ids = {one.slug: new_id() for one in curriculum.sections}
    parents = parents_of([one.level for one in curriculum.sections])
    slugs = [one.slug for one in curriculum.sections]
    sections = [
        {
            "id": ids[one.slug],
            "guide_id": guide_id,
            "parent_id": None if parent is None else ids[slugs[parent]],
            "slug": one.slug,
            "title": one.title,
            "level": one.level,
            "position": place,
            "body": one.body,
            "retired_at": None,
        }
        for place, (one, parent) in enumerate(zip(curriculum.sections, parents, strict=True))
    ]
    await db.execute(insert(Section), sections)
    milestones = [
        row.model_dump(mode="json", exclude={"section"})
        | {
            "id": new_id(),
            "kind": row.kind,
            "guide_id": guide_id,
            "section_id": ids[row.section],
            "position": place,
            "retired_at": None,
        }
        for place, row in enumerate(in_order(curriculum.milestones))
    ]
    await db.execute(insert(Milestone), milestones)
