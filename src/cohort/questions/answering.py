"""Answering: what was sent, checked against what is asked, and kept for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.errors import FieldError, Invalid
from cohort.pairing.rules import OwnFactor
from cohort.pairing.scores.profiles import Answer as Compared
from cohort.questions import kinds, policy
from cohort.questions.models import Answer, AnswerOf, Question, ShownTo
from cohort.questions.service import asked_of


@dataclass(frozen=True, slots=True)
class Read:
    """The answers that can be kept, by question, and what is wrong with others."""

    values: Mapping[UUID, Any]
    faults: Sequence[FieldError]


def read(asked: Sequence[Question], sent: Mapping[str, object]) -> Read:
    values: dict[UUID, Any] = {}
    names = {question.name for question in asked}
    faults = [
        FieldError(f"answers/{name}", "Nobody asks this here. Leave it out.")
        for name in sent
        if name not in names
    ]
    for question in asked:
        try:
            value = kinds.read(question, sent.get(question.name))
        except kinds.BadAnswer as wrong:
            faults.append(FieldError(f"answers/{question.name}", str(wrong)))
            continue
        if value is not None:
            values[question.id] = value
        elif question.required:
            faults.append(FieldError(f"answers/{question.name}", "This is needed."))
    return Read(values, faults)


async def check(
    db: AsyncSession, cohort_id: UUID, side: AnswerOf, sent: Mapping[str, object]
) -> None:
    """Refuse, at its question, each answer that could not be kept."""
    found = read(await asked_of(db, cohort_id, side), sent)
    if found.faults:
        raise Invalid.at_each(found.faults)


async def keep(
    db: AsyncSession,
    cohort_id: UUID,
    person_id: UUID,
    side: AnswerOf,
    sent: Mapping[str, object],
    *,
    strict: bool = True,
    now: datetime,
) -> None:
    """All answers of a person as this side: what is not among them is taken back.

    Unless it is `strict`, what cannot be kept is left out: the form was sent before the questions
    changed. No question changes while an answer to it is kept.
    """
    asked = await asked_of(db, cohort_id, side, lock=True)
    found = read(asked, sent)
    if found.faults and strict:
        raise Invalid.at_each(found.faults)
    own = (Answer.person_id == person_id) & (Answer.side == side)
    gone = [question.id for question in asked if question.id not in found.values]
    await db.execute(delete(Answer).where(own, Answer.question_id.in_(gone)))
    if found.values:
        row = {"person_id": person_id, "side": side, "answered_at": now}
        new = insert(Answer)
        await db.execute(
            new.on_conflict_do_update(
                index_elements=["question_id", "person_id", "side"],
                set_={"value": new.excluded.value, "answered_at": new.excluded.answered_at},
            ),
            [{**row, "question_id": one, "value": value} for one, value in found.values.items()],
        )


async def given(
    db: AsyncSession,
    cohort_id: UUID,
    person_id: UUID,
    side: AnswerOf,
    *,
    shown_to: ShownTo = ShownTo.ORGANISERS,
) -> list[Answer]:
    """What somebody answered, each with its question: all, or what a pair shows each other."""
    own = policy.answers_of(cohort_id, person_id, side).options(contains_eager(Answer.question))
    if shown_to is ShownTo.PAIR:
        own = own.where(Question.shown_to == ShownTo.PAIR)
    return list(await db.scalars(own))


async def in_cohort(
    db: AsyncSession, cohort_id: UUID, own: Mapping[str, OwnFactor]
) -> dict[tuple[UUID, AnswerOf], dict[str, Compared]]:
    """The answers that these factors compare, by person and side, then by name."""
    found: dict[tuple[UUID, AnswerOf], dict[str, Compared]] = {}
    if not own:
        return found
    rows = select(Answer.person_id, Answer.side, Question.name, Answer.value)
    rows = rows.join(Answer.question).where(
        Question.cohort_id == cohort_id, Question.name.in_([*own])
    )
    for person_id, side, name, value in await db.execute(rows):
        answer = kinds.compared(value)
        if isinstance(answer, float) or own[name].compare not in kinds.COUNTING:
            found.setdefault((person_id, side), {})[name] = answer
    return found


async def private_in(db: AsyncSession, cohort_id: UUID) -> list[str]:
    """The names of the questions whose answers only the organisers read."""
    private = select(Question.name).where(
        Question.cohort_id == cohort_id, Question.shown_to == ShownTo.ORGANISERS
    )
    return list(await db.scalars(private.order_by(Question.name)))
