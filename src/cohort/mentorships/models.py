"""A published pair that awaits answers, and the mentorship that it becomes."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Enrolment
from cohort.db import Base, Id, Instant, JsonList, one_of
from cohort.mentors.models import Mentor


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class Side(StrEnum):
    """One of the two whom a proposal is made to."""

    RESEARCHER = "researcher"
    MENTOR = "mentor"


class DeclineReason(StrEnum):
    """Why somebody says no, where one of these says it; only organisers read it."""

    NO_TIME = "no_time"
    FIELDS_DIFFER = "fields_differ"
    GOALS_DIFFER = "goals_differ"
    HOURS_DIFFER = "hours_differ"
    ACQUAINTED = "acquainted"
    OTHER = "other"


class Proposal(Base):
    __tablename__ = "proposals"
    __table_args__ = (
        Index(
            "uq_proposals_open",
            "enrolment_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_proposals_cohort_id_created_at_id", "cohort_id", "created_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.OPEN)
    score: Mapped[float]
    """Of the factors that both may read; 0 where there are none."""
    fit: Mapped[str | None]
    """How well the two suit each other, in a word of `pairing.fit`; none in older rows."""
    best_score: Mapped[float | None]
    """Not told any more, as it tells what others wish; nor is `possible_mentors`. Both are empty,
    and go once no process of an earlier version writes them."""
    possible_mentors: Mapped[int | None]
    reason: Mapped[str]
    """Why these two, in a sentence for both."""
    factors: Mapped[JsonList]
    """[{name, title, score, weight}]: what the score is made of, the weights together 1."""
    moves: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Made to a researcher who has a mentor: once both say yes, that mentorship ends."""
    researcher_accepted_at: Mapped[Instant | None]
    mentor_accepted_at: Mapped[Instant | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    because: Mapped[DeclineReason | None] = mapped_column(one_of(DeclineReason))
    """Why it was declined; none where it was not, and in older rows."""
    note: Mapped[str] = mapped_column(default="")
    """Why it was declined, in own words, or why it lapsed."""
    created_at: Mapped[Instant]
    remind_at: Mapped[Instant | None]
    """When to remind whoever has not answered; none once that is done."""
    expires_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")

    def yes_of(self, side: Side) -> datetime | None:
        """When that side said yes."""
        is_researcher = side is Side.RESEARCHER
        return self.researcher_accepted_at if is_researcher else self.mentor_accepted_at


class MentorshipState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Mentorship(Base):
    __tablename__ = "mentorships"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        Index(
            "uq_mentorships_active",
            "enrolment_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_mentorships_cohort_id_began_at_id", "cohort_id", "began_at", "id"),
        Index(
            "ix_mentorships_resumes_on",
            "resumes_on",
            postgresql_where=text("resumes_on IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    began_at: Mapped[Instant]
    paused_at: Mapped[Instant | None]
    """Since when the two pause; the mentor's place stays theirs."""
    resumes_on: Mapped[date | None]
    """The day from which it goes on by itself, in the cohort's time zone."""
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    end_reason: Mapped[str] = mapped_column(default="")
    handed_over: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It ended because the mentor left: the researcher goes first until she has another."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")
    proposal: Mapped[Proposal] = relationship(lazy="raise")

    @property
    def state(self) -> MentorshipState:
        if self.ended_at is not None:
            return MentorshipState.ENDED
        return MentorshipState.ACTIVE if self.paused_at is None else MentorshipState.PAUSED


class RematchRequest(Base):
    """One of the two would like somebody else; why is for the organisers, never for the other one.

    It stands until it is withdrawn or the mentorship ends.
    """

    __tablename__ = "rematch_requests"
    __table_args__ = (
        Index(
            "uq_rematch_requests_standing",
            "mentorship_id",
            "side",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        Index("ix_rematch_requests_asked_at_id", "asked_at", "id"),
    )

    id: Mapped[Id]
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"))
    side: Mapped[Side] = mapped_column(one_of(Side))
    """Who asks."""
    reason: Mapped[str]
    asked_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]

    mentorship: Mapped[Mentorship] = relationship(lazy="raise")
