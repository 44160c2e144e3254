"""Her own draft of evidence: saved, read, and never overwritten by an older window."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import require_match
from cohort.people.models import Person
from cohort.study import policy
from cohort.study.drafts.keeping import draft_of, forget
from cohort.study.drafts.models import EvidenceDraft
from cohort.study.drafts.schemas import EvidenceDraftIn
from cohort.study.models import PlanItem
from cohort.study.service import item_to_hand_in

NONE_YET = 0
"""The version that is seen where there is no draft."""


async def save(
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    form: EvidenceDraftIn,
    if_match: str | None,
    *,
    now: datetime,
) -> EvidenceDraft:
    """Raises Stale where another window has saved since; the statement decides between two."""
    if if_match is None:
        raise NeedsIfMatch
    await item_to_hand_in(db, actor, item_id, lock=False)
    standing = await draft_of(db, item_id)
    seen = standing.version if standing else NONE_YET
    require_match(if_match, seen)
    values = {"text": form.text, "links": form.links, "saved_at": now}
    begun = {"plan_item_id": item_id, "version": int(now.timestamp()), **values}
    statement = (
        insert(EvidenceDraft).values(begun).on_conflict_do_nothing()
        if standing is None
        else update(EvidenceDraft)
        .where(EvidenceDraft.plan_item_id == item_id, EvidenceDraft.version == seen)
        .values(**values, version=seen + 1)
    )
    saved = await db.execute(statement.returning(EvidenceDraft.version))
    if saved.one_or_none() is None:
        raise Stale
    draft = await draft_of(db, item_id)
    if draft is None:
        raise Stale
    return draft


async def read(db: AsyncSession, actor: Person, item_id: UUID) -> EvidenceDraft:
    """Hers alone: for everybody else there is none."""
    await _require_own(db, actor, item_id)
    draft = await draft_of(db, item_id)
    if draft is None:
        raise NotFound("There is no draft for this item.")
    return draft


async def drop(db: AsyncSession, actor: Person, item_id: UUID) -> None:
    """Twice is once."""
    await _require_own(db, actor, item_id)
    await forget(db, item_id)


async def _require_own(db: AsyncSession, actor: Person, item_id: UUID) -> None:
    own = select(PlanItem).where(PlanItem.id == item_id).options(joinedload(PlanItem.enrolment))
    item = await db.scalar(own)
    if item is None or not policy.may_hand_in(actor, item.enrolment):
        raise NotFound
