"""Taking decisions back; what was pinned for one round ends with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.matching.models import Override


async def lift(db: AsyncSession, which: ColumnElement[bool], *, now: datetime) -> int:
    """How many of these stood until now."""
    standing = update(Override).where(which, Override.lifted_at.is_(None))
    lifted = await db.scalars(standing.values(lifted_at=now).returning(Override.id))
    return len(lifted.all())


async def lift_of_round(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """When a cohort's open round is published or replaced: what was pinned for it alone."""
    for_it = (Override.cohort_id == cohort_id) & Override.pin_set_id.is_not(None)
    await lift(db, for_it, now=now)
