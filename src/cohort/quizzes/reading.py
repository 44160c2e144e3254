"""Quizzes and tries, as whoever answers reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import NotAllowed, NotFound
from cohort.guides.models import Guide
from cohort.guides.service import holder_of_quizzes, versions_beside
from cohort.http.paging import Page, Slice, page_of
from cohort.people.models import Person
from cohort.quizzes import policy
from cohort.quizzes.marking import AnswerKind, Given, shown_order
from cohort.quizzes.models import Quiz, QuizAnswer, QuizExam, QuizQuestion, QuizTry
from cohort.quizzes.schemas import (
    AnsweredOut,
    AskedOut,
    ChoiceOut,
    ListedTryOut,
    MarkedOut,
    QuizOut,
    TryOut,
)
from cohort.quizzes.stated import Stated, sections_as_stated


async def own_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    """With its cohort, if it is the actor's."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if enrolment.person_id != actor.id:
        raise NotAllowed("Only the researcher whose plan this is answers its quizzes.")
    return enrolment


async def quizzes_of(db: AsyncSession, actor: Person, enrolment_id: UUID) -> list[QuizOut]:
    """Those of the guide of her cohort, in the order of the file, with how they went.

    What she did before her cohort moved to another version counts for the quiz of the same name.
    """
    enrolment = await own_enrolment(db, actor, enrolment_id)
    its_id = enrolment.cohort.guide_id
    went = (
        select(
            Quiz.slug,
            func.count(QuizTry.handed_in_at).label("tries"),
            func.max(QuizTry.score).label("best"),
            func.array_agg(aggregate_order_by(QuizTry.id, QuizTry.began_at.desc()))
            .filter(QuizTry.handed_in_at.is_(None))
            .label("open"),
            func.array_agg(aggregate_order_by(QuizTry.id, QuizTry.handed_in_at.desc()))
            .filter(QuizTry.handed_in_at.is_not(None))
            .label("last"),
        )
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .where(QuizTry.enrolment_id == enrolment_id, Quiz.guide_id.in_(versions_beside(its_id)))
        .group_by(Quiz.slug)
        .subquery()
    )
    found = await db.execute(
        select(Quiz, went.c.tries, went.c.best, went.c.open, went.c.last)
        .join(Guide, holder_of_quizzes(Guide) == Quiz.guide_id)
        .outerjoin(went, went.c.slug == Quiz.slug)
        .where(Guide.id == its_id, Quiz.retired_at.is_(None))
        .order_by(Quiz.position)
    )
    return [
        QuizOut(
            **{name: getattr(quiz, name) for name in OF_QUIZ},
            questions=len(quiz.question_ids),
            tries=tries or 0,
            best=best,
            open_try_id=open_ids[0] if open_ids else None,
            last_try_id=last_ids[0] if last_ids else None,
        )
        for quiz, tries, best, open_ids, last_ids in found
    ]


OF_QUIZ = ("id", "slug", "kind", "title", "about", "minutes", "milestone", "passes_from")


@dataclass(frozen=True, slots=True)
class Exam:
    """The exam of a version of a guide, with the weights that this version states."""

    guide_id: UUID
    """Whose quizzes they are."""
    name: str
    year: int
    source: str
    questions: int
    minutes: int
    pass_mark: float
    sections: Sequence[Mapping[str, Any]]


async def exam_of(db: AsyncSession, cohort_id: UUID) -> Exam | None:
    """The exam that the cohort's guide leads to."""
    studied = select(Cohort.guide_id).where(Cohort.id == cohort_id)
    found = await exams_of(db, Guide.id.in_(studied))
    return next(iter(found.values()), None)


async def exams_of(db: AsyncSession, which: ColumnElement[bool]) -> dict[UUID, Exam]:
    """By guide; one statement. Whoever weighs by an exam reads it here."""
    found = await db.execute(
        select(Guide.id, Guide.exam, QuizExam)
        .join(QuizExam, QuizExam.guide_id == holder_of_quizzes(Guide))
        .where(which)
    )
    return {guide_id: _as_stated(exam, stated) for guide_id, stated, exam in found}


