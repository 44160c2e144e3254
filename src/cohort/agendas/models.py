"""What the two of a mentorship write down."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, one_of
from cohort.mentorships.models import Mentorship


class EntryKind(StrEnum):
    GOAL = "goal"
    POINT = "point"
    NOTE = "note"


class AgendaEntry(Base):
    __tablename__ = "agenda_entries"
    __table_args__ = (
        Index("ix_agenda_entries_mentorship_id_created_at_id", "mentorship_id", "created_at", "id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    kind: Mapped[EntryKind] = mapped_column(one_of(EntryKind))
    text: Mapped[str]
    is_shared: Mapped[bool]
    """Whether the other one reads it; goals and points are always shared."""
    written_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    done_at: Mapped[Instant | None]
    """When a goal was reached, or a point was talked about."""
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    mentorship: Mapped[Mentorship] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class MentorMonth(Base):
    """The newest month of which a mentor was promised the mail about her mentees."""

    __tablename__ = "mentor_months"

    mentor_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentors.id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[date]
    """Its first day."""
