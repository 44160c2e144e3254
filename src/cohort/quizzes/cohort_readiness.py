"""Who of a cohort may book the exam, and which sections would help each most."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import NotFound
from cohort.guides.models import Milestone, MilestoneKind
from cohort.http.paging import Page, Slice, page_within
from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.exam_outlook import forecast_of, sections_of
from cohort.quizzes.mock_exams import apportion
from cohort.quizzes.models import Quiz, QuizExam, QuizSectionResult, QuizTry
from cohort.quizzes.readiness import ENOUGH, AnswerCounts, Floats, chances
from cohort.quizzes.schemas import CohortReadinessOut, ExamStanding, ReadinessSearch
from cohort.quizzes.weak_sections import weight_of_try
from cohort.study.models import ItemState, PlanItem

READY, CLOSE = 0.8, 0.5
"""Least chances to pass."""
ORDER = {standing: place for place, standing in enumerate(ExamStanding)}
AT_ONCE = 50
"""Rows of the table to download that are worked out together."""


@dataclass
class ExamCandidate:
    """What is known of one researcher before her forecast is worked out."""

    enrolment_id: UUID
    name: str
    milestone: MilestoneKind | None
    """The furthest that she has passed of booking the exam and its result."""
    counts: dict[str, AnswerCounts]
    enough: int
    """So many answers are as many as the exam has questions."""
    right: dict[str, int] = field(default_factory=dict)
    chance: float = 0.0

    @cached_property
    def answered(self) -> int:
        return sum(one.answered for one in self.counts.values())

    @cached_property
    def standing(self) -> ExamStanding:
        if self.milestone is MilestoneKind.EXAM_RESULT:
            return ExamStanding.PASSED
        if self.milestone is MilestoneKind.EXAM_BOOKING:
            return ExamStanding.BOOKED
        if self.answered < ENOUGH:
            return ExamStanding.TOO_FEW_ANSWERS
        if self.chance >= READY and self.answered >= self.enough:
            return ExamStanding.READY
        return ExamStanding.CLOSE if self.chance >= CLOSE else ExamStanding.NOT_YET


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those who were sought, whoever may book first; and how many stand how."""

    exam: QuizExam
    found: Sequence[ExamCandidate]
    counts: Mapping[ExamStanding, int]


async def candidates(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: ReadinessSearch, *, now: datetime
) -> Candidates:
    """Everyone who studies in the cohort; as many statements for one as for all."""
    await cohorts.require_organiser(db, actor, cohort_id)
    exam = await reading.exam_of(db, cohort_id)
    if exam is None:
        raise NotFound("The guide of this cohort leads to no exam that we know.")
    everyone = await _read(db, exam, cohort_id, now)
    right, wrong = _weights(everyone)
    questions = tuple(one.questions for one in everyone[0].counts.values()) if everyone else ()
    told = await asyncio.to_thread(
        _chances, right.tobytes(), wrong.tobytes(), questions, exam.pass_mark
    )
    for one, its in zip(everyone, told, strict=True):
        one.chance = its
    sought = wanted.q.strip().casefold()
    found = [
        one
        for one in everyone
        if sought in one.name.casefold() and wanted.standing in {None, one.standing}
    ]
    found.sort(key=lambda one: (ORDER[one.standing], -round(one.chance, 6), one.name.casefold()))
    return Candidates(exam, found, Counter(one.standing for one in everyone))


def _weights(everyone: Sequence[ExamCandidate]) -> tuple[Floats, Floats]:
    all_counts = [list(one.counts.values()) for one in everyone]
    right = np.array([[one.right for one in counts] for counts in all_counts])
    wrong = np.array([[one.wrong for one in counts] for counts in all_counts])
    return right, wrong


@lru_cache(maxsize=32)
def _chances(
    right: bytes, wrong: bytes, questions: tuple[int, ...], pass_mark: float
) -> Sequence[float]:
    """Kept, as answers weigh the same for a whole day."""
    if not right:
        return []
    shape = (-1, len(questions))
    of_right, of_wrong = (np.frombuffer(one).reshape(shape) for one in (right, wrong))
    told: list[float] = chances(questions, of_right, of_wrong, pass_mark).tolist()
    return told


