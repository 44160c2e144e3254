"""Who of a cohort may book the exam, and which sections would help each most."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import NotFound
from cohort.guides.models import Milestone, MilestoneKind
from cohort.http.paging import Page, Slice, page_within
from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.exam_outlook import forecast_of, sections_of
from cohort.quizzes.kept_results import KEPT, Numbers, SectionAnswers
from cohort.quizzes.mock_exams import apportion
from cohort.quizzes.readiness import ENOUGH, AnswerCounts, Floats, chances
from cohort.quizzes.reading import Exam
from cohort.quizzes.schemas import CohortReadinessOut, ExamStanding, ReadinessSearch
from cohort.study.models import ItemState, PlanItem

READY, CLOSE = 0.8, 0.5
"""Least chances to pass."""
ORDER = {standing: place for place, standing in enumerate(ExamStanding)}
CHANCES_KEPT = 50_000
AT_ONCE = 50
"""Rows of the table to download that are worked out together."""


@dataclass(frozen=True, slots=True)
class ExamCandidate:
    """What is known of one researcher before her forecast is worked out."""

    enrolment_id: UUID
    name: str
    place: int
    """Her row in the answers of all."""
    answered: int
    chance: float
    standing: ExamStanding


@dataclass(frozen=True, slots=True)
class AnswersOfAll:
    """[people, sections of the exam] each; the last two weighed by age."""

    questions: Mapping[str, int]
    answered: Numbers
    right: Numbers
    right_weight: Floats
    wrong_weight: Floats

    def counts(self, place: int) -> dict[str, AnswerCounts]:
        each = (self.answered, self.right_weight, self.wrong_weight)
        rows = zip(self.questions.items(), *(of[place].tolist() for of in each), strict=True)
        return {slug: AnswerCounts(asked, *its) for (slug, asked), *its in rows}

    def wholly_right(self, place: int) -> dict[str, int]:
        return dict(zip(self.questions, self.right[place].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those who were sought, whoever may book first; and how many stand how."""

    exam: Exam
    found: Sequence[ExamCandidate]
    counts: Mapping[ExamStanding, int]
    answers: AnswersOfAll


async def candidates(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: ReadinessSearch, *, now: datetime
) -> Candidates:
    """Everyone who studies in the cohort; as many statements for one as for all."""
    await cohorts.require_organiser(db, actor, cohort_id)
    exam = await reading.exam_of(db, cohort_id)
    if exam is None:
        raise NotFound("The guide of this cohort leads to no exam that we know.")
    reached = await _reached(db, cohort_id)
    people = (
        await db.execute(
            select(Enrolment.id, Person.name)
            .join(Enrolment.person)
            .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
            .order_by(Enrolment.created_at, Enrolment.id)
        )
    ).all()
    kept = await KEPT.of_cohort(db, cohort_id, exam.guide_id, now=now)
    answers = _answers(kept, exam, [its_id for its_id, _ in people], now)
    told = await asyncio.to_thread(CHANCES.of, answers, exam.pass_mark)
    all_answered = answers.answered.sum(axis=1).tolist()
    everyone = [
        ExamCandidate(
            its_id,
            name,
            place,
            answered,
            chance,
            _standing(reached.get(its_id), answered, chance, enough=exam.questions),
        )
        for place, ((its_id, name), answered, chance) in enumerate(
            zip(people, all_answered, told, strict=True)
        )
    ]
    sought = wanted.q.strip().casefold()
    found = [
        one
        for one in everyone
        if sought in one.name.casefold() and wanted.standing in {None, one.standing}
    ]
    found.sort(key=lambda one: (ORDER[one.standing], -round(one.chance, 6), one.name.casefold()))
    return Candidates(exam, found, Counter(one.standing for one in everyone), answers)


def _standing(
    milestone: MilestoneKind | None, answered: int, chance: float, *, enough: int
) -> ExamStanding:
    """`milestone` is the furthest that she has passed of booking the exam and its result."""
    if milestone is MilestoneKind.EXAM_RESULT:
        return ExamStanding.PASSED
    if milestone is MilestoneKind.EXAM_BOOKING:
        return ExamStanding.BOOKED
    if answered < ENOUGH:
        return ExamStanding.TOO_FEW_ANSWERS
    if chance >= READY and answered >= enough:
        return ExamStanding.READY
    return ExamStanding.CLOSE if chance >= CLOSE else ExamStanding.NOT_YET


class KeptChances:
    """By what each has answered, as it weighs today: of a cohort, few change in a minute."""

    def __init__(self) -> None:
        self._kept: dict[bytes, float] = {}

    def of(self, answers: AnswersOfAll, pass_mark: float) -> Sequence[float]:
        questions = list(answers.questions.values())
        exam = repr((questions, pass_mark)).encode()
        weights = np.hstack([answers.right_weight, answers.wrong_weight])
        keys = [exam + hers.tobytes() for hers in weights]
        kept = self._kept if len(self._kept) < CHANCES_KEPT else {}
        places = {key: place for place, key in enumerate(keys) if key not in kept}
        if places:
            new = list(places.values())
            right, wrong = answers.right_weight[new], answers.wrong_weight[new]
            told = chances(questions, right, wrong, pass_mark).tolist()
            self._kept = kept = kept | dict(zip(places, told, strict=True))
        return [kept[key] for key in keys]


CHANCES = KeptChances()


def _answers(
    kept: SectionAnswers, exam: Exam, enrolments: Sequence[UUID], now: datetime
) -> AnswersOfAll:
    questions = apportion(exam.questions, {one["slug"]: one["weight"] for one in exam.sections})
    answered, right, weight, right_weight = kept.sums(enrolments, list(questions), now=now)
    return AnswersOfAll(
        questions, answered, right, right_weight.round(9), (weight - right_weight).round(9)
    )


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


async def listed(told: Candidates, part: Slice) -> Page[CohortReadinessOut]:
    """One page, with ranges and gains, which are worked out beside the event loop."""
    page = page_within(told.found, part)
    return Page(await _rows(told, page.items), page.next)


async def all_rows(told: Candidates) -> AsyncGenerator[list[CohortReadinessOut]]:
    """For the table to download: part after part, so that nobody else waits long."""
    for start in range(0, len(told.found), AT_ONCE):
        yield await _rows(told, told.found[start : start + AT_ONCE])


async def _rows(told: Candidates, some: Sequence[ExamCandidate]) -> list[CohortReadinessOut]:
    return await asyncio.to_thread(lambda: [_row(told, one) for one in some])


def _row(told: Candidates, one: ExamCandidate) -> CohortReadinessOut:
    counts = told.answers.counts(one.place)
    outlook = forecast_of(tuple(counts.values()), told.exam.pass_mark)
    right = told.answers.wholly_right(one.place)
    return CohortReadinessOut(
        enrolment_id=one.enrolment_id,
        name=one.name,
        standing=one.standing,
        answered=one.answered,
        chance=outlook.chance if outlook.is_enough else None,
        chance_from=outlook.chance_low if outlook.is_enough else None,
        chance_to=outlook.chance_high if outlook.is_enough else None,
        sections=sections_of(told.exam, counts, right, outlook),
    )
