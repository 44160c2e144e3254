"""What Olga works on before she publishes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula.models import CurriculumDraft

A_CURRICULUM = {
    "title": "A course",
    "slug": "a-course",
    "sections": [{"slug": "a-course", "title": "A course", "level": 1, "body": "Text."}],
    "milestones": [
        {
            "slug": "deploy",
            "section": "a-course",
            "title": "Deploy a model",
            "task": "Deploy it.",
            "evidence": "A link.",
            "hours": 4,
        }
    ],
}


def of_curricula() -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    text = "# A course\n\n- [ ] Deploy a model\n"
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/curriculum_drafts": {"json": {"markdown": text}},
        "PATCH /api/v1/curriculum_drafts/{draft_id}": {
            "json": {"curriculum": A_CURRICULUM},
            **seen,
        },
        "POST /curricula/new": {"data": {"markdown": text}},
    }


async def draft_a_course(db: AsyncSession, author: UUID, now: datetime) -> dict[str, UUID]:
    draft = CurriculumDraft(
        author_id=author,
        title="A course",
        content=A_CURRICULUM | {"title": "As it was"},
        notes=[],
        created_at=now,
        changed_at=now,
    )
    db.add(draft)
    await db.flush()
    return {"draft_id": draft.id}
