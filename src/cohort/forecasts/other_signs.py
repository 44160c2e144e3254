"""What sessions and mock exams say about how somebody's studies go; two statements for all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import DateTime, Float, Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import Prepared, given
from cohort.forecasts.outlook import StudyFacts
from cohort.guides.models import Guide
from cohort.guides.service import holder_of_quizzes
from cohort.quizzes.models import Quiz, QuizExam, QuizKind, QuizTry
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace, SessionState

LOOKED_BACK = timedelta(weeks=6)
COHORT_ID = given("cohort_id", Uuid())
SINCE, AT = given("since", DateTime(timezone=True)), given("at", DateTime(timezone=True))


async def with_other_signs(
    db: AsyncSession, cohort: Cohort, works: Sequence[StudyFacts], *, at: datetime
) -> Sequence[StudyFacts]:
    lately = {"cohort_id": cohort.id, "since": at - LOOKED_BACK, "at": at}
    missed = dict(map(tuple, await _missed_sessions().rows(db, **lately)))
    exams = await _mock_exams().rows(db, **lately)
    newest = {its_id: (when, is_failed) for its_id, when, is_failed in exams}
    failed = {its_id: when for its_id, (when, is_failed) in newest.items() if is_failed}
    return [
        one._replace(
            sessions_missed=missed.get(one.enrolment_id, 0),
            mock_exam_failed_at=failed.get(one.enrolment_id),
        )
        if one.enrolment_id in missed or one.enrolment_id in failed
        else one
        for one in works
    ]


@cache
def _missed_sessions() -> Prepared:
    """How many of those that each had signed up for, and of which it is known who was there."""
    someone = aliased(SessionPlace)
    was_noted = select(someone.id).where(
        someone.session_id == LiveSession.id, someone.attended_at.is_not(None)
    )
    return Prepared(
        select(Enrolment.id, func.count())
        .join(SessionPlace, SessionPlace.person_id == Enrolment.person_id)
        .join(LiveSession, LiveSession.id == SessionPlace.session_id)
        .where(Enrolment.cohort_id == COHORT_ID, LiveSession.cohort_id == COHORT_ID)
        .where(LiveSession.state == SessionState.PLANNED)
        .where(LiveSession.starts_at.between(SINCE, AT), was_noted.exists())
        .where(SessionPlace.state == PlaceState.COMING, SessionPlace.attended_at.is_(None))
        .group_by(Enrolment.id)
    )


@cache
def _mock_exams() -> Prepared:
    """Each with its moment and whether it was below the pass mark, the newest last."""
    share = cast(QuizTry.right, Float) / func.cardinality(QuizTry.question_ids)
    return Prepared(
        select(QuizTry.enrolment_id, QuizTry.handed_in_at, (share < QuizExam.pass_mark))
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Guide, Guide.id == Cohort.guide_id)
        .join(QuizExam, QuizExam.guide_id == holder_of_quizzes(Guide))
        .where(Enrolment.cohort_id == COHORT_ID, Quiz.kind == QuizKind.MOCK_EXAM)
        .where(QuizTry.handed_in_at.between(SINCE, AT))
        .order_by(QuizTry.handed_in_at)
    )
