"""What was asked for and what became of it; nothing of it is ever changed away."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, one_of
from cohort.people.models import Person
from cohort.study.models import PlanItem


class ExtensionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Extension(Base):
    __tablename__ = "extensions"
    __table_args__ = (
        Index(
            "uq_extensions_asked",
            "plan_item_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_extensions_plan_item_id", "plan_item_id"),
    )

    id: Mapped[Id]
    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.id"))
    state: Mapped[ExtensionState] = mapped_column(
        one_of(ExtensionState), default=ExtensionState.ASKED
    )
    until: Mapped[date]
    """The day that was asked for, in the cohort's time zone."""
    reason: Mapped[str]
    asked_at: Mapped[Instant]
    due_before: Mapped[Instant]
    """When the item was due before it was asked or decided."""
    due_after: Mapped[Instant | None]
    """When it is due since it was granted."""
    answer: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    decided_at: Mapped[Instant | None]

    plan_item: Mapped[PlanItem] = relationship(lazy="raise")
    decider: Mapped[Person | None] = relationship(lazy="raise")
