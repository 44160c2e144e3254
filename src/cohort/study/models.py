"""The plan of an enrolment, the evidence handed in for it, and the reviews."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Enrolment
from cohort.db import Base, Id, Instant, JsonList, Words, one_of
from cohort.guides.models import Milestone
from cohort.people.models import Person


class ItemState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    AGAIN = "again"
    PASSED = "passed"


COUNTED = (
    "id",
    "milestone_id",
    "position",
    "due_at",
    "state",
    "passed_at",
    "handed_in_at",
    "judged_at",
    "versions",
)


class PlanItem(Base):
    """A milestone in one researcher's plan, with its date."""

    __tablename__ = "plan_items"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "milestone_id"),
        # With what puts in order all that waits, so that no row is read but those shown.
        Index(
            "ix_plan_items_submitted",
            "enrolment_id",
            postgresql_where=text("state = 'submitted'"),
            postgresql_include=("id", "handed_in_at", "versions"),
        ),
        Index(
            "ix_plan_items_owed",
            "enrolment_id",
            "due_at",
            "position",
            postgresql_where=text("state IN ('open', 'again')"),
        ),
        # All that figures count. Without it PostgreSQL, to which a plan's rows seem scattered,
        # reads the plans of all cohorts for those of one.
        Index("ix_plan_items_counted", "enrolment_id", postgresql_include=COUNTED),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"), index=True)
    position: Mapped[int]
    due_at: Mapped[Instant]
    state: Mapped[ItemState] = mapped_column(one_of(ItemState), default=ItemState.OPEN)
    passed_at: Mapped[Instant | None]
    handed_in_at: Mapped[Instant | None]
    """When its first version was; that and the two below stand here to be counted in one pass."""
    judged_at: Mapped[Instant | None]
    """When the first review came."""
    versions: Mapped[int] = mapped_column(default=0, server_default="0")

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    milestone: Mapped[Milestone] = relationship(lazy="raise")


class Submission(Base):
    """Evidence, in versions: what was handed in stays as it was."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("plan_item_id", "version"),)

    id: Mapped[Id]
    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.id"))
    version: Mapped[int]
    text: Mapped[str]
    """Markdown, rendered safely."""
    links: Mapped[Words]
    submitted_at: Mapped[Instant]
    peer_reviews: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many others of the cohort have reviewed it; a room above writes them down."""

    plan_item: Mapped[PlanItem] = relationship(lazy="raise")
    review: Mapped["Review | None"] = relationship(lazy="raise", viewonly=True)


class Verdict(StrEnum):
    PASSED = "passed"
    AGAIN = "again"


class Review(Base):
    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("submission_id"),)

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    comment: Mapped[str]
    reviewed_at: Mapped[Instant]
    rubric: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    """As it was when the review was begun; empty in older rows, and where there was none."""
    levels: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    """[{criterion, level, says, rank, of}]: what was found, in the order of the rubric."""
    thanked_at: Mapped[Instant | None]
    """When the researcher said thanks."""

    reviewer: Mapped[Person] = relationship(lazy="raise")

    @property
    def reviewer_name(self) -> str:
        return self.reviewer.name
