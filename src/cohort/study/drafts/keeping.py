"""Reading a draft, and forgetting it when it is handed in."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.study.drafts.models import EvidenceDraft


async def draft_of(db: AsyncSession, item_id: UUID) -> EvidenceDraft | None:
    """For whoever is known to be the researcher."""
    found = select(EvidenceDraft).where(EvidenceDraft.plan_item_id == item_id)
    draft: EvidenceDraft | None = await db.scalar(found.execution_options(populate_existing=True))
    return draft


async def forget(db: AsyncSession, item_id: UUID) -> None:
    await db.execute(delete(EvidenceDraft).where(EvidenceDraft.plan_item_id == item_id))
