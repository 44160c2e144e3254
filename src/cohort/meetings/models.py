"""A meeting of the two of a mentorship, as it stands now."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, one_of
from cohort.mentorships.models import Mentorship

COMES = "state IN ('proposed', 'agreed')"


class MeetingState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


class Meeting(Base):
    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 15 AND 240", name="minutes"),
        Index(
            "uq_meetings_mentorship_id_starts_at",
            "mentorship_id",
            "starts_at",
            unique=True,
            postgresql_where=text(COMES),
        ),
        Index("ix_meetings_mentorship_id_starts_at_id", "mentorship_id", "starts_at", "id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState), default=MeetingState.PROPOSED)
    starts_at: Mapped[Instant]
    minutes: Mapped[int]
    topic: Mapped[str]
    place: Mapped[str]
    """Where: the address of a call, a room, a telephone number."""
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    """Who named this time; the other one agrees to it."""
    moved_from: Mapped[Instant | None]
    """The time that it had before the one that is proposed; none once that is agreed."""
    note: Mapped[str] = mapped_column(default="")
    """Why it was cancelled or did not take place."""
    sequence: Mapped[int] = mapped_column(default=0)
    """How often it changed for a calendar: SEQUENCE of RFC 5545."""
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    mentorship: Mapped[Mentorship] = relationship(lazy="raise")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)
