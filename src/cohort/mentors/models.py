"""Mentors: one row per person and cohort."""

from datetime import date
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
from cohort.db import Base, Id, Instant, Json, JsonList, Words, one_of
from cohort.people.models import Person


class MentorState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    LEFT = "left"
    """Withdrew, or gave up mentoring in this cohort; an organiser may let her in again."""


class CameFrom(StrEnum):
    """Where a mentor was before industry."""

    PHD = "phd"
    POSTDOC = "postdoc"
    RESEARCHER = "researcher"
    INDUSTRY = "industry"


class Mentor(Base):
    __tablename__ = "mentors"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        CheckConstraint("capacity BETWEEN 0 AND 20", name="capacity"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="taken"),
        CheckConstraint("pause_from < back_on", name="pause"),
        Index("ix_mentors_cohort_id_created_at_id", "cohort_id", "created_at", "id"),
        Index(
            "ix_mentors_pause_from", "pause_from", postgresql_where=text("pause_from IS NOT NULL")
        ),
        Index("ix_mentors_back_on", "back_on", postgresql_where=text("back_on IS NOT NULL")),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[MentorState] = mapped_column(one_of(MentorState), default=MentorState.PENDING)
    paused_at: Mapped[Instant | None]
    """Since when nobody new is proposed; none while the mentor takes part."""
    pause_from: Mapped[date | None]
    """The day on which a pause begins that was planned ahead, in the mentor's time zone."""
    back_on: Mapped[date | None]
    """The day from which the mentor takes part again by herself, in her time zone."""
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    """Places in use: the number of mentorships that have not ended."""
    motivation: Mapped[str]
    came_from: Mapped[CameFrom] = mapped_column(one_of(CameFrom))
    domains: Mapped[Words]
    roles: Mapped[Words]
    contexts: Mapped[Words]
    skills: Mapped[Words]
    languages: Mapped[Words]
    time_zone: Mapped[str]
    weekly_hours: Mapped[JsonList]
    organisations: Mapped[Words]
    matters: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """1 for a factor of the score that counts more to her, -1 for less, by name."""
    is_listed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the researchers of the cohort may find her, by her own word."""
    consented_at: Mapped[Instant | None]
    """When the mentor said so herself; none while she was only imported."""
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    decision_note: Mapped[str]
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    cohort: Mapped[Cohort] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class UnconfirmedMentor(Base):
    """A form from someone who was not signed in; it counts once the mailed link is opened.

    It belongs to no account, so whoever typed a stranger's address has put nothing into hers.
    """

    __tablename__ = "unconfirmed_mentors"

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), index=True)
    email: Mapped[str]
    name: Mapped[str]
    profile: Mapped[Json]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant] = mapped_column(index=True)

    cohort: Mapped[Cohort] = relationship(lazy="raise")


class WishOf(StrEnum):
    RESEARCHER = "researcher"
    MENTOR = "mentor"


class Wish(Base):
    """One of the two would like the other; both may, each with a rank of their own."""

    __tablename__ = "wishes"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "wish_of", "mentor_id"),
        Index("ix_wishes_mentor_id_wish_of", "mentor_id", "wish_of"),
        CheckConstraint("rank >= 0", name="rank"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"))
    wish_of: Mapped[WishOf] = mapped_column(one_of(WishOf))
    rank: Mapped[int]
    """0 is the dearest."""
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why; for the organisers."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")