def _as_stated(exam: QuizExam, stated: Stated) -> Exam:
    facts = {one.name: getattr(exam, one.name) for one in fields(Exam)}
    sections = sections_as_stated(exam.sections, stated)
    if stated is None or sections is None:
        return Exam(**facts)
    told = {"name": stated["title"], "year": stated["year"], "source": stated["source"]}
    return Exam(**facts | told | {"sections": sections})


async def tries_of(
    db: AsyncSession, actor: Person, enrolment_id: UUID, part: Slice
) -> Page[QuizTry]:
    await own_enrolment(db, actor, enrolment_id)
    hers = policy.visible_to(actor).where(QuizTry.enrolment_id == enrolment_id)
    return await page_of(db, hers, by=QuizTry.began_at, id=QuizTry.id, part=part)


async def get(db: AsyncSession, actor: Person, try_id: UUID, *, lock: bool = False) -> QuizTry:
    statement = policy.visible_to(actor).where(QuizTry.id == try_id)
    statement = statement.options(
        joinedload(QuizTry.quiz, innerjoin=True),
        joinedload(QuizTry.enrolment, innerjoin=True).joinedload(Enrolment.cohort, innerjoin=True),
    )
    if lock:
        statement = statement.with_for_update(of=QuizTry)
    found: QuizTry | None = await db.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def questions_of(db: AsyncSession, one: QuizTry) -> list[QuizQuestion]:
    """As they were when it began, in its order."""
    found = await db.scalars(select(QuizQuestion).where(QuizQuestion.id.in_(one.question_ids)))
    by_id = {question.id: question for question in found}
    return [by_id[its_id] for its_id in one.question_ids]


async def answers_of(db: AsyncSession, one: QuizTry) -> dict[UUID, QuizAnswer]:
    found = await db.scalars(
        select(QuizAnswer)
        .where(QuizAnswer.try_id == one.id)
        .execution_options(populate_existing=True)
    )
    return {answer.question_id: answer for answer in found}


async def shown(db: AsyncSession, one: QuizTry) -> TryOut:
    """Three statements with the try's own; what is right only once it is handed in."""
    questions, answers = await questions_of(db, one), await answers_of(db, one)
    return TryOut(
        **{name: getattr(one, name) for name in ListedTryOut.model_fields},
        title=one.quiz.title,
        kind=one.quiz.kind,
        minutes=one.quiz.minutes,
        questions=[_asked(one, question, answers.get(question.id)) for question in questions],
    )


def _asked(one: QuizTry, question: QuizQuestion, answer: QuizAnswer | None) -> AskedOut:
    order = shown_order(one.id, question.id, len(question.choices))
    given = Given.of_json(answer.given) if answer and answer.given else None
    is_over = one.handed_in_at is not None
    return AskedOut(
        id=question.id,
        kind=question.kind,
        exam_section=question.exam_section,
        text=question.text,
        choices=[
            ChoiceOut(key=letter, text=question.choices[place])
            for letter, place in zip(ascii_lowercase, order, strict=False)
        ],
        lefts=question.lefts,
        unit=question.unit,
        answer=AnsweredOut(**_in_letters(given, order)) if given else None,
        result=_marked(question, answer, order) if is_over and answer else None,
    )


def _marked(question: QuizQuestion, answer: QuizAnswer, order: Sequence[int]) -> MarkedOut:
    is_match = question.kind is AnswerKind.MATCH
    right = Given(
        () if is_match else tuple(question.right),
        question.number,
        tuple(question.right) if is_match else (),
    )
    return MarkedOut(
        **_in_letters(right, order),
        mark=answer.mark or 0.0,
        tolerance=question.tolerance,
        explanation=question.explanation,
    )


def _in_letters(given: Given, order: Sequence[int]) -> dict[str, Any]:
    letter: Mapping[int, str] = dict(zip(order, ascii_lowercase, strict=False))
    return {
        "chosen": sorted(letter[place] for place in given.chosen),
        "number": given.number,
        "matched": [None if one is None else letter[one] for one in given.matched],
    }


def minutes_taken(one: QuizTry, now: datetime) -> int:
    return int(((one.handed_in_at or now) - one.began_at).total_seconds() // 60)
