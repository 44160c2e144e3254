"""Who sees questions and answers."""

from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from cohort.cohorts import policy as cohorts
from cohort.people.models import Person
from cohort.questions.models import AnswerOf, GivenAnswer, Question

AT_MOST = 40
"""Questions of one cohort that are asked at one time."""


def visible_to(actor: Person) -> Select[Question]:
    """A question as a whole, with what each side is asked: for the organisers."""
    return select(Question).where(Question.cohort_id.in_(cohorts.organised_by(actor)))


def in_order(cohort_id: UUID | BindParameter[UUID]) -> Select[Question]:
    order = (Question.place, Question.created_at, Question.id)
    return select(Question).where(Question.cohort_id == cohort_id).order_by(*order)


def asked_of(cohort_id: UUID | BindParameter[UUID], side: AnswerOf) -> Select[Question]:
    """What this side is asked now, in order."""
    return in_order(cohort_id).where(*_standing(side))


def retired_of(cohort_id: UUID, side: AnswerOf) -> Select[Question]:
    """What this side was asked before, in order."""
    return in_order(cohort_id).where(Question.retired_at.is_not(None), _words_for(side) != "")


def _words_for(side: AnswerOf) -> InstrumentedAttribute[str]:
    return Question.asks_mentors if side is AnswerOf.MENTOR else Question.asks_researchers


def _standing(side: AnswerOf) -> tuple[ColumnElement[bool], ...]:
    return Question.retired_at.is_(None), _words_for(side) != ""


def left_open(person_id: UUID, side: AnswerOf) -> Select[Question]:
    """What this side is asked now and has not answered, in all cohorts."""
    given = exists().where(
        GivenAnswer.question_id == Question.id,
        GivenAnswer.person_id == person_id,
        GivenAnswer.side == side,
    )
    return select(Question).where(*_standing(side), ~given)


def answers_of(side: AnswerOf) -> Select[GivenAnswer]:
    """What this side answered, also to questions that are not asked any more."""
    order = (Question.place, Question.created_at, Question.id)
    return (
        select(GivenAnswer)
        .join(GivenAnswer.question)
        .where(GivenAnswer.side == side)
        .order_by(*order)
    )
