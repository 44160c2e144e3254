"""How a cohort reviews each other's work: the organisers' choices, who is asked, what they said."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, JsonList, one_of
from cohort.people.models import Person
from cohort.study.models import Submission, Verdict


class PeerReviewRules(Base):
    """For one milestone, or for all of the cohort that have none of their own."""

    __tablename__ = "peer_review_rules"
    __table_args__ = (
        UniqueConstraint("cohort_id", "milestone"),
        CheckConstraint("reviews_each BETWEEN 1 AND 5", name="reviews_each"),
        CheckConstraint("days BETWEEN 1 AND 30", name="days"),
        CheckConstraint("most_at_once BETWEEN 1 AND 10", name="most_at_once"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    milestone: Mapped[str]
    """The slug, which stays when the cohort moves to another version of its guide; "" for all."""
    is_on: Mapped[bool]
    reviews_each: Mapped[int]
    days: Mapped[int]
    """To the end of that day on the cohort's clock."""
    most_at_once: Mapped[int]
    """Nobody has more reviews to write at a time."""
    anonymous: Mapped[bool]
    with_mentors: Mapped[bool]
    with_staff: Mapped[bool]
    peers_pass: Mapped[bool]
    """Whether all of them saying that it passes is the verdict."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ReviewAllocation(Base):
    """One time at which reviewers were found, with the figures that prove it."""

    __tablename__ = "review_allocations"
    __table_args__ = (Index("ix_review_allocations_cohort_id_made_at", "cohort_id", "made_at"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    made_at: Mapped[Instant]
    works: Mapped[int]
    reviewers: Mapped[int]
    wanted: Mapped[int]
    given: Mapped[int]
    total: Mapped[float]
    """The sum of the fits; nothing of the same evenness is above `bound`."""
    bound: Mapped[float]
    most: Mapped[int]
    least: Mapped[int]
    proved: Mapped[bool]


class ReviewerRole(StrEnum):
    PEER = "peer"
    MENTOR = "mentor"
    STAFF = "staff"


class ReviewAsk(StrEnum):
    FIRST = "first"
    SECOND_OPINION = "second_opinion"


class ReviewTaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """Something newer was handed in, or the verdict was there first."""


class ReviewTask(Base):
    """Somebody is asked to review one version of somebody's work."""

    __tablename__ = "review_tasks"
    __table_args__ = (
        UniqueConstraint("submission_id", "reviewer_id"),
        Index("ix_review_tasks_reviewer_id_due_at_id", "reviewer_id", "due_at", "id"),
        Index("ix_review_tasks_cohort_id", "cohort_id"),
        Index("ix_review_tasks_open", "due_at", postgresql_where=text("state = 'open'")),
        Index(
            "uq_review_tasks_second",
            "submission_id",
            unique=True,
            postgresql_where=text("ask = 'second_opinion' AND state IN ('open', 'done')"),
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[ReviewerRole] = mapped_column(one_of(ReviewerRole))
    ask: Mapped[ReviewAsk] = mapped_column(one_of(ReviewAsk))
    state: Mapped[ReviewTaskState] = mapped_column(one_of(ReviewTaskState))
    anonymous: Mapped[bool]
    """As the organisers had chosen when it was given: a later choice gives nobody away."""
    fit: Mapped[float]
    allocated_at: Mapped[Instant]
    due_at: Mapped[Instant]
    remind_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    submission: Mapped[Submission] = relationship(lazy="raise")
    reviewer: Mapped[Person] = relationship(lazy="raise")


class PeerReview(Base):
    """What a reviewer said; the verdict is advice, unless the organisers chose otherwise."""

    __tablename__ = "peer_reviews"
    __table_args__ = (UniqueConstraint("task_id"),)

    id: Mapped[Id]
    task_id: Mapped[UUID] = mapped_column(ForeignKey("review_tasks.id"))
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict))
    comment: Mapped[str]
    rubric: Mapped[JsonList]
    """As it was when the review was begun."""
    levels: Mapped[JsonList]
    reviewed_at: Mapped[Instant]
    thanked_at: Mapped[Instant | None]

    task: Mapped[ReviewTask] = relationship(lazy="raise")
