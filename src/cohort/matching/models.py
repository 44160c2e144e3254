"""Rounds, their runs, what a run found, and what organisers decided against it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import Base, Id, Instant, Json, JsonList, one_of
from cohort.introductions.models import Introduction
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Proposal
from cohort.pairing.rules import Aim
from cohort.rules.models import RulesVersion


class RoundState(StrEnum):
    OPEN = "open"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class RoundKind(StrEnum):
    """What publishing does with the pairs: proposes them, or introduces the two to each other."""

    MATCHING = "matching"
    INTRODUCTIONS = "introductions"


class Round(Base):
    """One cohort's matching for one period."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("cohort_id", "period"),
        CheckConstraint(
            "(kind = 'introductions') = (per_researcher IS NOT NULL)", name="per_researcher"
        ),
        Index("uq_rounds_open", "cohort_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_rounds_cohort_id_opened_at_id", "cohort_id", "opened_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    period: Mapped[str]
    """The local week, as 2026-W48; a round opened by hand adds -2, -3 …"""
    week: Mapped[date]
    """The Monday of the week whose hours are compared."""
    state: Mapped[RoundState] = mapped_column(one_of(RoundState), default=RoundState.OPEN)
    opened_at: Mapped[Instant]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    published_at: Mapped[Instant | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[RoundKind] = mapped_column(
        one_of(RoundKind), default=RoundKind.MATCHING, server_default=RoundKind.MATCHING
    )
    per_researcher: Mapped[int | None]
    per_mentor: Mapped[int | None]
    """Of introductions: how many mentors each researcher meets at most, and how many talks each
    mentor has; without a number as many as free places times `per_researcher`."""
    held_back: Mapped[str | None]
    """The last week whose round did not open, as these introductions waited to be published."""
    balance: Mapped[Json | None]
    """What counts beside the scores in this round: `placing` for each person, `keeping` for each
    pair of the run whose number is `before`; none where it is the rules that say."""

    cohort: Mapped[Cohort] = relationship(lazy="raise")


class RunState(StrEnum):
    QUEUED = "queued"
    SOLVED = "solved"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AdviceState(StrEnum):
    """How far the advice on a solved run is; it is worked out after the pairs."""

    NONE = "none"
    PENDING = "pending"
    READY = "ready"
    CUT_SHORT = "cut_short"
    FAILED = "failed"


class Run(Base):
    """One solve of a round, with the proof of its result."""

    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[Id]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    number: Mapped[int]
    rules_id: Mapped[UUID] = mapped_column(ForeignKey("rules.id"), index=True)
    balance: Mapped[Json | None]
    """Of its round, when it was queued."""
    state: Mapped[RunState] = mapped_column(one_of(RunState), default=RunState.QUEUED)
    queued_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]
    error: Mapped[str | None]
    researchers: Mapped[int | None]
    mentors: Mapped[int | None]
    places: Mapped[int | None]
    total: Mapped[float | None]
    bound: Mapped[float | None]
    gap: Mapped[float | None]
    stopped: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Time ran out before the pairs were proved the best; with fairness, a gap of 0 proves none."""
    cover_bonus: Mapped[float | None]
    """What placing one more person counts in the prices, where the rules cover first."""
    ahead: Mapped[Json | None]
    """Who went first, as their mentors had left: `enrolment_ids`, and the `head_start` that is
    added to the scores of these in the total, 0 with fairness; none where nobody did."""
    seconds: Mapped[float | None]
    input_digest: Mapped[str | None]
    """SHA-256 of everything that was solved, so that a result can be checked and repeated."""
    seal: Mapped[str | None]
    """Of its evidence, for those whom it paired, with the `seal_salt`; see `verdicts.service`."""
    seal_salt: Mapped[str | None]
    researcher_prices: Mapped[Json | None]
    mentor_prices: Mapped[Json | None]
    advice: Mapped[Json | None]
    """What would help, as `advising.Advice`; none of a pool that was too large to be held."""
    advice_state: Mapped[AdviceState] = mapped_column(
        one_of(AdviceState), default=AdviceState.NONE, server_default=AdviceState.NONE
    )

    round: Mapped[Round] = relationship(lazy="raise")
    rules: Mapped[RulesVersion] = relationship(lazy="raise")

    @property
    def aim(self) -> Aim:
        """What the best pairs are; a balance stands before what the rules say."""
        if self.balance is None:
            return self.rules.content.aim
        return Aim.model_construct(stickiness=self.balance["keeping"])

    @property
    def went_first(self) -> Sequence[str]:
        """By enrolment id."""
        return self.ahead["enrolment_ids"] if self.ahead else ()

    @property
    def is_proved(self) -> bool:
        """Whether no other pairs could be better."""
        return self.gap == 0 and not self.stopped


class KeptEvidence(Base):
    """What a round's newest solved run solved, as `evidence.pack` writes it: ids, no names.

    One row for each round: a newer run takes the place of the one before.
    """

    __tablename__ = "evidence"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    packed: Mapped[bytes]
    """Compressed where that pays: PostgreSQL stores it as it is (storage EXTERNAL)."""


class RunInput(Base):
    """The pool that a run solved, without names, so that the run can be replayed and compared.

    Kept until its cohort ends; none of a run whose pool was too large to hold all its scores.
    """

    __tablename__ = "run_inputs"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    pool: Mapped[bytes]
    """As `pack_pool` writes it, compressed: PostgreSQL stores it as it is (storage EXTERNAL)."""


class AdviceInput(Base):
    """The pool that a run solved, with names, for as long as advice on it is worked out."""

    __tablename__ = "advice_inputs"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    pool: Mapped[bytes]


class Pair(Base):
    __tablename__ = "pairs"
    __table_args__ = (UniqueConstraint("run_id", "enrolment_id", "mentor_id"),)

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    score: Mapped[float]
    fit: Mapped[str | None]
    """How well the two suit each other, in a word of `pairing.fit`; none in older rows."""
    best_score: Mapped[float | None]
    """With whichever of the `possible_mentors`, those whom no requirement removed."""
    possible_mentors: Mapped[int | None]
    factors: Mapped[JsonList]
    reason: Mapped[str]
    pinned: Mapped[bool]
    loss: Mapped[float | None]
    """What the total would lose without this pair; none where it is pinned, or not known."""
    fewer_placed: Mapped[int] = mapped_column(default=0)
    """How many people fewer would have a mentor without it, where the rules cover first."""
    skipped: Mapped[str | None]
    """Why it was not proposed when its round was published."""
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    introduction_id: Mapped[UUID | None] = mapped_column(ForeignKey("introductions.id"), index=True)

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")
    proposal: Mapped[Proposal | None] = relationship(lazy="raise")
    introduction: Mapped[Introduction | None] = relationship(lazy="raise")


class MentorMove(Base):
    """Another mentor for somebody who has one, from the places that a run left free.

    The mentorship goes on until both say yes to each other; then it ends, and not before.
    """

    __tablename__ = "moves"
    __table_args__ = (UniqueConstraint("run_id", "enrolment_id"),)

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    asked: Mapped[bool]
    """Whether one of the two asked for it; else the gain is what the rules ask for."""
    gain: Mapped[float]
    """By how much the score is better than that of the mentorship."""
    score: Mapped[float]
    fit: Mapped[str]
    factors: Mapped[JsonList]
    reason: Mapped[str]
    skipped: Mapped[str | None]
    """Why it was not proposed when its round was published."""
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")
    mentorship: Mapped[Mentorship] = relationship(lazy="raise")


class NextOffer(Base):
    """A proposal made between two rounds, to whoever waits after one that came to nothing."""

    __tablename__ = "next_offers"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    after_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), unique=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"), index=True)
    """The last one that was published, by whose rules it was made."""

    proposal: Mapped[Proposal] = relationship(lazy="raise", foreign_keys=[proposal_id])
    after: Mapped[Proposal] = relationship(lazy="raise", foreign_keys=[after_id])


class Unmatched(Base):
    """Someone whom a run could not pair, and why."""

    __tablename__ = "unmatched"
    __table_args__ = (UniqueConstraint("run_id", "enrolment_id"),)

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    code: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[Json]

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")


class OverrideKind(StrEnum):
    PIN = "pin"
    VETO = "veto"


class PinSetKind(StrEnum):
    LOCK = "lock"
    SWAP = "swap"
    REPAIR = "repair"


class PinSet(Base):
    """Several pins that were made in one act, on one run, for its round alone.

    The unique run settles a race: of two who act on a run, one does.
    """

    __tablename__ = "pin_sets"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        Index("ix_pin_sets_cohort_id_made_at_id", "cohort_id", "made_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    kind: Mapped[PinSetKind] = mapped_column(one_of(PinSetKind))
    asked: Mapped[Json]
    """What was asked for, so that the same asked twice is done once."""
    reason: Mapped[str]
    cost: Mapped[float | None]
    """What the total lost by it, as it was said before; none where that was not known."""
    fewer_placed: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[Instant]


class Override(Base):
    """An organiser's word on one pair: it must be, or it must not be."""

    __tablename__ = "overrides"
    __table_args__ = (
        Index(
            "uq_overrides_standing",
            "enrolment_id",
            "mentor_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(
            "uq_overrides_pin",
            "enrolment_id",
            unique=True,
            postgresql_where=text("kind = 'pin' AND lifted_at IS NULL"),
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        Index("ix_overrides_cohort_id_made_at_id", "cohort_id", "made_at", "id"),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("mentors.id"), index=True)
    kind: Mapped[OverrideKind] = mapped_column(one_of(OverrideKind))
    reason: Mapped[str]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[Instant]
    lifted_at: Mapped[Instant | None]
    pin_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("pin_sets.id"), index=True)
    """The act that it is a part of; it is then lifted with its round."""
    cost: Mapped[float | None]
    """What the total lost by it when it was made, where the newest run could tell."""

    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    mentor: Mapped[Mentor] = relationship(lazy="raise")
