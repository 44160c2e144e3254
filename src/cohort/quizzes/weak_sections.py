"""Which official sections of the exam go badly, person by person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Float, Uuid, any_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import NOW, Prepared, given
from cohort.guides.models import Guide, Milestone, MilestoneKind
from cohort.guides.service import first_of
from cohort.quizzes.models import Quiz, QuizSectionResult, QuizTry
from cohort.quizzes.readiness import HALF_AFTER
from cohort.quizzes.reading import exams_of
from cohort.study.models import ItemState, PlanItem

ENOUGH = 5
"""With fewer answers, a section says nothing about her."""
WEAK = 0.7
"""Whoever has this share right or more has no gap there."""
WEAK_AFTER_A_FAILED_EXAM = 0.85
"""Where the exam itself was failed, what looked good enough was not."""


@dataclass(frozen=True, slots=True)
class WeakSection:
    slug: str
    title: str
    weight: int
    """In percent of the exam."""
    skills: Sequence[str]
    answered: int
    share: float
    """Of first answers that are wholly right; each counts half after eight weeks."""


async def weak_sections(
    db: AsyncSession, enrolment_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[WeakSection]]:
    """By enrolment; three statements for however many people, one where no section went badly.

    Whoever has passed the exam has none, whatever the quizzes said before.
    """
    rows = await _shares().rows(db, enrolment_ids=enrolment_ids, now=now)
    if not rows:
        return {}
    results = await _exam_results(db, enrolment_ids)
    exams = await exams_of(db, Guide.id.in_({row["guide_id"] for row in rows}))
    parts = {
        (guide_id, one["slug"]): one for guide_id, exam in exams.items() for one in exam.sections
    }
    found: dict[UUID, list[WeakSection]] = defaultdict(list)
    for row in rows:
        result = results.get(row["enrolment_id"])
        least = WEAK_AFTER_A_FAILED_EXAM if result is ItemState.AGAIN else WEAK
        official = parts.get((row["guide_id"], row["exam_section"]))
        if official and row["share"] < least and result is not ItemState.PASSED:
            facts = {name: official[name] for name in ("slug", "title", "weight", "skills")}
            found[row["enrolment_id"]].append(
                WeakSection(**facts, answered=int(row["answered"]), share=row["share"])
            )
    return found


@cache
def _shares() -> Prepared:
    """To the quizzes of her guide, in whichever version."""
    its = aliased(Guide)
    weight = weight_of_try()
    answered = func.sum(QuizSectionResult.answered)
    share = func.sum(weight * QuizSectionResult.right) / func.sum(
        weight * QuizSectionResult.answered
    )
    return Prepared(
        select(
            QuizTry.enrolment_id,
            Guide.id.label("guide_id"),
            QuizSectionResult.exam_section,
            answered.label("answered"),
            cast(share, Float).label("share"),
        )
        .join(QuizTry, QuizTry.id == QuizSectionResult.try_id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Guide, Guide.id == Cohort.guide_id)
        .join(its, its.id == Quiz.guide_id)
        .where(Enrolment.id == any_(given("enrolment_ids", ARRAY(Uuid()))))
        .where(first_of(its) == first_of(Guide))
        .group_by(QuizTry.enrolment_id, Guide.id, QuizSectionResult.exam_section)
        .having(answered >= ENOUGH, share < WEAK_AFTER_A_FAILED_EXAM)
        .order_by(QuizTry.enrolment_id, QuizSectionResult.exam_section)
    )


def weight_of_try() -> ColumnElement[float]:
    """As `readiness.weight_of`, by whole days."""
    days = func.floor(cast(func.extract("epoch", NOW - QuizTry.handed_in_at), Float) / 86_400)
    weight: ColumnElement[float] = func.power(0.5, func.greatest(days, 0.0) / HALF_AFTER.days)
    return weight


async def _exam_results(db: AsyncSession, enrolment_ids: Sequence[UUID]) -> dict[UUID, ItemState]:
    """How the exam went for those who handed in their result: passed, or again."""
    found = await db.execute(
        select(PlanItem.enrolment_id, PlanItem.state)
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id.in_(enrolment_ids))
        .where(Milestone.kind == MilestoneKind.EXAM_RESULT)
        .where(PlanItem.state.in_([ItemState.AGAIN, ItemState.PASSED]))
        .order_by(PlanItem.enrolment_id, PlanItem.state)
    )
    return {row.enrolment_id: row.state for row in found}
