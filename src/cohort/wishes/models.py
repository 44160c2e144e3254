"""Who is to be kept apart from whom."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, one_of


class ApartKind(StrEnum):
    """A block needs no reason and is lifted by nobody else; a conflict is for the organisers."""

    BLOCK = "block"
    CONFLICT = "conflict"


class KeptApart(Base):
    """Somebody who does not want to be matched with the owner of an address, in one cohort.

    By the address, so that nobody learns here who takes part, and it holds for whoever comes later.
    """

    __tablename__ = "kept_apart"
    __table_args__ = (UniqueConstraint("cohort_id", "by_id", "kind", "email", "label"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ApartKind] = mapped_column(one_of(ApartKind))
    email: Mapped[str]
    label: Mapped[str]
    """What the person who said it reads: the address that she typed, or the name that she saw."""
    note: Mapped[str] = mapped_column(default="")
    """Of a conflict: why; for the organisers."""
    created_at: Mapped[Instant]


class LiftedConflict(Base):
    """Two who may be matched in spite of a conflict of interest, by an organiser's word."""

    __tablename__ = "lifted_conflicts"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True
    )
    mentor_id: Mapped[UUID] = mapped_column(
        ForeignKey("mentors.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str]
    lifted_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    lifted_at: Mapped[Instant]
