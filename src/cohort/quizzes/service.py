"""A quiz is begun, answered one question at a time, and handed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import new_id
from cohort.errors import Conflict, Invalid, NotFound
from cohort.guides.models import Guide
from cohort.guides.service import first_of, holder_of_quizzes, versions_beside
from cohort.people.models import Person
from cohort.quizzes import reading
from cohort.quizzes.marking import AnswerKind, Given, Key, mark, shown_order
from cohort.quizzes.models import (
    Quiz,
    QuizAnswer,
    QuizKind,
    QuizQuestion,
    QuizSectionResult,
    QuizTry,
)
from cohort.quizzes.schemas import AnswerIn
from cohort.study import policy as study
from cohort.study.service import PlanFrozen, pass_milestone

MOST_TRIES = 50
FIELD_OF = {
    AnswerKind.SINGLE: "chosen",
    AnswerKind.MULTIPLE: "chosen",
    AnswerKind.NUMBER: "number",
    AnswerKind.MATCH: "matched",
}


class TryHandedIn(Conflict):
    code = "try_handed_in"
    title = "This try is handed in"


class TooManyTries(Conflict):
    code = "too_many_tries"
    title = "There are enough tries of this quiz"


class PlacementTaken(Conflict):
    code = "placement_taken"
    title = "The placement quiz is taken once"


async def begin(
    db: AsyncSession, actor: Person, enrolment_id: UUID, quiz_id: UUID, *, now: datetime
) -> QuizTry:
    """A new try, or the open one: of two clicks at once both come to the same."""
    enrolment = await reading.own_enrolment(db, actor, enrolment_id)
    if study.is_frozen(enrolment):
        raise PlanFrozen
    quiz: Quiz | None = await db.scalar(
        select(Quiz)
        .join(Guide, holder_of_quizzes(Guide) == Quiz.guide_id)
        .join(Cohort, Cohort.guide_id == Guide.id)
        .where(Cohort.id == enrolment.cohort_id, Quiz.id == quiz_id, Quiz.retired_at.is_(None))
    )
    if quiz is None:
        raise NotFound
    # Another click may hand in the only try at this moment: after it, there is none to begin.
    await _lock(db, enrolment_id)
    of_quiz = (QuizTry.enrolment_id == enrolment_id) & (QuizTry.quiz_id == quiz_id)
    if quiz.kind is QuizKind.PLACEMENT:
        await _require_unplaced(db, enrolment_id, quiz.guide_id)
    count = await db.scalar(select(func.count()).where(of_quiz, QuizTry.handed_in_at.is_not(None)))
    if (count or 0) >= MOST_TRIES:
        raise TooManyTries(f"You have handed this quiz in {MOST_TRIES} times. Choose another one.")
    row = insert(QuizTry).values(
        id=new_id(),
        enrolment_id=enrolment_id,
        quiz_id=quiz_id,
        question_ids=quiz.question_ids,
        began_at=now,
    )
    await db.execute(row.on_conflict_do_nothing())
    opened = await db.scalar(
        select(QuizTry.id).where(of_quiz, QuizTry.handed_in_at.is_(None)).limit(1)
    )
    if opened is None:
        raise TryHandedIn("It was handed in at this very moment. Begin it again.")
    return await reading.get(db, actor, opened)


async def _require_unplaced(db: AsyncSession, enrolment_id: UUID, guide_id: UUID) -> None:
    """The one of an earlier version has told where she stands, too."""
    taken = (
        select(QuizTry.id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .where(QuizTry.enrolment_id == enrolment_id, QuizTry.handed_in_at.is_not(None))
        .where(Quiz.kind == QuizKind.PLACEMENT, Quiz.guide_id.in_(versions_beside(guide_id)))
    )
    if await db.scalar(taken.limit(1)) is not None:
        raise PlacementTaken(
            "You have handed in the placement quiz, and it tells where you stand only once. "
            "From here on, the quizzes of the sections do."
        )


async def _lock(db: AsyncSession, enrolment_id: UUID) -> None:
    of_hers = select(Enrolment.id).where(Enrolment.id == enrolment_id)
    await db.execute(of_hers.with_for_update(key_share=True))


async def answer(
    db: AsyncSession,
    actor: Person,
    try_id: UUID,
    question_id: UUID,
    form: AnswerIn,
    *,
    now: datetime,
) -> QuizTry:
    """Keep an answer; the last one counts. Nobody learns whether it is right yet."""
    one = await _open_try(db, actor, try_id)
    if question_id not in one.question_ids:
        raise NotFound
    question = await db.get_one(QuizQuestion, question_id)
    given = given_by(question, try_id, form).as_json()
    row = insert(QuizAnswer).values(
        try_id=try_id, question_id=question_id, given=given, is_first=False, answered_at=now
    )
    kept = {"given": row.excluded.given, "answered_at": now}
    await db.execute(row.on_conflict_do_update(index_elements=["try_id", "question_id"], set_=kept))
    return one


async def _open_try(db: AsyncSession, actor: Person, try_id: UUID) -> QuizTry:
    one = await reading.get(db, actor, try_id, lock=True)
    if one.handed_in_at is not None:
        raise TryHandedIn("It is handed in, so its answers stay as they are. Begin it again.")
    if study.is_frozen(one.enrolment):
        raise PlanFrozen
    return one


def given_by(question: QuizQuestion, try_id: UUID, form: AnswerIn) -> Given:
    """From the letters that this try shows to the places of the file."""
    wanted = FIELD_OF[question.kind]
    for name in form.model_fields_set - {wanted}:
        if getattr(form, name) not in (None, []):
            raise Invalid.at(name, f"This question is answered with “{wanted}”.")
    order = shown_order(try_id, question.id, len(question.choices))
    if question.kind is AnswerKind.SINGLE and len(form.chosen) > 1:
        raise Invalid.at("chosen", "Choose one.")
    if len(form.matched) > len(question.lefts):
        raise Invalid.at("matched", "There are not so many lines.")
    return Given(
        tuple(_place(letter, order, "chosen") for letter in form.chosen),
        form.number,
        tuple(
            None if letter is None else _place(letter, order, "matched") for letter in form.matched
        ),
    )


def _place(letter: str, order: Sequence[int], field: str) -> int:
    at = ascii_lowercase.index(letter)
    if at >= len(order):
        raise Invalid.at(field, "Choose one of those that are offered.")
    return order[at]


async def hand_in(db: AsyncSession, actor: Person, try_id: UUID, *, now: datetime) -> QuizTry:
    """Mark everything; once more, it changes nothing."""
    one = await reading.get(db, actor, try_id, lock=True)
    if one.handed_in_at is not None:
        return one
    if study.is_frozen(one.enrolment):
        raise PlanFrozen
    # Two tries with a question in common, handed in at once: one of them is the first.
    await _lock(db, one.enrolment_id)
    answered = await _answered_before(db, one)
    answers = await reading.answers_of(db, one)
    rows: list[dict[str, Any]] = []
    questions = await reading.questions_of(db, one)
    for question in questions:
        kept = answers.get(question.id)
        rows.append(
            {
                "try_id": one.id,
                "question_id": question.id,
                "given": kept.given if kept else None,
                "mark": mark(key_of(question), Given.of_json(kept.given if kept else None)),
                "is_first": question.id not in answered,
                "answered_at": kept.answered_at if kept else now,
            }
        )
    await _store_marks(db, rows)
    db.add_all(results_of(questions, rows))
    one.handed_in_at = now
    one.score = sum(row["mark"] for row in rows) / len(rows)
    one.right = sum(row["mark"] == 1 for row in rows)
    await db.flush()
    passes_from = one.quiz.passes_from
    if one.quiz.milestone and passes_from is not None and one.score >= passes_from:
        await pass_milestone(db, one.enrolment_id, one.quiz.milestone, now=now)
    return one


def results_of(
    questions: Sequence[QuizQuestion], rows: Sequence[Mapping[str, Any]]
) -> list[QuizSectionResult]:
    """By official section, the first answers among `rows`, each of the question at its place."""
    found: dict[str, QuizSectionResult] = {}
    for question, row in zip(questions, rows, strict=True):
        if row["is_first"]:
            section = question.exam_section
            blank = QuizSectionResult(
                try_id=row["try_id"], exam_section=section, answered=0, right=0
            )
            its = found.setdefault(section, blank)
            its.answered += 1
            its.right += row["mark"] == 1
    return list(found.values())


async def _answered_before(db: AsyncSession, one: QuizTry) -> set[UUID]:
    """In another version of the guide, too: what asks the same has the same slug and number."""
    asked, its = aliased(QuizQuestion), aliased(Guide)
    then, other = aliased(QuizQuestion), aliased(Guide)
    before = (
        select(asked.id)
        .join(then, (then.slug == asked.slug) & (then.version == asked.version))
        .join(its, its.id == asked.guide_id)
        .join(other, (other.id == then.guide_id) & (first_of(other) == first_of(its)))
        .join(QuizAnswer, QuizAnswer.question_id == then.id)
        .join(QuizTry, QuizTry.id == QuizAnswer.try_id)
        .where(QuizTry.enrolment_id == one.enrolment_id, QuizTry.handed_in_at.is_not(None))
        .where(asked.id.in_(one.question_ids))
    )
    return set(await db.scalars(before))


async def _store_marks(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    row = insert(QuizAnswer).values(rows)
    marked = {"mark": row.excluded.mark, "is_first": row.excluded.is_first}
    await db.execute(
        row.on_conflict_do_update(index_elements=["try_id", "question_id"], set_=marked)
    )


def key_of(question: QuizQuestion) -> Key:
    return Key(question.kind, question.right, question.number or 0.0, question.tolerance or 0.0)
