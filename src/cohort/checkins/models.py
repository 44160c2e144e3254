"""What each of the two of a mentorship was asked, what they answered, and what came of it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, one_of
from cohort.mentorships.models import Mentorship, Side


class Going(StrEnum):
    """Whether it is going well."""

    WELL = "well"
    SO_SO = "so_so"
    BADLY = "badly"


class CheckIn(Base):
    """Three questions to one of the two; the answers come all at once, and the last ones count."""

    __tablename__ = "check_ins"
    __table_args__ = (
        UniqueConstraint("mentorship_id", "side", "due_on"),
        Index(
            "uq_check_ins_open",
            "mentorship_id",
            "side",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (met IS NULL)"
            " AND (answered_at IS NULL) = (going IS NULL)"
            " AND (answered_at IS NULL) = (needs_help IS NULL)",
            name="answer",
        ),
        Index("ix_check_ins_asked_at_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    side: Mapped[Side] = mapped_column(one_of(Side))
    """Who is asked."""
    due_on: Mapped[date]
    """In the time zone of whoever is asked."""
    asked_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    """When the next one was asked; answers are taken until then."""
    answered_at: Mapped[Instant | None]
    """When the last answer came."""
    met: Mapped[bool | None]
    going: Mapped[Going | None] = mapped_column(one_of(Going))
    needs_help: Mapped[bool | None]
    """Of the organisers."""
    words: Mapped[str] = mapped_column(default="")

    mentorship: Mapped[Mentorship] = relationship(lazy="raise")

    @property
    def is_open(self) -> bool:
        """Whether an answer is taken; with the mentorship loaded."""
        return self.closed_at is None and self.mentorship.ended_at is None


class Worth(StrEnum):
    """Whether a mentorship was worth the time."""

    VERY = "very"
    PARTLY = "partly"
    NOT = "not"


class ClosingSurvey(Base):
    """A few words of one of the two when it has ended; the last answer counts."""

    __tablename__ = "closing_surveys"
    __table_args__ = (
        UniqueConstraint("mentorship_id", "side"),
        CheckConstraint(
            "(answered_at IS NULL) = (worth IS NULL)"
            " AND (answered_at IS NULL) = (would_again IS NULL)",
            name="answer",
        ),
        Index("ix_closing_surveys_asked_at_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    side: Mapped[Side] = mapped_column(one_of(Side))
    asked_at: Mapped[Instant]
    answered_at: Mapped[Instant | None]
    worth: Mapped[Worth | None] = mapped_column(one_of(Worth))
    would_again: Mapped[bool | None]
    """Whether they would do it again with the same one."""
    may_name: Mapped[bool] = mapped_column(default=False)
    """Whether the mentor's record of hours may name this researcher."""
    words: Mapped[str] = mapped_column(default="")

    mentorship: Mapped[Mentorship] = relationship(lazy="raise")


class Episode(Base):
    """A time in which a mentorship needed somebody: each step is taken once in it."""

    __tablename__ = "episodes"
    __table_args__ = (
        Index(
            "uq_episodes_open",
            "mentorship_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_episodes_mentorship_id", "mentorship_id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    nudged_at: Mapped[Instant | None]
    """When the two were last reminded of each other, by us or by an organiser."""
    told_at: Mapped[Instant | None]
    """When the organisers were told."""
    ending_told_at: Mapped[Instant | None]
    """When the organisers were asked whether to end it kindly."""
    ending_asked_at: Mapped[Instant | None]
    """When an organiser let the two be asked that."""
