"""How somebody's first answers went, by official section."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.quizzes.models import Quiz, QuizKind, QuizSectionResult, QuizTry

FirstAnswers = Mapping[str, tuple[int, int, int]]


async def first_answers(db: AsyncSession, enrolment_id: UUID) -> FirstAnswers:
    """By the section's slug: how many were answered, how many of them wholly right.

    And how many of them in a placement quiz.
    """
    answered = cast(func.sum(QuizSectionResult.answered), BigInteger)
    right = cast(func.sum(QuizSectionResult.right), BigInteger)
    in_placement = func.sum(QuizSectionResult.answered).filter(Quiz.kind == QuizKind.PLACEMENT)
    placed = cast(func.coalesce(in_placement, 0), BigInteger)
    found = await db.execute(
        select(QuizSectionResult.exam_section, answered, right, placed)
        .join(QuizTry, QuizTry.id == QuizSectionResult.try_id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .where(QuizTry.enrolment_id == enrolment_id)
        .group_by(QuizSectionResult.exam_section)
        .order_by(QuizSectionResult.exam_section)
    )
    return {section: (many, well, placed) for section, many, well, placed in found}
