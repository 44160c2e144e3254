"""What Max has written down for his mentorship with Ada."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas.models import AgendaEntry, EntryKind

A_GOAL = {"kind": "goal", "text": "Deploy one model end to end."}


def of_agendas(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/mentorships/{mentorship_id}/entries": {"json": A_GOAL},
        "PATCH /api/v1/entries/{entry_id}": {"json": {"text": "Deploy two."}, **seen},
        "POST /mentorships/{mentorship_id}/entries": {"data": A_GOAL},
        "POST /entries/{entry_id}": {"data": {"text": "Deploy two.", "version": "1"}},
        "POST /entries/{entry_id}/done": {"data": {"is_done": "true"}},
    }


async def write_a_goal(
    db: AsyncSession, ids: dict[str, Any], writer: UUID, now: datetime
) -> dict[str, UUID]:
    goal = AgendaEntry(
        mentorship_id=ids["mentorship_id"],
        kind=EntryKind.GOAL,
        text="Read a paper together.",
        is_shared=True,
        written_by=writer,
        created_at=now,
        changed_at=now,
    )
    db.add(goal)
    await db.flush()
    return {"entry_id": goal.id}
