"""Statements about what somebody can do, the skills of roles, and what people answered."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, Words, one_of


class KnownLevel(StrEnum):
    """From the least to the most."""

    NEW = "new"
    SEEN = "seen"
    DONE = "done"
    ROUTINE = "routine"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    KnownLevel.NEW: "This is new to me",
    KnownLevel.SEEN: "I have read about it",
    KnownLevel.DONE: "I have done it once or twice",
    KnownLevel.ROUTINE: "I do it often",
}


class StatementSide(StrEnum):
    RESEARCH = "research"
    PRODUCTION = "production"


class AssessmentStatement(Base):
    """One statement of a guide's self-assessment, in the first person."""

    __tablename__ = "assessment_statements"
    __table_args__ = (UniqueConstraint("guide_id", "slug"),)

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    """The first version of the guide: each version has the same statements."""
    slug: Mapped[str]
    text: Mapped[str]
    side: Mapped[StatementSide] = mapped_column(one_of(StatementSide))
    milestones: Mapped[Words]
    """Slugs of the milestones that it weighs."""
    skippable: Mapped[Words]
    """Those of them that may be passed with what she already has."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]


class RoleSkills(Base):
    """The skills that a role asks for first."""

    __tablename__ = "assessment_roles"

    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    skills: Mapped[Words]


class StatementAnswer(Base):
    """How well she knows it, by her own word; the last one counts."""

    __tablename__ = "assessment_answers"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True
    )
    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey("assessment_statements.id"), primary_key=True, index=True
    )
    level: Mapped[KnownLevel] = mapped_column(one_of(KnownLevel))
    answered_at: Mapped[Instant]
