"""How somebody's first answers went, by official section."""

from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.quizzes.models import QuizAnswer, QuizQuestion, QuizTry


async def first_answers(db: AsyncSession, enrolment_id: UUID) -> dict[str, tuple[int, int]]:
    """By the section's slug: how many were answered, and how many of them wholly right."""
    right = func.sum(cast(func.floor(QuizAnswer.mark), Integer))
    found = await db.execute(
        select(QuizQuestion.exam_section, func.count(), right)
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .join(QuizQuestion, QuizQuestion.id == QuizAnswer.question_id)
        .where(QuizTry.enrolment_id == enrolment_id, QuizAnswer.is_first)
        .group_by(QuizQuestion.exam_section)
        .order_by(QuizQuestion.exam_section)
    )
    return {section: (answered, int(count)) for section, answered, count in found}
