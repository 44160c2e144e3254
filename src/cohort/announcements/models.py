"""An announcement, and what became of it for each person."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.circles.models import Circle
from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, one_of
from cohort.people.models import Person


class Audience(StrEnum):
    """Whom an announcement is for, as it is when it is sent."""

    EVERYONE = "everyone"
    RESEARCHERS = "researchers"
    MENTORS = "mentors"
    AT_RISK = "at_risk"
    BEHIND = "behind"
    WITHOUT_MENTOR = "without_mentor"
    PAUSED = "paused"
    DONE = "done"
    CIRCLE = "circle"


class CopyState(StrEnum):
    """What became of it for one person."""

    WAITING = "waiting"
    """For a worker, or for the end of her quiet hours."""
    SENT = "sent"
    IN_DIGEST = "in_digest"
    """It comes with her next digest."""
    OFF = "off"
    """She has switched announcements off."""


class Announcement(Base):
    __tablename__ = "announcements"
    __table_args__ = (Index("ix_announcements_cohort_id_sent_at_id", "cohort_id", "sent_at", "id"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    audience: Mapped[Audience] = mapped_column(one_of(Audience))
    circle_id: Mapped[UUID | None] = mapped_column(ForeignKey("circles.id"), index=True)
    """Of the audience `circle`, which one."""
    subject: Mapped[str]
    text: Mapped[str]
    """Markdown, as everywhere."""
    is_essential: Mapped[bool]
    """Whether it comes to those too who have switched announcements off."""
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    sent_at: Mapped[Instant]

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    circle: Mapped[Circle | None] = relationship(lazy="raise")
    sender: Mapped[Person] = relationship(lazy="raise")


class AnnouncementCopy(Base):
    __tablename__ = "announcement_copies"
    __table_args__ = (Index("uq_announcement_copies", "announcement_id", "person_id", unique=True),)

    id: Mapped[Id]
    announcement_id: Mapped[UUID] = mapped_column(
        ForeignKey("announcements.id", ondelete="CASCADE")
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[CopyState] = mapped_column(one_of(CopyState), default=CopyState.WAITING)
    told_at: Mapped[Instant | None]
    """When that was settled."""

    announcement: Mapped[Announcement] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
