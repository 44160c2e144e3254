"""A circle, who is in it, and what an organiser looked at before forming them."""

from datetime import time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import Base, Id, Instant, Json, one_of


class Circle(Base):
    """It has ended when nobody was left in it, or when circles were formed anew without it."""

    __tablename__ = "circles"
    __table_args__ = (
        CheckConstraint("meets_on BETWEEN 0 AND 6", name="meets_on"),
        CheckConstraint("minutes BETWEEN 15 AND 240", name="minutes"),
        CheckConstraint("(meets_on IS NULL) = (meets_at IS NULL)", name="meeting"),
        UniqueConstraint("cohort_id", "number"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    number: Mapped[int]
    """Its name: Circle 3."""
    meets_on: Mapped[int | None]
    """0 is Monday; on the cohort's clock, as the hour."""
    meets_at: Mapped[time | None]
    minutes: Mapped[int]
    meets_since: Mapped[Instant | None]
    """From when this time holds."""
    link: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    """How often it changed for a calendar: SEQUENCE of RFC 5545."""
    created_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        return name_of(self.number)


def name_of(number: int) -> str:
    return f"Circle {number}"


class CircleMember(Base):
    """A researcher in a circle, from when to when; nobody is in two at once."""

    __tablename__ = "circle_members"
    __table_args__ = (
        Index(
            "uq_circle_members_enrolment_id",
            "enrolment_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    circle_id: Mapped[UUID] = mapped_column(ForeignKey("circles.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"))
    shows_progress: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the others of the circle see how far she is, by her own word."""
    joined_at: Mapped[Instant]
    left_at: Mapped[Instant | None]

    circle: Mapped[Circle] = relationship(lazy="raise")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class CirclePreviewState(StrEnum):
    FORMING = "forming"
    FORMED = "formed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CirclePreview(Base):
    """Circles as they would be, from what was known then; one that was published is kept."""

    __tablename__ = "circle_previews"
    __table_args__ = (Index("ix_circle_previews_cohort_id_made_at", "cohort_id", "made_at"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    state: Mapped[CirclePreviewState] = mapped_column(
        one_of(CirclePreviewState), server_default=CirclePreviewState.FORMED
    )
    """The default is for the version before, which knows of none that is not formed."""
    asked: Mapped[Json]
    """A `CircleRules`."""
    found: Mapped[Json]
    """A `CirclesFound`; empty unless it is formed."""
    basis: Mapped[bytes] = mapped_column(LargeBinary)
    """The digest of what it was worked out from: while it is the same, so is the preview."""
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[Instant]
    published_at: Mapped[Instant | None]

    cohort: Mapped[Cohort] = relationship(lazy="raise")

    @property
    def is_published(self) -> bool:
        return self.published_at is not None
