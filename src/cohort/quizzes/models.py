"""Questions of a guide, quizzes made of them, and what somebody answered."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Enrolment
from cohort.db import Base, Id, Instant, JsonList, Words, one_of
from cohort.quizzes.marking import AnswerKind


class QuizExam(Base):
    """The exam that a guide leads to: its official sections, and where they are published."""

    __tablename__ = "quiz_exams"

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"), unique=True)
    name: Mapped[str]
    year: Mapped[int]
    source: Mapped[str]
    """Where the sections and their weights are published."""
    questions: Mapped[int]
    """How many a mock exam has."""
    minutes: Mapped[int] = mapped_column(server_default="120")
    """How long it lasts."""
    pass_mark: Mapped[float]
    """The share of right answers that we count as passed: the official one is not published."""
    sections: Mapped[JsonList]
    """Each with slug, title, weight in percent, and the skills that it asks for; in order."""
    imported_at: Mapped[Instant]


class QuizQuestion(Base):
    """One version of a question: what is asked never changes, a better wording is a new row."""

    __tablename__ = "quiz_questions"
    __table_args__ = (
        UniqueConstraint("guide_id", "slug", "version"),
        Index("ix_quiz_questions_guide_id_position", "guide_id", "position"),
    )

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id"), index=True)
    slug: Mapped[str]
    version: Mapped[int]
    exam_section: Mapped[str]
    kind: Mapped[AnswerKind] = mapped_column(one_of(AnswerKind))
    text: Mapped[str]
    """Markdown."""
    choices: Mapped[Words]
    lefts: Mapped[Words]
    """Of a match: what the choices belong to."""
    right: Mapped[JsonList]
    """Places of the right choices; of a match, one for each of `lefts`."""
    number: Mapped[float | None]
    tolerance: Mapped[float | None]
    unit: Mapped[str]
    explanation: Mapped[str]
    """Markdown."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]


class QuizKind(StrEnum):
    PRACTICE = "practice"
    MOCK_EXAM = "mock_exam"
    PLACEMENT = "placement"
    """Of all sections, taken once at the beginning: it counts instead of her own word."""


class Quiz(Base):
    __tablename__ = "quizzes"
    __table_args__ = (
        UniqueConstraint("guide_id", "slug"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    slug: Mapped[str]
    kind: Mapped[QuizKind] = mapped_column(one_of(QuizKind))
    title: Mapped[str]
    about: Mapped[str]
    minutes: Mapped[int | None]
    """How long the exam would last; nobody is stopped."""
    question_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    milestone: Mapped[str] = mapped_column(default="", server_default="")
    """The slug of the milestone that it checks; none, where it is empty."""
    passes_from: Mapped[float | None]
    """From this score on it passes that milestone; never, where it is none."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]


class QuizTry(Base):
    """One go at a quiz, with the questions as they were when it began."""

    __tablename__ = "quiz_tries"
    __table_args__ = (
        Index(
            "uq_quiz_tries_open",
            "enrolment_id",
            "quiz_id",
            unique=True,
            postgresql_where=text("handed_in_at IS NULL"),
        ),
        Index("ix_quiz_tries_enrolment_id_began_at_id", "enrolment_id", "began_at", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    quiz_id: Mapped[UUID] = mapped_column(ForeignKey("quizzes.id"), index=True)
    question_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    began_at: Mapped[Instant]
    handed_in_at: Mapped[Instant | None]
    score: Mapped[float | None]
    """The mean mark of its questions, from 0 to 1."""
    right: Mapped[int | None]
    """How many are wholly right."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    quiz: Mapped[Quiz] = relationship(lazy="raise")


class QuizAnswer(Base):
    """What was answered to one question of a try; marked when the try is handed in."""

    __tablename__ = "quiz_answers"

    try_id: Mapped[UUID] = mapped_column(ForeignKey("quiz_tries.id"), primary_key=True)
    question_id: Mapped[UUID] = mapped_column(
        ForeignKey("quiz_questions.id"), primary_key=True, index=True
    )
    given: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    """See `marking.Given`; nothing where it was left empty."""
    mark: Mapped[float | None]
    is_first: Mapped[bool] = mapped_column(default=False)
    """Whether she had never handed in an answer to it: later ones know the explanation."""
    answered_at: Mapped[Instant]


class QuizSectionResult(Base):
    """First answers of a try in one official section, counted when it is handed in.

    The readiness of a whole cohort is read from these: there are far fewer than answers.
    """

    __tablename__ = "quiz_section_results"

    try_id: Mapped[UUID] = mapped_column(ForeignKey("quiz_tries.id"), primary_key=True)
    exam_section: Mapped[str] = mapped_column(primary_key=True)
    answered: Mapped[int]
    right: Mapped[int]
    """Wholly right."""
