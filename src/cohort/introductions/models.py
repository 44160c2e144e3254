"""Two who are to talk once, and what each said afterwards."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.db import Base, Id, Instant, one_of
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Side


class Impression(StrEnum):
    """What one of the two says after the talk."""

    GLADLY = "gladly"
    COULD_WORK = "could_work"
    RATHER_NOT = "rather_not"


class IntroductionState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Introduction(Base):
    __tablename__ = "introductions"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "mentor_id"),
        Index("ix_introductions_cohort_id_made_at_id", "cohort_id", "made_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    reason: Mapped[str]
    """Why these two, in a sentence for both."""
    made_at: Mapped[Instant]
    researcher_answer: Mapped[Impression | None] = mapped_column(
        one_of(Impression, "researcher_answer")
    )
    mentor_answer: Mapped[Impression | None] = mapped_column(one_of(Impression, "mentor_answer"))
    researcher_note: Mapped[str] = mapped_column(default="")
    mentor_note: Mapped[str] = mapped_column(default="")
    """What each adds, for the organisers alone."""
    cancelled_at: Mapped[Instant | None]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    closed_at: Mapped[Instant | None]
    """When pairs of its cohort were published, by what had been said until then."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")

    @property
    def state(self) -> IntroductionState:
        """Whoever has left the cohort meets nobody any more."""
        if self.closed_at is not None:
            return IntroductionState.CLOSED
        here = self.enrolment.state is EnrolmentState.ACTIVE
        there = self.mentor.state is MentorState.APPROVED
        if self.cancelled_at is not None or not (here and there):
            return IntroductionState.CANCELLED
        return IntroductionState.OPEN

    def answer_of(self, side: Side) -> Impression | None:
        return self.researcher_answer if side is Side.RESEARCHER else self.mentor_answer

    def note_of(self, side: Side) -> str:
        return self.researcher_note if side is Side.RESEARCHER else self.mentor_note
