"""Moves as organisers read them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.paging import Page, Slice, page_by_id
from cohort.matching.models import MentorMove
from cohort.matching.moves.service import shown_to
from cohort.matching.results.service import get_run
from cohort.people.models import Person


async def list_moves(
    db: AsyncSession, actor: Person, run_id: UUID, part: Slice
) -> Page[MentorMove]:
    await get_run(db, actor, run_id)
    return await page_by_id(db, shown_to(actor, run_id), id=MentorMove.id, part=part)
