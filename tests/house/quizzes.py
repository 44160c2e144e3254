"""The quizzes of the guide, and the try that Ada has begun."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Guide
from cohort.people.models import Person
from cohort.quizzes import service
from cohort.quizzes.importing import import_quizzes
from cohort.quizzes.models import Quiz
from tests.house.assessments import bring_statements, of_assessments

FILE = """
[exam]
name = "Machine Learning Engineer"
year = 2024
source = "https://example.org/exam"
questions = 3
minutes = 10
pass_mark = 0.7

[[section]]
slug = "models"
title = "Models"
weight = 70
skills = ["pipelines"]

[[section]]
slug = "serving"
title = "Serving"
weight = 30
skills = ["serving"]

[[question]]
slug = "batch"
kind = "single"
exam_section = "serving"
section = "bridging"
text = "Scores are read once a night. How do you *serve* them?"
right = "As a batch"
wrong = ["Online", "By mail"]
explanation = "Nobody waits for them."

[[question]]
slug = "drift"
kind = "single"
exam_section = "models"
section = "bridging"
text = "The inputs changed. What is it?"
right = "Drift"
wrong = ["Skew", "Noise"]
explanation = "It came with time."

[[question]]
slug = "split"
kind = "single"
exam_section = "models"
section = "preparation"
text = "How do you split a time series?"
right = "By time"
wrong = ["At random", "By name"]
explanation = "The future is not known."

[[question]]
slug = "leaks"
kind = "multiple"
exam_section = "models"
section = "preparation"
text = "Which of these leak?"
right = ["The label", "The future"]
wrong = ["The past", "The weather"]
explanation = "Nobody has them in time."

[[question]]
slug = "precision"
kind = "number"
exam_section = "models"
section = "preparation"
text = "8 of 10 alarms are true. What is the precision?"
number = 0.8
tolerance = 0.01
explanation = "8 / 10."

[[question]]
slug = "partners"
kind = "match"
exam_section = "serving"
section = "preparation"
text = "What does what?"
pairs = [["Registry", "Versions"], ["Endpoint", "Answers"], ["Store", "Features"]]
wrong = ["Nothing"]
explanation = "By name."

[[quiz]]
slug = "all"
title = "All of it"
questions = ["batch", "drift", "leaks", "precision", "partners"]

[[mock_exam]]
slug = "mock"
title = "Mock exam"
"""


def of_quizzes(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    quiz = {"quiz_id": str(ids["quiz_id"])}
    return {
        "POST /api/v1/enrolments/{enrolment_id}/tries": {"json": quiz},
        "PUT /api/v1/tries/{try_id}/answers/{question_id}": {
            "json": {"chosen": ["a"]},
            "ids": {"question_id": ids["quiz_question_id"]},
        },
        "POST /plan/{enrolment_id}/quizzes": {"data": quiz},
        **of_assessments(),
        "GET /tries/{try_id}/{number}": {"ids": {"number": 1}},
        "POST /tries/{try_id}/{number}": {"data": {"chosen": "a"}, "ids": {"number": 1}},
    }


async def begin_a_quiz(
    db: AsyncSession, ids: dict[str, Any], researcher: Person, now: datetime
) -> dict[str, Any]:
    guide = await db.get_one(Guide, ids["guide_id"])
    await import_quizzes(db, guide, FILE, now=now)
    await bring_statements(db, guide, now)
    quiz = (await db.scalars(select(Quiz).where(Quiz.slug == "all"))).one()
    one = await service.begin(db, researcher, ids["enrolment_id"], quiz.id, now=now)
    return {"quiz_id": quiz.id, "try_id": one.id, "quiz_question_id": one.question_ids[0]}
