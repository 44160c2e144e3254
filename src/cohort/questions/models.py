"""A cohort's own questions, and what people answered."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, Words, one_of
from cohort.people.models import Person


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    SCALE = "scale"
    NUMBER = "number"
    YES_NO = "yes_no"


class ShownTo(StrEnum):
    """Who reads the answers: the organisers, or with `pair` also whoever one is proposed to."""

    ORGANISERS = "organisers"
    PAIR = "pair"
    """Also whoever the person is proposed to."""


class AnswerOf(StrEnum):
    RESEARCHER = "researcher"
    MENTOR = "mentor"


class Question(Base):
    """One question, in the words for each side that is asked; an empty text asks nobody."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("cohort_id", "name"),
        CheckConstraint("asks_researchers <> '' OR asks_mentors <> ''", name="asked"),
        Index("ix_questions_cohort_id_place", "cohort_id", "place"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"))
    name: Mapped[str]
    """What the rules and the reasons of a match call it; it stays."""
    kind: Mapped[QuestionKind] = mapped_column(one_of(QuestionKind))
    asks_researchers: Mapped[str]
    asks_mentors: Mapped[str]
    help: Mapped[str]
    choices: Mapped[Words]
    least: Mapped[float | None]
    most: Mapped[float | None]
    required: Mapped[bool]
    shown_to: Mapped[ShownTo] = mapped_column(one_of(ShownTo))
    place: Mapped[int]
    """Its place among the cohort's questions; of two with one place, the older comes first."""
    retired_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    def asks(self, side: AnswerOf) -> str:
        """In which words this side is asked; empty if it is not."""
        return self.asks_mentors if side is AnswerOf.MENTOR else self.asks_researchers


class GivenAnswer(Base):
    """What somebody answered, as one side of the cohort; it goes with the person."""

    __tablename__ = "answers"

    question_id: Mapped[UUID] = mapped_column(
        ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    side: Mapped[AnswerOf] = mapped_column(one_of(AnswerOf), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    answered_at: Mapped[Instant]

    question: Mapped[Question] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")

    @property
    def in_words(self) -> str:
        """As a page shows it."""
        if isinstance(self.value, bool):
            return "Yes" if self.value else "No"
        if isinstance(self.value, float | int):
            return f"{self.value:.12g}"
        return ", ".join(self.value) if isinstance(self.value, list) else str(self.value)
