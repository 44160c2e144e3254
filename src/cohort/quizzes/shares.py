"""How somebody's first answers went, by official section."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.quizzes.models import Quiz, QuizKind, QuizSectionResult, QuizTry

FirstAnswers = Mapping[str, tuple[int, int, int]]
"""By the section's slug: how many were answered, how many of them wholly right, and how many of
them in a placement quiz."""


async def first_answers(db: AsyncSession, enrolment_id: UUID) -> FirstAnswers:
    return (await first_answers_of(db, [enrolment_id])).get(enrolment_id, {})


async def first_answers_of(
    db: AsyncSession, enrolment_ids: Collection[UUID]
) -> Mapping[UUID, FirstAnswers]:
    """The same of many, by enrolment; one statement. Whoever answered nothing is not in it."""
    answered = cast(func.sum(QuizSectionResult.answered), BigInteger)
    right = cast(func.sum(QuizSectionResult.right), BigInteger)
    in_placement = func.sum(QuizSectionResult.answered).filter(Quiz.kind == QuizKind.PLACEMENT)
    placed = cast(func.coalesce(in_placement, 0), BigInteger)
    found = await db.execute(
        select(QuizTry.enrolment_id, QuizSectionResult.exam_section, answered, right, placed)
        .join(QuizTry, QuizTry.id == QuizSectionResult.try_id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .where(QuizTry.enrolment_id.in_(enrolment_ids))
        .group_by(QuizTry.enrolment_id, QuizSectionResult.exam_section)
        .order_by(QuizTry.enrolment_id, QuizSectionResult.exam_section)
    )
    counts: dict[UUID, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for enrolment_id, section, many, well, few in found:
        counts[enrolment_id][section] = (many, well, few)
    return counts
