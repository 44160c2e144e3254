"""What somebody chose about her mails, the links that end a kind, and what waits for a digest."""

from datetime import time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, Json, one_of
from cohort.notices.kinds import MailWhen


class MailSettings(Base):
    """When mails come; nobody has a row until she says so."""

    __tablename__ = "mail_settings"
    __table_args__ = (
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour"),
        CheckConstraint("digest_day BETWEEN 0 AND 6", name="digest_day"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet_hours"),
    )

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    time_zone: Mapped[str]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    digest_hour: Mapped[int]
    digest_day: Mapped[int]
    """Of the weekly one; 0 is Monday."""
    changed_at: Mapped[Instant]


class MailChoice(Base):
    """What she chose for a kind, where it is not what holds for everyone."""

    __tablename__ = "mail_choices"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    comes: Mapped[MailWhen] = mapped_column(one_of(MailWhen))


class UnsubscribeLink(Base):
    """The secret part of the address that ends a kind of mail for one person.

    Kept as it is, since every mail of the kind has it: all it can do is to end such mails.
    """

    __tablename__ = "unsubscribe_links"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    created_at: Mapped[Instant]


class WaitingMail(Base):
    """A mail for a digest: the job that would write it, which is asked again when it is due."""

    __tablename__ = "waiting_mails"
    __table_args__ = (
        Index("ix_waiting_mails_due_at", "due_at", postgresql_where=text("digest_id IS NULL")),
        Index("ix_waiting_mails_person_id_kind", "person_id", "kind"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    comes: Mapped[MailWhen] = mapped_column(one_of(MailWhen, "waitingwhen"))
    job_id: Mapped[UUID] = mapped_column(unique=True)
    """So that a job which runs twice waits once."""
    job: Mapped[str]
    arguments: Mapped[Json]
    kept_at: Mapped[Instant]
    due_at: Mapped[Instant]
    digest_id: Mapped[UUID | None] = mapped_column(index=True)
    """The job of the digest that holds it; another attempt at it holds the same ones."""
