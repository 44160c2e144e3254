"""A quiz of one official section that somebody has handed in, and what is right in others."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Guide
from cohort.quizzes.importing import import_quizzes
from cohort.quizzes.models import Quiz, QuizAnswer, QuizQuestion, QuizSectionResult, QuizTry
from tests.house.quizzes import FILE

RIGHT = {
    "single": ["As a batch", "Drift", "By time", "The inputs"],
    "multiple": ["The label", "The future"],
    "match": ["Versions", "Answers", "Features"],
}
ONE_MORE = """[[question]]
slug = "monitor"
kind = "single"
exam_section = "models"
section = "bridging"
text = "What do you watch?"
right = "The inputs"
wrong = ["The clock"]
explanation = "They change first."

"""
ALSO_SERVING = ONE_MORE.replace('"monitor"', '"watch"').replace('"models"', '"serving"')
PLACEMENT = """[placement]
slug = "placement"
title = "Where you stand"
about = "Both sections."

"""
"""With three questions of each section; `WITH_PLACEMENT` has enough of both."""
WITH_PLACEMENT = FILE.replace("[[quiz]]", f"{ALSO_SERVING}{PLACEMENT}[[quiz]]", 1)


async def answered_models(
    db: AsyncSession, enrolment: Enrolment, *, right: int, now: datetime
) -> None:
    """Five questions of the section Models, so many of them right."""
    cohort = await db.get_one(Cohort, enrolment.cohort_id)
    guide = await db.get_one(Guide, cohort.guide_id)
    await import_quizzes(db, guide, FILE.replace("[[quiz]]", f"{ONE_MORE}[[quiz]]", 1), now=now)
    quiz = (await db.scalars(select(Quiz).where(Quiz.slug == "all"))).one()
    of_models = select(QuizQuestion.id).where(QuizQuestion.exam_section == "models")
    ids = (await db.scalars(of_models)).all()
    assert len(ids) == 5
    one = QuizTry(
        id=uuid4(),
        enrolment_id=enrolment.id,
        quiz_id=quiz.id,
        question_ids=list(ids),
        began_at=now,
        handed_in_at=now,
        score=right / 5,
        right=right,
    )
    db.add(one)
    await db.flush()
    db.add(QuizSectionResult(try_id=one.id, exam_section="models", answered=5, right=right))
    marks = [1.0] * right + [0.0] * (5 - right)
    for its_id, mark in zip(ids, marks, strict=True):
        facts = {"mark": mark, "is_first": True, "answered_at": now, "given": {"chosen": [0]}}
        db.add(QuizAnswer(try_id=one.id, question_id=its_id, **facts))
    await db.commit()


def right_answer(question: dict[str, Any]) -> dict[str, Any]:
    key = {choice["text"]: choice["key"] for choice in question["choices"]}
    match question["kind"]:
        case "number":
            return {"number": 0.8}
        case "match":
            return {"matched": [key[text] for text in RIGHT["match"]]}
        case kind:
            return {"chosen": [key[text] for text in RIGHT[kind] if text in key]}
