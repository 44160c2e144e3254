"""An address that is told what happens, and each attempt to tell it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, Json, Words, one_of


class Webhook(Base):
    __tablename__ = "webhooks"
    __table_args__ = (UniqueConstraint("cohort_id", "url"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"))
    url: Mapped[str]
    types: Mapped[Words]
    """The types of events that it is told; none for all."""
    secret: Mapped[str]
    """What we sign with. It cannot be kept as a hash: the receiver checks with the same one."""
    old_secret: Mapped[str | None]
    old_secret_until: Mapped[Instant | None]
    """While a secret is being replaced, we sign with both."""
    active: Mapped[bool] = mapped_column(default=True)
    off_because: Mapped[str | None]
    last_number: Mapped[int] = mapped_column(BigInteger)
    """Of the last event that deliveries were made for."""
    created_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_number"),
        Index("ix_deliveries_webhook_id_created_at_id", "webhook_id", "created_at", "id"),
        Index("ix_deliveries_created_at", "created_at"),
    )

    id: Mapped[Id]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_number: Mapped[int | None] = mapped_column(BigInteger)
    """None for a test."""
    payload: Mapped[Json]
    state: Mapped[DeliveryState] = mapped_column(
        one_of(DeliveryState), default=DeliveryState.PENDING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    """What the receiver answered last."""
    error: Mapped[str | None]
    """Why the last attempt had no answer."""
    created_at: Mapped[Instant]
    attempted_at: Mapped[Instant | None]
    next_at: Mapped[Instant | None]

    webhook: Mapped[Webhook] = relationship(lazy="raise")
