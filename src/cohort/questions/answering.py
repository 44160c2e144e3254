"""Answering: what was sent, checked against what is asked, and kept for a person."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.errors import FieldError, Invalid
from cohort.pairing.rules import OwnFactor
from cohort.pairing.scores.profiles import Answer as Compared
from cohort.questions import kinds, policy
from cohort.questions.models import AnswerOf, GivenAnswer, Question, ShownTo
from cohort.questions.service import asked_of, asks_anything

Whose = tuple[UUID, UUID]
"""A cohort and a person of it."""
Answered = tuple[UUID, AnswerOf, str, Any]
"""A person, as which side, the name of a question, and the answer."""
AT_ONCE = 5_000
"""Rows of one statement."""


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
    if not sent and not await asks_anything(db, cohort_id, side):
        return  # most cohorts ask nothing, and need not read what
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
    own = (GivenAnswer.person_id == person_id) & (GivenAnswer.side == side)
    gone = [question.id for question in asked if question.id not in found.values]
    await db.execute(delete(GivenAnswer).where(own, GivenAnswer.question_id.in_(gone)))
    row = {"person_id": person_id, "side": side, "answered_at": now}
    await _store(
        db, [{**row, "question_id": one, "value": value} for one, value in found.values.items()]
    )


async def _store(db: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    new = insert(GivenAnswer)
    replaced = new.on_conflict_do_update(
        index_elements=["question_id", "person_id", "side"],
        set_={"value": new.excluded.value, "answered_at": new.excluded.answered_at},
    )
    for start in range(0, len(rows), AT_ONCE):
        await db.execute(replaced, rows[start : start + AT_ONCE])


async def keep_each(
    db: AsyncSession, cohort_id: UUID, answered: Iterable[Answered], *, now: datetime
) -> None:
    """Answers of many, which were read while the questions were locked; others stay."""
    named = select(Question.name, Question.id).where(Question.cohort_id == cohort_id)
    ids = {name: its for name, its in (await db.execute(named)).all()}  # noqa: C416
    rows = [
        {"question_id": ids[name], "person_id": whose, "side": side, "value": value}
        for whose, side, name, value in answered
    ]
    await _store(db, [{**row, "answered_at": now} for row in rows])


async def forget(db: AsyncSession, person_id: UUID, side: AnswerOf | None = None) -> None:
    """What somebody who has no account is said to have answered; as one side, or as both."""
    theirs = delete(GivenAnswer).where(GivenAnswer.person_id == person_id)
    await db.execute(theirs if side is None else theirs.where(GivenAnswer.side == side))


async def of_everybody(
    db: AsyncSession, cohort_id: UUID
) -> dict[tuple[UUID, AnswerOf], dict[str, Any]]:
    """All answers of a cohort, by person and side, then by name."""
    found: dict[tuple[UUID, AnswerOf], dict[str, Any]] = {}
    rows = select(GivenAnswer.person_id, GivenAnswer.side, Question.name, GivenAnswer.value)
    rows = rows.join(GivenAnswer.question).where(Question.cohort_id == cohort_id)
    for person_id, side, name, value in await db.execute(rows):
        found.setdefault((person_id, side), {})[name] = value
    return found


async def given(
    db: AsyncSession, cohort_id: UUID, person_id: UUID, side: AnswerOf
) -> list[GivenAnswer]:
    """What somebody answered, each with its question; for that person and for organisers."""
    own = policy.answers_of(side).where(
        Question.cohort_id == cohort_id, GivenAnswer.person_id == person_id
    )
    return list(await db.scalars(own.options(contains_eager(GivenAnswer.question))))


async def told_in_pairs(
    db: AsyncSession, whose: Sequence[Whose], side: AnswerOf
) -> dict[Whose, list[GivenAnswer]]:
    """What each answered, as far as whoever they are proposed to may read it."""
    told: dict[Whose, list[GivenAnswer]] = {one: [] for one in whose}
    if whose:
        theirs = policy.answers_of(side).where(
            tuple_(Question.cohort_id, GivenAnswer.person_id).in_(whose),
            Question.shown_to == ShownTo.PAIR,
        )
        for one in await db.scalars(theirs.options(contains_eager(GivenAnswer.question))):
            told[one.question.cohort_id, one.person_id].append(one)
    return told


async def left_open(
    db: AsyncSession, person_id: UUID, cohort_ids: Collection[UUID], side: AnswerOf
) -> dict[UUID, int]:
    """How many questions somebody has still to answer, by cohort; nothing where none is left."""
    asked = policy.left_open(person_id, side).where(Question.cohort_id.in_(cohort_ids))
    return Counter(await db.scalars(asked.with_only_columns(Question.cohort_id)))


async def in_cohort(
    db: AsyncSession, cohort_id: UUID, own: Mapping[str, OwnFactor]
) -> dict[tuple[UUID, AnswerOf], dict[str, Compared]]:
    """The answers that these factors compare, by person and side, then by name."""
    found: dict[tuple[UUID, AnswerOf], dict[str, Compared]] = {}
    if not own:
        return found
    rows = select(GivenAnswer.person_id, GivenAnswer.side, Question.name, GivenAnswer.value)
    rows = rows.join(GivenAnswer.question).where(
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