async def _read(
    db: AsyncSession, exam: QuizExam, cohort_id: UUID, now: datetime
) -> list[ExamCandidate]:
    questions = apportion(exam.questions, {one["slug"]: one["weight"] for one in exam.sections})
    nothing = {slug: AnswerCounts(count, 0, 0.0, 0.0) for slug, count in questions.items()}
    reached = await _reached(db, cohort_id)
    people = await db.execute(
        select(Enrolment.id, Person.name)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Enrolment.created_at, Enrolment.id)
    )
    known = {
        its_id: ExamCandidate(its_id, name, reached.get(its_id), dict(nothing), exam.questions)
        for its_id, name in people
    }
    for row in await _answers(db, exam, cohort_id, now):
        one = known.get(row.enrolment_id)
        if one is None:
            continue
        for section, answered, right, weight, right_weight in zip(
            row.sections, row.answered, row.right, row.weight, row.right_weight, strict=True
        ):
            if section in questions:
                faded = round(weight - right_weight, 9)
                one.counts[section] = AnswerCounts(
                    questions[section], answered, round(right_weight, 9), faded
                )
                one.right[section] = right
    return list(known.values())


async def _reached(db: AsyncSession, cohort_id: UUID) -> dict[UUID, MilestoneKind]:
    found = await db.execute(
        select(PlanItem.enrolment_id, Milestone.kind)
        .join(PlanItem.milestone)
        .join(PlanItem.enrolment)
        .where(Enrolment.cohort_id == cohort_id, PlanItem.state == ItemState.PASSED)
        .where(Milestone.kind.in_([MilestoneKind.EXAM_BOOKING, MilestoneKind.EXAM_RESULT]))
        # A result comes last, and so stays.
        .order_by(Milestone.kind == MilestoneKind.EXAM_RESULT)
    )
    return {row.enrolment_id: row.kind for row in found}


async def _answers(
    db: AsyncSession, exam: QuizExam, cohort_id: UUID, now: datetime
) -> Sequence[Any]:
    """By person: first answers of each section of the exam, counted and weighed, in lists.

    A row of each person and section would be six times as many to read.
    """
    weight, its = weight_of_try(now), QuizSectionResult
    each = (
        select(
            QuizTry.enrolment_id,
            its.exam_section,
            cast(func.sum(its.answered), Integer).label("answered"),
            cast(func.sum(its.right), Integer).label("right"),
            func.sum(weight * its.answered).label("weight"),
            func.sum(weight * its.right).label("right_weight"),
        )
        .join(QuizTry, QuizTry.id == its.try_id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, Quiz.guide_id == exam.guide_id)
        .group_by(QuizTry.enrolment_id, its.exam_section)
        .subquery()
        .c
    )
    found = await db.execute(
        select(
            each.enrolment_id,
            func.array_agg(each.exam_section).label("sections"),
            func.array_agg(each.answered).label("answered"),
            func.array_agg(each.right).label("right"),
            func.array_agg(each.weight).label("weight"),
            func.array_agg(each.right_weight).label("right_weight"),
        ).group_by(each.enrolment_id)
    )
    rows: Sequence[Any] = found.all()
    return rows


async def listed(told: Candidates, part: Slice) -> Page[CohortReadinessOut]:
    """One page, with ranges and gains, which are worked out beside the event loop."""
    page = page_within(told.found, part)
    return Page(await _rows(told.exam, page.items), page.next)


async def all_rows(told: Candidates) -> AsyncGenerator[list[CohortReadinessOut]]:
    """For the table to download: part after part, so that nobody else waits long."""
    for start in range(0, len(told.found), AT_ONCE):
        yield await _rows(told.exam, told.found[start : start + AT_ONCE])


async def _rows(exam: QuizExam, some: Sequence[ExamCandidate]) -> list[CohortReadinessOut]:
    return await asyncio.to_thread(lambda: [_row(exam, one) for one in some])


def _row(exam: QuizExam, one: ExamCandidate) -> CohortReadinessOut:
    standings = list(one.counts.values())
    outlook = forecast_of(tuple(standings), exam.pass_mark)
    sections = sections_of(exam, one.counts, one.right, outlook)
    return CohortReadinessOut(
        enrolment_id=one.enrolment_id,
        name=one.name,
        standing=one.standing,
        answered=one.answered,
        chance=outlook.chance if outlook.is_enough else None,
        chance_from=outlook.chance_low if outlook.is_enough else None,
        chance_to=outlook.chance_high if outlook.is_enough else None,
        sections=sections,
    )
