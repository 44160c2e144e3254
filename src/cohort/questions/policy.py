"""Who sees questions and answers."""

from uuid import UUID

from sqlalchemy import Select, select

from cohort.cohorts import policy as cohorts
from cohort.people.models import Person
from cohort.questions.models import Answer, AnswerOf, Question

AT_MOST = 40
"""Questions of one cohort that are asked at one time."""


def visible_to(actor: Person) -> Select[Question]:
    """A question as a whole, with what each side is asked: for the organisers."""
    return select(Question).where(Question.cohort_id.in_(cohorts.organised_by(actor)))


def in_order(cohort_id: UUID) -> Select[Question]:
    order = (Question.place, Question.created_at, Question.id)
    return select(Question).where(Question.cohort_id == cohort_id).order_by(*order)


def asked_of(cohort_id: UUID, side: AnswerOf) -> Select[Question]:
    """What this side is asked now, in order."""
    words = Question.asks_mentors if side is AnswerOf.MENTOR else Question.asks_researchers
    return in_order(cohort_id).where(Question.retired_at.is_(None), words != "")


def answers_of(cohort_id: UUID, person_id: UUID, side: AnswerOf) -> Select[Answer]:
    """What somebody answered, also to questions that are not asked any more."""
    return (
        select(Answer)
        .join(Answer.question)
        .where(Question.cohort_id == cohort_id, Answer.person_id == person_id, Answer.side == side)
        .order_by(Question.place, Question.created_at, Question.id)
    )
