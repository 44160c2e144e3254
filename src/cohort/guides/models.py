"""Guides, what they are made of, and the words that profiles choose from."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, Json, JsonList, Words, one_of


class Guide(Base):
    """One version of a guide; what changes much is another version, with rows of its own."""

    __tablename__ = "guides"
    __table_args__ = (
        Index("uq_guides_first_id_version", "first_id", "version", unique=True),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str]
    author: Mapped[str]
    published_on: Mapped[date | None]
    tags: Mapped[Words]
    imported_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    first_id: Mapped[UUID | None] = mapped_column(ForeignKey("guides.id"))
    """The first version of the same guide; of that one itself, none."""
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Who published it on a page; nobody, where an operator brought it in."""
    exam: Mapped[Json | None]
    """The exam that it prepares for: title, year, source, and sections with their weights."""
    base_address: Mapped[str] = mapped_column(default="", server_default="")
    """Where its text lies on the web, so that its relative links lead somewhere; or nowhere."""
    quizzes_id: Mapped[UUID | None] = mapped_column(ForeignKey("guides.id"), index=True)
    """The version whose quizzes it has, this one or one before; the first, where it is none."""


class MilestoneKind(StrEnum):
    READING = "reading"
    EXERCISE = "exercise"
    ARTEFACT = "artefact"
    QUIZ = "quiz"
    MOCK_EXAM = "mock_exam"
    EXAM_BOOKING = "exam_booking"
    EXAM_RESULT = "exam_result"
    CAREER_STEP = "career_step"
    MENTOR_MEETING = "mentor_meeting"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    MilestoneKind.READING: "Reading",
    MilestoneKind.EXERCISE: "Exercise",
    MilestoneKind.ARTEFACT: "Something made",
    MilestoneKind.QUIZ: "Quiz",
    MilestoneKind.MOCK_EXAM: "Mock exam",
    MilestoneKind.EXAM_BOOKING: "Booking the exam",
    MilestoneKind.EXAM_RESULT: "Result of the exam",
    MilestoneKind.CAREER_STEP: "Career step",
    MilestoneKind.MENTOR_MEETING: "Meeting with the mentor",
}


class Section(Base):
    """A heading of the guide; its slug is its name for as long as the guide lives."""

    __tablename__ = "sections"
    __table_args__ = (UniqueConstraint("guide_id", "slug"),)

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("sections.id"), index=True)
    slug: Mapped[str]
    title: Mapped[str]
    level: Mapped[int]
    position: Mapped[int]
    body: Mapped[str]
    retired_at: Mapped[Instant | None]


class Milestone(Base):
    """A piece of study work tied to one section."""

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("guide_id", "slug"),
        CheckConstraint("hours > 0", name="hours"),
    )

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id"), index=True)
    slug: Mapped[str]
    title: Mapped[str]
    task: Mapped[str]
    evidence: Mapped[str]
    hours: Mapped[int]
    skills: Mapped[Words]
    requires: Mapped[Words]
    """Slugs of milestones of the same guide that come first."""
    kind: Mapped[MilestoneKind] = mapped_column(
        one_of(MilestoneKind), default=MilestoneKind.ARTEFACT, server_default="artefact"
    )
    is_optional: Mapped[bool] = mapped_column(default=False, server_default=false())
    instead_of: Mapped[Words] = mapped_column(default=list, server_default="{}")
    """Slugs of milestones of the same guide that are passed with this one."""
    exam_sections: Mapped[Words] = mapped_column(default=list, server_default="{}")
    """Slugs of sections of the guide's exam."""
    rubric: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    """Criteria, each with a title and levels that rise."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]

    section: Mapped[Section] = relationship(lazy="raise")


class TermKind(StrEnum):
    DOMAIN = "domain"
    ROLE = "role"
    CONTEXT = "context"
    SKILL = "skill"


class Term(Base):
    """A word of a taxonomy: profiles and milestones name it by its slug."""

    __tablename__ = "terms"

    kind: Mapped[TermKind] = mapped_column(one_of(TermKind), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    translations: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """The title in other languages, by their code."""
    description: Mapped[str]
    parent_slug: Mapped[str | None]
    """The domain that this one lies in; domains are a tree, the other kinds are lists."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]
