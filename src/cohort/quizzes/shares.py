"""How somebody's first answers went, by official section."""

from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.quizzes.models import QuizSectionResult, QuizTry


async def first_answers(db: AsyncSession, enrolment_id: UUID) -> dict[str, tuple[int, int]]:
    """By the section's slug: how many were answered, and how many of them wholly right."""
    answered = cast(func.sum(QuizSectionResult.answered), BigInteger)
    right = cast(func.sum(QuizSectionResult.right), BigInteger)
    found = await db.execute(
        select(QuizSectionResult.exam_section, answered, right)
        .join(QuizTry, QuizTry.id == QuizSectionResult.try_id)
        .where(QuizTry.enrolment_id == enrolment_id)
        .group_by(QuizSectionResult.exam_section)
        .order_by(QuizSectionResult.exam_section)
    )
    return {section: (many, well) for section, many, well in found}
