"""Drafting a guide and its milestones: from a text, from a file, from a guide that is there."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.curricula import policy
from cohort.curricula.curriculum_file import FileUnreadable, read_file
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.reading_in import ReadIn, read_in
from cohort.curricula.schemas import Curriculum, DraftIn
from cohort.curricula.stored import curriculum_of
from cohort.errors import Conflict, Invalid, NotAllowed, NotFound
from cohort.guides.markdown import GuideUnreadable
from cohort.guides.models import Guide
from cohort.http.addresses import with_whole_links
from cohort.http.etag import require_match
from cohort.http.paging import Page, Slice, page_of
from cohort.people.models import Person

MOST_DRAFTS = 50


class TooManyDrafts(Conflict):
    code = "too_many_drafts"
    title = "You have as many drafts as one may have"


async def may_draft(db: AsyncSession, actor: Person, *, open_to_anyone: bool) -> bool:
    """Whoever runs a cohort, or may open one."""
    may_open = cohort_policy.may_open(actor, open_to_anyone=open_to_anyone)
    return may_open or await cohorts.organises_something(db, actor)


async def require_author(db: AsyncSession, actor: Person, *, open_to_anyone: bool) -> None:
    if not await may_draft(db, actor, open_to_anyone=open_to_anyone):
        raise NotAllowed("Only organisers of a cohort, and admins, bring guides in.")


async def begin(
    db: AsyncSession, actor: Person, form: DraftIn, *, open_to_anyone: bool, now: datetime
) -> CurriculumDraft:
    """A draft from what was sent. Nobody else sees it until it is published."""
    await require_author(db, actor, open_to_anyone=open_to_anyone)
    base = await _base(db, actor, form.guide_id) if form.guide_id else None
    before = await curriculum_of(db, base) if base else None
    found = await _read(form, before)
    curriculum = found.curriculum
    if form.base_address:
        curriculum = curriculum.model_copy(update={"base_address": form.base_address})
    own = select(func.count()).select_from(policy.visible_to(actor).subquery())
    if (await db.scalar(own) or 0) >= MOST_DRAFTS:
        raise TooManyDrafts(f"You have {MOST_DRAFTS} drafts. Publish or remove one first.")
    draft = CurriculumDraft(
        author_id=actor.id,
        base_id=base.id if base else None,
        title=curriculum.title,
        content=_stored(curriculum),
        notes=list(found.notes),
        created_at=now,
        changed_at=now,
    )
    db.add(draft)
    await db.flush()
    return draft


async def _base(db: AsyncSession, actor: Person, guide_id: UUID) -> Guide:
    guide: Guide | None = await db.scalar(
        select(Guide).where(Guide.id == guide_id, policy.may_follow(actor))
    )
    if guide is None:
        sentence = "This is not a guide of yours, and no cohort that you organise studies it."
        raise Invalid.at("guide_id", sentence)
    return guide


async def _read(form: DraftIn, before: Curriculum | None) -> ReadIn:
    """In a thread: whoever asks for something else meanwhile does not wait for it."""
    if form.markdown and form.toml:
        raise Invalid.at("toml", "Send a text or a file, one of the two.")
    try:
        if form.toml:
            return ReadIn(await asyncio.to_thread(read_file, form.toml), ())
        if form.markdown:
            return await asyncio.to_thread(read_in, form.markdown, before)
    except GuideUnreadable as error:
        raise Invalid.at("markdown", str(error)) from error
    except FileUnreadable as error:
        raise Invalid.at("toml", str(error)) from error
    if before is None:
        raise Invalid.at("markdown", "Choose a file, or paste the text of a guide.")
    return ReadIn(before, ())


def _stored(curriculum: Curriculum) -> dict[str, Any]:
    """Tasks are shown on many pages, away from the guide: their links are whole ones."""
    content = curriculum.model_dump(mode="json", exclude_defaults=True)
    for one in content.get("milestones", ()):
        one["task"] = with_whole_links(one["task"], curriculum.base_address)
    return content


def content_of(draft: CurriculumDraft) -> Curriculum:
    return Curriculum.model_validate(draft.content)


async def list_drafts(db: AsyncSession, actor: Person, part: Slice) -> Page[CurriculumDraft]:
    mine = policy.visible_to(actor)
    return await page_of(db, mine, by=CurriculumDraft.changed_at, id=CurriculumDraft.id, part=part)


async def get(
    db: AsyncSession, actor: Person, draft_id: UUID, *, lock: bool = False
) -> CurriculumDraft:
    statement = policy.visible_to(actor).where(CurriculumDraft.id == draft_id)
    draft = await db.scalar(statement.with_for_update() if lock else statement)
    if draft is None:
        raise NotFound
    return draft


async def change(
    db: AsyncSession,
    actor: Person,
    draft_id: UUID,
    curriculum: Curriculum,
    *,
    if_match: str | None,
    now: datetime,
) -> CurriculumDraft:
    """The whole of it, as its author has it now; it may have problems until it is published."""
    draft = await get(db, actor, draft_id, lock=True)
    require_match(if_match, draft.version)
    content = _stored(curriculum)
    if content != draft.content:
        draft.content, draft.title, draft.changed_at = content, curriculum.title, now
        await db.flush()
    return draft


async def remove(db: AsyncSession, actor: Person, draft_id: UUID) -> None:
    """For good; where there is none, nothing changes."""
    draft = await db.scalar(policy.visible_to(actor).where(CurriculumDraft.id == draft_id))
    if draft is not None:
        await db.delete(draft)
