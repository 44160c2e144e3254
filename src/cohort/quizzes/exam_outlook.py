"""How ready somebody is for the exam, as each reader may know it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, MentorSees
from cohort.errors import NotFound
from cohort.people.models import Person
from cohort.quizzes import policy, reading
from cohort.quizzes.mock_exams import apportion
from cohort.quizzes.models import QuizAnswer, QuizQuestion, QuizTry
from cohort.quizzes.readiness import AnswerCounts, ExamForecast, forecast, weight_of
from cohort.quizzes.reading import Exam
from cohort.quizzes.schemas import ReadinessOut, ReadinessSectionOut

Answers = Sequence[tuple[str, float, datetime]]
"""Of each: the official section, the mark, and when it was handed in."""


async def get_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    """With person and cohort, if the actor may read how ready she is."""
    found: Enrolment | None = await db.scalar(
        policy.readiness_visible_to(actor)
        .where(Enrolment.id == enrolment_id)
        .options(
            joinedload(Enrolment.person, innerjoin=True),
            joinedload(Enrolment.cohort, innerjoin=True),
        )
    )
    if found is None:
        raise NotFound
    return found


async def readiness(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> ReadinessOut:
    enrolment = await get_enrolment(db, actor, enrolment_id)
    exam = await reading.exam_of(db, enrolment.cohort_id)
    if exam is None:
        raise NotFound("The guide of this cohort leads to no exam that we know.")
    found = await db.execute(
        select(QuizQuestion.exam_section, QuizAnswer.mark, QuizTry.handed_in_at)
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .join(QuizQuestion, QuizQuestion.id == QuizAnswer.question_id)
        .where(QuizTry.enrolment_id == enrolment_id, QuizAnswer.is_first)
        .order_by(QuizQuestion.position, QuizQuestion.id)
    )
    answers = [(section, mark or 0.0, at or now) for section, mark, at in found]
    told = _told(enrolment, exam, answers, now)
    only_counts = enrolment.mentor_sees is MentorSees.COUNTS
    if only_counts and await _reads_as_mentor(db, actor, enrolment):
        told.sections = None
    return told


async def _reads_as_mentor(db: AsyncSession, actor: Person, enrolment: Enrolment) -> bool:
    """Whoever organises the cohort, too, reads as an organiser."""
    whole = policy.reads_all_of(actor).where(Enrolment.id == enrolment.id)
    return await db.scalar(whole.with_only_columns(Enrolment.id)) is None


def _told(enrolment: Enrolment, exam: Exam, answers: Answers, now: datetime) -> ReadinessOut:
    weights = {one["slug"]: one["weight"] for one in exam.sections}
    standings = standings_of(answers, apportion(exam.questions, weights), now)
    outlook = forecast_of(tuple(standings.values()), exam.pass_mark)
    right = defaultdict[str, int](int)
    for section, mark, _ in answers:
        right[section] += mark == 1
    sections = sections_of(exam, standings, right, outlook)
    return ReadinessOut(
        enrolment_id=enrolment.id,
        exam=exam.name,
        year=exam.year,
        source=exam.source,
        questions=exam.questions,
        pass_mark=exam.pass_mark,
        needed=outlook.needed,
        answered=outlook.answered,
        **_chance(outlook),
        sections=sections,
    )


def sections_of(
    exam: Exam,
    standings: Mapping[str, AnswerCounts],
    right: Mapping[str, int],
    outlook: ExamForecast,
) -> list[ReadinessSectionOut]:
    """In the order of the exam; `right` counts what is wholly right."""
    return [
        ReadinessSectionOut(
            slug=one["slug"],
            title=one["title"],
            weight=one["weight"],
            questions=standings[one["slug"]].questions,
            answered=standings[one["slug"]].answered,
            right=right.get(one["slug"], 0),
            share=its.mean,
            share_from=its.low,
            share_to=its.high,
            gain_per_hour=its.gain if outlook.is_enough else None,
        )
        for one, its in zip(exam.sections, outlook.sections, strict=True)
    ]


@lru_cache(maxsize=5_000)
def forecast_of(standings: tuple[AnswerCounts, ...], pass_mark: float) -> ExamForecast:
    """Kept, as the same answers say the same for a whole day."""
    return forecast(standings, pass_mark)


def _chance(outlook: ExamForecast) -> dict[str, Any]:
    """Nothing, where there are too few answers."""
    names = {
        "chance": outlook.chance,
        "chance_from": outlook.chance_low,
        "chance_to": outlook.chance_high,
        "expected": outlook.expected,
        "expected_from": outlook.low,
        "expected_to": outlook.high,
    }
    return names if outlook.is_enough else dict.fromkeys(names)


def standings_of(
    answers: Answers, questions: Mapping[str, int], now: datetime
) -> dict[str, AnswerCounts]:
    """The exam counts what is wholly right; what is of a section of before is left out."""
    answered, right, wrong = (defaultdict[str, float](float) for _ in range(3))
    for section, mark, at in answers:
        answered[section] += 1
        (right if mark == 1 else wrong)[section] += weight_of(now - at)
    return {
        slug: AnswerCounts(count, int(answered[slug]), round(right[slug], 9), round(wrong[slug], 9))
        for slug, count in questions.items()
    }
