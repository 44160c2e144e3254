"""What Olga works on before she publishes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula.models import CurriculumDraft

A_MILESTONE: dict[str, Any] = {
    "section": "a-course",
    "title": "Deploy a model",
    "task": "Deploy it.",
    "evidence": "A link.",
    "hours": 4,
}
A_CURRICULUM = {
    "title": "A course",
    "slug": "a-course",
    "sections": [{"slug": "a-course", "title": "A course", "level": 1, "body": "Text."}],
    "milestones": [{"slug": "deploy"} | A_MILESTONE],
}

A_QUESTION: dict[str, Any] = {
    "kind": "single",
    "exam_section": "serving",
    "section": "a-course",
    "text": "How do you serve it?",
    "right": "As a batch",
    "wrong": "By mail",
    "explanation": "Nobody waits.",
}
QUIZZES = {
    "exam": {
        "name": "Exam",
        "year": 2026,
        "source": "https://example.org/exam",
        "questions": 1,
        "minutes": 10,
        "pass_mark": 0.7,
    },
    "sections": [{"slug": "serving", "title": "Serving", "weight": 100}],
    "questions": [A_QUESTION | {"slug": "serve", "wrong": ["By mail"]}],
    "quizzes": [{"slug": "first", "title": "First", "questions": ["serve"]}],
}


def of_curricula(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    text = "# A course\n\n- [ ] Deploy a model\n"
    moved = {name: str(ids["guide_id"]) for name in ("from_guide_id", "to_guide_id")}
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/curriculum_drafts": {"json": {"markdown": text}},
        "PATCH /api/v1/curriculum_drafts/{draft_id}": {
            "json": {"curriculum": A_CURRICULUM},
            **seen,
        },
        "POST /curricula/new": {"data": {"markdown": text}},
        "POST /curricula/{draft_id}": {"data": {"version": "1", "title": "A new title"}},
        "POST /curricula/{draft_id}/add": {"data": {"version": "1"} | A_MILESTONE},
        "GET /curricula/{draft_id}/milestones/{slug}": {"ids": {"slug": "deploy"}},
        "POST /curricula/{draft_id}/milestones/{slug}": {
            "ids": {"slug": "deploy"},
            "data": {"version": "1"} | A_MILESTONE,
        },
        "PATCH /api/v1/curriculum_drafts/{draft_id}/quizzes": {
            "json": {"quizzes": QUIZZES | {"mock_exams": [{"slug": "mock", "title": "Mock"}]}},
            **seen,
        },
        "POST /curricula/{draft_id}/quizzes": {"data": {"version": "1", "act": "later serve"}},
        "POST /curricula/{draft_id}/add_question": {"data": {"version": "1"} | A_QUESTION},
        "GET /curricula/{draft_id}/questions/{slug}": {"ids": {"slug": "serve"}},
        "POST /curricula/{draft_id}/questions/{slug}": {
            "ids": {"slug": "serve"},
            "data": {"version": "1"} | A_QUESTION,
        },
        "POST /curricula/{draft_id}/add_quiz": {
            "data": {"version": "1", "title": "Second", "place.serve": "1"}
        },
        "GET /curricula/{draft_id}/quizzes/{slug}": {"ids": {"slug": "first"}},
        "POST /curricula/{draft_id}/quizzes/{slug}": {
            "ids": {"slug": "first"},
            "data": {"version": "1", "title": "First", "place.serve": "1"},
        },
        "GET /api/v1/cohorts/{cohort_id}/guide_change": {"params": {"to": str(ids["guide_id"])}},
        "POST /api/v1/cohorts/{cohort_id}/guide_moves": {"json": moved},
        "POST /cohorts/{slug}/guide": {"data": moved},
        **{
            f"{method} /guides/{{slug}}/{path}": {"ids": {"slug": "pmle"}}
            for method, path in (("GET", "versions"), ("POST", "versions"), ("GET", "file"))
        },
    }


async def draft_a_course(db: AsyncSession, author: UUID, now: datetime) -> dict[str, UUID]:
    draft = CurriculumDraft(
        author_id=author,
        title="A course",
        content=A_CURRICULUM | {"title": "As it was"},
        quizzes=QUIZZES,
        notes=[],
        created_at=now,
        changed_at=now,
    )
    db.add(draft)
    await db.flush()
    return {"draft_id": draft.id}
