"""A mentor's places: given away under a lock on the mentor's row, and counted by the database."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.mentors.models import Mentor, MentorState


async def lock(db: AsyncSession, mentor_id: UUID) -> Mentor:
    """The row as it is now, locked until this transaction ends: its places are given away."""
    mentor = await db.scalar(
        select(Mentor)
        .where(Mentor.id == mentor_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if mentor is None:
        raise NotFound
    return mentor


async def take_place(db: AsyncSession, mentor_id: UUID) -> bool:
    """Take one place, if the mentor is approved and one is free."""
    taken = await db.scalar(
        update(Mentor)
        .where(
            Mentor.id == mentor_id,
            Mentor.state == MentorState.APPROVED,
            Mentor.taken < Mentor.capacity,
        )
        .values(taken=Mentor.taken + 1)
        .returning(Mentor.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


async def free_place(db: AsyncSession, mentor_id: UUID) -> None:
    await db.execute(
        update(Mentor)
        .where(Mentor.id == mentor_id, Mentor.taken > 0)
        .values(taken=Mentor.taken - 1)
        .execution_options(synchronize_session=False)
    )
