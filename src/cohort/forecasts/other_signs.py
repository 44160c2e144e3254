"""What sessions and mock exams say about how somebody's studies go; two statements for all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.forecasts.outlook import StudyFacts
from cohort.guides.models import Guide
from cohort.guides.service import holder_of_quizzes
from cohort.quizzes.models import Quiz, QuizExam, QuizKind, QuizTry
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace, SessionState

LOOKED_BACK = timedelta(weeks=6)


async def with_other_signs(
    db: AsyncSession, cohort: Cohort, works: Sequence[StudyFacts], *, at: datetime
) -> Sequence[StudyFacts]:
    missed = await _missed_sessions(db, cohort.id, at)
    failed = await _failed_mock_exams(db, cohort.id, at)
    return [
        replace(
            one,
            sessions_missed=missed.get(one.enrolment_id, 0),
            mock_exam_failed_at=failed.get(one.enrolment_id),
        )
        if one.enrolment_id in missed or one.enrolment_id in failed
        else one
        for one in works
    ]


async def _missed_sessions(db: AsyncSession, cohort_id: UUID, at: datetime) -> dict[UUID, int]:
    """Those that she had signed up for, and of which it is known who was there."""
    someone = aliased(SessionPlace)
    was_noted = select(someone.id).where(
        someone.session_id == LiveSession.id, someone.attended_at.is_not(None)
    )
    found = await db.execute(
        select(Enrolment.id, func.count())
        .join(SessionPlace, SessionPlace.person_id == Enrolment.person_id)
        .join(LiveSession, LiveSession.id == SessionPlace.session_id)
        .where(Enrolment.cohort_id == cohort_id, LiveSession.cohort_id == cohort_id)
        .where(LiveSession.state == SessionState.PLANNED)
        .where(LiveSession.starts_at.between(at - LOOKED_BACK, at), was_noted.exists())
        .where(SessionPlace.state == PlaceState.COMING, SessionPlace.attended_at.is_(None))
        .group_by(Enrolment.id)
    )
    return {its_id: count for its_id, count in found}  # noqa: C416  (rows are no pairs to mypy)


async def _failed_mock_exams(
    db: AsyncSession, cohort_id: UUID, at: datetime
) -> dict[UUID, datetime]:
    """When, of those whose newest mock exam was below the pass mark."""
    share = cast(QuizTry.right, Float) / func.cardinality(QuizTry.question_ids)
    found = await db.execute(
        select(QuizTry.enrolment_id, QuizTry.handed_in_at, (share < QuizExam.pass_mark))
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Guide, Guide.id == Cohort.guide_id)
        .join(QuizExam, QuizExam.guide_id == holder_of_quizzes(Guide))
        .where(Enrolment.cohort_id == cohort_id, Quiz.kind == QuizKind.MOCK_EXAM)
        .where(QuizTry.handed_in_at.between(at - LOOKED_BACK, at))
        .order_by(QuizTry.handed_in_at)
    )
    newest = {its_id: (when, is_failed) for its_id, when, is_failed in found}
    return {its_id: when for its_id, (when, is_failed) in newest.items() if is_failed and when}
