"""The placement quiz of somebody's guide, and how hers went by official section."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Guide
from cohort.guides.service import first_of, holder_of_quizzes
from cohort.quizzes.models import Quiz, QuizAnswer, QuizKind, QuizQuestion, QuizTry
from cohort.quizzes.reading import exam_of


@dataclass(frozen=True, slots=True)
class PlacedSection:
    slug: str
    title: str
    asked: int
    right: int
    """Wholly right."""


@dataclass(frozen=True, slots=True)
class Placement:
    quiz_id: UUID
    title: str
    about: str
    questions: int
    try_id: UUID | None
    """Hers, open or handed in: there is one."""
    handed_in_at: datetime | None
    sections: Sequence[PlacedSection]
    """In the order of the exam; none before it is handed in."""


async def placement_of(db: AsyncSession, enrolment_id: UUID) -> Placement | None:
    """Nothing, where the guide has none; at most three statements.

    One that was retired, or was of an earlier version, stays to be read by whoever has taken it.
    """
    its = aliased(Guide)
    hers = and_(QuizTry.quiz_id == Quiz.id, QuizTry.enrolment_id == enrolment_id)
    is_live = Quiz.retired_at.is_(None) & (holder_of_quizzes(Guide) == Quiz.guide_id)
    found = await db.execute(
        select(Quiz, QuizTry, Cohort.id)
        .join(its, its.id == Quiz.guide_id)
        .join(Guide, first_of(Guide) == first_of(its))
        .join(Cohort, Cohort.guide_id == Guide.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .outerjoin(QuizTry, hers)
        .where(Enrolment.id == enrolment_id, Quiz.kind == QuizKind.PLACEMENT)
        .where(is_live | QuizTry.handed_in_at.is_not(None))
        .order_by(QuizTry.handed_in_at.desc().nulls_last(), is_live.desc())
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        return None
    quiz, one, cohort_id = row
    return Placement(
        quiz_id=quiz.id,
        title=quiz.title,
        about=quiz.about,
        questions=len(quiz.question_ids),
        try_id=one.id if one else None,
        handed_in_at=one.handed_in_at if one else None,
        sections=await _sections(db, one.id, cohort_id) if one and one.handed_in_at else [],
    )


async def _sections(db: AsyncSession, try_id: UUID, cohort_id: UUID) -> list[PlacedSection]:
    """A section that is no longer official comes last, by its slug."""
    exam = await exam_of(db, cohort_id)
    titles = {one["slug"]: one["title"] for one in exam.sections} if exam else {}
    right = func.count().filter(QuizAnswer.mark == 1)
    found = await db.execute(
        select(QuizQuestion.exam_section, func.count(), right)
        .join(QuizAnswer, QuizAnswer.question_id == QuizQuestion.id)
        .where(QuizAnswer.try_id == try_id)
        .group_by(QuizQuestion.exam_section)
        .order_by(QuizQuestion.exam_section)
    )
    rows = [PlacedSection(slug, titles.get(slug, slug), *counts) for slug, *counts in found]
    places = {slug: place for place, slug in enumerate(titles)}
    return sorted(rows, key=lambda one: places.get(one.slug, len(places)))
