"""What somebody makes of a guide before it is published."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, Json, Words


class CurriculumDraft(Base):
    """A whole curriculum, as its file would say it, while its author works on it."""

    __tablename__ = "curriculum_drafts"
    __table_args__ = (
        Index("ix_curriculum_drafts_author_id_changed_at_id", "author_id", "changed_at", "id"),
    )

    id: Mapped[Id]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    base_id: Mapped[UUID | None] = mapped_column(ForeignKey("guides.id"), index=True)
    """The version that this one is to follow; none, where it becomes a guide of its own."""
    title: Mapped[str]
    content: Mapped[Json]
    quizzes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """All of them, see `quizzes.rows.QuizTables`; none, where they are those of its base."""
    notes: Mapped[Words]
    """What was left out or guessed when it was read, in sentences."""
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
