"""Asking: the organisers' own questions, in order, changed until somebody answers, retired."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.service import require_organiser
from cohort.db import Prepared, given
from cohort.errors import Conflict, FieldError, Invalid, NotFound
from cohort.http.etag import require_match
from cohort.pairing.rules import BUILT_IN
from cohort.people import audit
from cohort.people.models import Person
from cohort.questions import kinds, policy
from cohort.questions.models import AnswerOf, GivenAnswer, Question
from cohort.questions.schemas import QuestionChange, QuestionIn


class QuestionThere(Conflict):
    code = "question_there"
    title = "There is a question of this name"


class QuestionAnswered(Conflict):
    code = "question_answered"
    title = "Somebody has answered this question"


class TooManyQuestions(Conflict):
    code = "too_many_questions"
    title = "A cohort asks a limited number of questions"


async def add(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: QuestionIn, *, now: datetime
) -> Question:
    """The last in order. A name is used once, also by questions that are retired."""
    await require_organiser(db, actor, cohort_id)
    _refuse_unanswerable(form)
    asked = Question.cohort_id == cohort_id, Question.retired_at.is_(None)
    if (await db.scalar(select(func.count()).where(*asked)) or 0) >= policy.AT_MOST:
        raise TooManyQuestions(f"{policy.AT_MOST} are asked now. Retire one first.")
    last = select(func.coalesce(func.max(Question.place), 0) + 1).where(
        Question.cohort_id == cohort_id
    )
    question_id = await db.scalar(
        insert(Question)
        .values(
            cohort_id=cohort_id,
            place=last.scalar_subquery(),
            created_at=now,
            version=1,
            **form.model_dump(),
        )
        .on_conflict_do_nothing(index_elements=["cohort_id", "name"])
        .returning(Question.id)
    )
    if question_id is None:
        sentence = f"“{form.name}” is the name of another question. Choose a different one."
        raise QuestionThere(sentence, errors=[FieldError("name", sentence)])
    audit.record(db, actor, "question.add", question_id, now=now, cohort_id=cohort_id)
    return await get(db, actor, question_id)


def _refuse_unanswerable(form: QuestionIn) -> None:
    if form.name in BUILT_IN:
        raise Invalid.at("name", "A factor of the matching has this name. Choose a different one.")
    faults = kinds.faults(form)
    if faults:
        raise Invalid.at_each(faults)


async def list_questions(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[Question]:
    """All of a cohort in order, those that are not asked any more at the end."""
    await require_organiser(db, actor, cohort_id)
    seen = policy.visible_to(actor).where(Question.cohort_id == cohort_id)
    order = (Question.retired_at.is_not(None), Question.place, Question.created_at, Question.id)
    return list(await db.scalars(seen.order_by(*order)))


async def how_many_answered(db: AsyncSession, cohort_id: UUID) -> dict[UUID, int]:
    counted = select(GivenAnswer.question_id, func.count()).join(GivenAnswer.question)
    counted = counted.where(Question.cohort_id == cohort_id).group_by(GivenAnswer.question_id)
    return {question: count for question, count in (await db.execute(counted)).all()}  # noqa: C416


async def get(
    db: AsyncSession, actor: Person, question_id: UUID, *, lock: bool = False
) -> Question:
    seen = policy.visible_to(actor).where(Question.id == question_id)
    if lock:
        seen = seen.with_for_update(of=Question)
    shown = seen.options(joinedload(Question.cohort)).execution_options(populate_existing=True)
    question = await db.scalar(shown)
    if question is None:
        raise NotFound
    return question


async def change(
    db: AsyncSession,
    actor: Person,
    question_id: UUID,
    form: QuestionChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Question:
    """Change a question until somebody answers it; its place at any time.

    The lock lets no answer in between: whoever answers shares it (see `answering`).
    """
    question = await get(db, actor, question_id, lock=True)
    require_match(if_match, question.version)
    changes = form.model_dump(exclude_none=True)
    place = changes.pop("place", None)
    changes = {name: new for name, new in changes.items() if getattr(question, name) != new}
    if changes:
        if await _is_answered(db, question_id):
            raise QuestionAnswered(
                "Its answers were given to these words. Retire it, and ask another one."
            )
        same = {name: getattr(question, name) for name in QuestionIn.model_fields}
        _refuse_unanswerable(QuestionIn.model_validate({**same, **changes}))
        for name, value in changes.items():
            setattr(question, name, value)
        await db.flush()
        _record(db, actor, "question.change", question, now=now)
    if place is not None:
        await _put_at(db, actor, question, place - 1, now=now)
    return await get(db, actor, question_id)


def _record(
    db: AsyncSession, actor: Person, verb: str, question: Question, *, now: datetime
) -> None:
    audit.record(db, actor, verb, question.id, now=now, cohort_id=question.cohort_id)


async def _is_answered(db: AsyncSession, question_id: UUID) -> bool:
    return bool(await db.scalar(select(exists().where(GivenAnswer.question_id == question_id))))


async def put_before(
    db: AsyncSession, actor: Person, question_id: UUID, before: UUID, *, now: datetime
) -> Question:
    """Ask it just before another one; where it is already, or is itself, nothing changes."""
    question = await get(db, actor, question_id)
    order = [one.id for one in await _asked(db, actor, question.cohort_id)]
    if {before, question_id} <= set(order) and before != question_id:
        order.remove(question_id)
        await _put_at(db, actor, question, order.index(before), now=now)
    return question


async def _put_at(
    db: AsyncSession, actor: Person, question: Question, index: int, *, now: datetime
) -> None:
    """Let the others close up behind it; beyond the end is the end."""
    asked = await _asked(db, actor, question.cohort_id)
    order = [one.id for one in asked if one.id != question.id]
    order.insert(index, question.id)
    if question.id not in {one.id for one in asked} or order == [one.id for one in asked]:
        return
    for place, one in enumerate(order, start=1):
        await db.execute(
            update(Question)
            .where(Question.id == one, Question.place != place)
            .values(place=place, version=Question.version + 1)
            .execution_options(synchronize_session=False)
        )
    _record(db, actor, "question.move", question, now=now)


async def _asked(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[Question]:
    every = await list_questions(db, actor, cohort_id)
    return [one for one in every if one.retired_at is None]


async def retire(db: AsyncSession, actor: Person, question_id: UUID, *, now: datetime) -> Question:
    """Ask nobody any more.

    What was answered stays, and counts where the rules say so. Without an answer, it is deleted.
    """
    question = await get(db, actor, question_id, lock=True)
    if not await _is_answered(db, question_id):
        await db.execute(delete(Question).where(Question.id == question_id))
        db.expunge(question)
    elif question.retired_at is None:
        question.retired_at = now
    else:
        return question
    _record(db, actor, "question.retire", question, now=now)
    return question


async def copy(db: AsyncSession, from_cohort: UUID, to_cohort: UUID, *, now: datetime) -> None:
    """The standing questions of one cohort become those of another; those that it has stand."""
    columns = [*QuestionIn.model_fields, "place"]
    standing = select(Question).where(
        Question.cohort_id == from_cohort, Question.retired_at.is_(None)
    )
    same = [{name: getattr(one, name) for name in columns} for one in await db.scalars(standing)]
    if same:
        new = insert(Question).on_conflict_do_nothing(index_elements=["cohort_id", "name"])
        row = {"cohort_id": to_cohort, "created_at": now, "version": 1}
        await db.execute(new, [{**row, **one} for one in same])


async def put_to_both(db: AsyncSession, cohort_id: UUID) -> list[Question]:
    """What could be compared: put to both sides, now or before; in order."""
    both = policy.in_order(cohort_id).where(
        Question.asks_researchers != "", Question.asks_mentors != ""
    )
    return list(await db.scalars(both))


@cache
def _one_asked(side: AnswerOf) -> Prepared:
    asked = policy.asked_of(given("cohort_id", Uuid()), side)
    return Prepared(asked.with_only_columns(Question.id).order_by(None).limit(1))


async def asks_anything(db: AsyncSession, cohort_id: UUID, side: AnswerOf) -> bool:
    return await _one_asked(side).row(db, cohort_id=cohort_id) is not None


async def asked_of(
    db: AsyncSession, cohort_id: UUID, side: AnswerOf, *, lock: bool = False
) -> list[Question]:
    """What this side is asked now, in order; with `lock`, nothing of it changes meanwhile."""
    asked = policy.asked_of(cohort_id, side)
    if lock:
        asked = asked.with_for_update(read=True, key_share=True)
    return list(await db.scalars(asked.execution_options(populate_existing=True)))


async def retired_of(db: AsyncSession, cohort_id: UUID, side: AnswerOf) -> list[Question]:
    """What this side was asked before, in order."""
    return list(await db.scalars(policy.retired_of(cohort_id, side)))
