"""What somebody told of her time, and every time that dates of plans were set anew."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import Base, Id, Instant, JsonList, one_of
from cohort.people.models import Person


class StudyPace(Base):
    """What a researcher told of her time; no row is no word."""

    __tablename__ = "study_paces"
    __table_args__ = (CheckConstraint("hours BETWEEN 1 AND 60", name="hours"),)

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True
    )
    hours: Mapped[int | None]
    """That she has for studying in a week; None for as many as the cohort's calendar needs."""
    exam_on: Mapped[date | None]
    changed_at: Mapped[Instant]


class Absence(Base):
    """Days without studying, the first and the last included."""

    __tablename__ = "absences"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "first_day", "last_day"),
        CheckConstraint("last_day >= first_day", name="days"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    """For herself; nobody else reads it."""
    created_at: Mapped[Instant]


class CohortRedatingState(StrEnum):
    PLANNING = "planning"
    PLANNED = "planned"
    APPLIED = "applied"
    FAILED = "failed"


class CohortRedating(Base):
    """New first and last days of a cohort, and what they do to its plans; first a dry run."""

    __tablename__ = "cohort_redatings"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="dates"),
        Index("ix_cohort_redatings_cohort_id_asked_at_id", "cohort_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[Instant]
    note: Mapped[str]
    """Why, in the organiser's words; everybody whose dates move reads it."""
    state: Mapped[CohortRedatingState] = mapped_column(
        one_of(CohortRedatingState), default=CohortRedatingState.PLANNING
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    starts_on_before: Mapped[date]
    ends_on_before: Mapped[date]
    people: Mapped[int] = mapped_column(default=0)
    """Whose plans were looked at."""
    solved: Mapped[int] = mapped_column(default=0)
    """How many of these were different, and worked out."""
    applied_at: Mapped[Instant | None]

    cohort: Mapped[Cohort] = relationship(lazy="raise")


class RedatingState(StrEnum):
    PROPOSED = "proposed"
    APPLIED = "applied"
    STALE = "stale"


class Redating(Base):
    """New dates for one plan: as they were applied, or as the dry run of a cohort proposes them."""

    __tablename__ = "redatings"
    __table_args__ = (
        UniqueConstraint("cohort_redating_id", "enrolment_id"),
        Index("ix_redatings_enrolment_id_asked_at_id", "enrolment_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"))
    cohort_redating_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("cohort_redatings.id", ondelete="CASCADE")
    )
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[Instant]
    state: Mapped[RedatingState] = mapped_column(one_of(RedatingState))
    note: Mapped[str]
    moved: Mapped[int]
    """How many milestones have another date."""
    minutes_over: Mapped[int]
    """How much more work there is than hours for it, in all."""
    changes: Mapped[JsonList]
    """For each: plan_item_id, title, before, after, why, off_calendar."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    by: Mapped[Person] = relationship(lazy="raise")
