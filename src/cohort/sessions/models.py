"""A live session of a cohort, and who comes to it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, one_of
from cohort.people.models import Person


class SessionState(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class LiveSession(Base):
    """One time at which the people of a cohort come together.

    Of what repeats, each time is a session of its own, so that it has its own seats, and can be
    moved or cancelled alone; what repeats together has a `series_id` in common.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 15 AND 480", name="minutes"),
        CheckConstraint("capacity BETWEEN 0 AND 10000", name="capacity"),
        CheckConstraint("taken >= 0 AND (capacity = 0 OR taken <= capacity)", name="taken"),
        UniqueConstraint("series_id", "slot_at"),
        Index("ix_sessions_cohort_id_starts_at_id", "cohort_id", "starts_at", "id"),
        Index(
            "ix_sessions_remind_at",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL AND reminded_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    series_id: Mapped[UUID | None]
    repeats: Mapped[str] = mapped_column(default="")
    """The rule of RFC 5545 by which the series was laid out."""
    slot_at: Mapped[Instant]
    """Where it stood when it was planned: its name inside the series, wherever it is moved."""
    state: Mapped[SessionState] = mapped_column(one_of(SessionState), default=SessionState.PLANNED)
    title: Mapped[str]
    about: Mapped[str]
    host: Mapped[str]
    """Who leads it; she may be a guest without an account."""
    starts_at: Mapped[Instant]
    minutes: Mapped[int]
    capacity: Mapped[int]
    """Seats; 0 is as many as come."""
    taken: Mapped[int] = mapped_column(default=0)
    link: Mapped[str]
    """The address of the call; like those below, empty where there is none."""
    recording_link: Mapped[str] = mapped_column(default="")
    notes_link: Mapped[str] = mapped_column(default="")
    code: Mapped[str]
    """Read out in the session; whoever knows it was there."""
    note: Mapped[str] = mapped_column(default="")
    """Why it was cancelled."""
    sequence: Mapped[int] = mapped_column(default=0)
    """How often it changed for a calendar: SEQUENCE of RFC 5545."""
    remind_at: Mapped[Instant | None]
    reminded_at: Mapped[Instant | None]
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)
    """Of what organisers say about it; who comes does not count here."""

    cohort: Mapped[Cohort] = relationship(lazy="raise")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class PlaceState(StrEnum):
    COMING = "coming"
    WAITING = "waiting"
    LEFT = "left"
    WALKED_IN = "walked_in"
    """Was there without having signed up."""


class AttendedBy(StrEnum):
    """How we know that someone was there."""

    CODE = "code"
    LINK = "link"
    LIST = "list"


class SessionPlace(Base):
    """A person and a session: signed up, waiting, gone again, there."""

    __tablename__ = "session_places"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[Id]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[PlaceState] = mapped_column(one_of(PlaceState))
    asked_at: Mapped[Instant]
    """Since when she comes or waits: the order of the waiting list."""
    attended_at: Mapped[Instant | None]
    attended_by: Mapped[AttendedBy | None] = mapped_column(one_of(AttendedBy))

    person: Mapped[Person] = relationship(lazy="raise")
    session: Mapped[LiveSession] = relationship(lazy="raise")
