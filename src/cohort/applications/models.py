"""Applications, what organisers think of them, and forms whose address is not confirmed yet."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, Json, one_of
from cohort.people.models import Person


class ApplicationState(StrEnum):
    APPLIED = "applied"
    WAITLISTED = "waitlisted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"


class Application(Base):
    """A person's wish for a seat in a cohort, with the profile that the seat would get."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        Index("ix_applications_cohort_id_state_waits_since", "cohort_id", "state", "waits_since"),
        CheckConstraint("(state = 'waitlisted') = (waits_since IS NOT NULL)", name="waits_since"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(
        one_of(ApplicationState), default=ApplicationState.APPLIED
    )
    profile: Mapped[Json]
    """As EnrolmentIn."""
    waits_since: Mapped[Instant | None]
    """Its place on the waitlist: who waits longest gets the next free seat."""
    deferred_to: Mapped[UUID | None] = mapped_column(ForeignKey("cohorts.id"), index=True)
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    decision_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    cohort: Mapped[Cohort] = relationship(lazy="raise", foreign_keys=[cohort_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ApplicationReview(Base):
    """What one organiser thinks of an application."""

    __tablename__ = "application_reviews"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True
    )
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    score: Mapped[int]
    note: Mapped[str]
    reviewed_at: Mapped[Instant]

    reviewer: Mapped[Person] = relationship(lazy="raise")


class UnconfirmedApplication(Base):
    """A form from someone who was not signed in; it counts once the mailed link is opened.

    It belongs to no account, so whoever typed a stranger's address has put nothing into hers.
    """

    __tablename__ = "unconfirmed_applications"

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), index=True)
    email: Mapped[str]
    name: Mapped[str]
    profile: Mapped[Json]
    """As EnrolmentIn, and the answers to the organisers' own questions."""
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)

    cohort: Mapped[Cohort] = relationship(lazy="raise")
