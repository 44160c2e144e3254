"""What quizzes and mock exams say about somebody's gaps, as the matching reads them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.quizzes import reading
from cohort.quizzes.models import QuizAnswer, QuizQuestion, QuizTry
from cohort.quizzes.readiness import HALF_AFTER

ENOUGH = 5
"""With fewer answers, a section says nothing about her."""
WEAK = 0.7
"""Whoever has this share right or more has no gap there."""

Gaps = Mapping[UUID, dict[str, float]]


async def with_quizzes(db: AsyncSession, cohort_id: UUID, gaps: Gaps, *, now: datetime) -> Gaps:
    """The gaps of the plans; a section of the exam that went badly makes its skills greater gaps.

    A skill's gap is the share that is not right, where it is greater than what the plan says.
    Two statements for the whole cohort.
    """
    exam = await reading.exam_of(db, cohort_id)
    if exam is None:
        return gaps
    skills: dict[str, list[str]] = {one["slug"]: one["skills"] for one in exam.sections}
    age = cast(func.extract("epoch", now - QuizTry.handed_in_at), Float)
    weight = func.power(0.5, func.greatest(age, 0.0) / HALF_AFTER.total_seconds())
    is_right = func.floor(QuizAnswer.mark)
    found = await db.execute(
        select(
            QuizTry.enrolment_id,
            QuizQuestion.exam_section,
            func.sum(is_right * weight) / func.sum(weight),
        )
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .join(QuizQuestion, QuizQuestion.id == QuizAnswer.question_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(QuizAnswer.is_first, QuizQuestion.guide_id == exam.guide_id)
        .group_by(QuizTry.enrolment_id, QuizQuestion.exam_section)
        .having(func.count() >= ENOUGH)
        .order_by(QuizTry.enrolment_id, QuizQuestion.exam_section)
    )
    merged: dict[UUID, dict[str, float]] = {its_id: {**weights} for its_id, weights in gaps.items()}
    for enrolment_id, section, share in found:
        if share >= WEAK:
            continue
        lacks = round(1 - float(share), 6)
        hers = merged.setdefault(enrolment_id, {})
        for skill in skills.get(section, ()):
            hers[skill] = max(hers.get(skill, 0.0), lacks)
    return merged
