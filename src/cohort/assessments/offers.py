"""What a cohort's guide has besides its milestones: pages offer only what is there."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.models import AssessmentStatement
from cohort.cohorts.models import Cohort
from cohort.guides.models import Guide
from cohort.guides.service import first_of, holder_of_quizzes
from cohort.quizzes.models import Quiz, QuizExam


@dataclass(frozen=True, slots=True)
class Offers:
    quizzes: bool
    assessment: bool
    """Statements to answer, or quizzes that tell instead of them."""
    readiness: bool


async def offers_of(db: AsyncSession, cohort_id: UUID) -> Offers:
    """One statement."""
    whose, holder = first_of(Guide), holder_of_quizzes(Guide)
    quizzes = select(Quiz.id).where(Quiz.guide_id == holder, Quiz.retired_at.is_(None)).exists()
    statements = (
        select(AssessmentStatement.id)
        .where(AssessmentStatement.guide_id == whose, AssessmentStatement.retired_at.is_(None))
        .exists()
    )
    exam = select(QuizExam.id).where(QuizExam.guide_id == holder).exists()
    found = await db.execute(
        select(quizzes, or_(quizzes, statements), exam)
        .select_from(Guide)
        .join(Cohort, Cohort.guide_id == Guide.id)
        .where(Cohort.id == cohort_id)
    )
    return Offers(*found.one())
