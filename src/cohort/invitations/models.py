"""Who was invited, as what, and what came of it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Id, Instant, Json, one_of
from cohort.people.models import Person


class InvitedAs(StrEnum):
    RESEARCHER = "researcher"
    MENTOR = "mentor"


class InvitationState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class MailedInvitation(Base):
    """One for an address, as a researcher or as a mentor of a cohort."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("cohort_id", "invited_as", "email"),
        Index("ix_invitations_cohort_id_created_at_id", "cohort_id", "created_at", "id"),
        Index("ix_invitations_expires_at", "expires_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    invited_as: Mapped[InvitedAs] = mapped_column(one_of(InvitedAs))
    email: Mapped[str]
    name: Mapped[str]
    """As the organiser wrote it; may be empty."""
    admits: Mapped[bool]
    """Whether who answers is in: a researcher has a seat, a mentor is approved."""
    note: Mapped[str]
    profile: Mapped[Json] = mapped_column(server_default="{}")
    """What a mentor's form comes filled in with, by its fields: whom the organisers look for."""
    page_url: Mapped[str | None]
    """The page of another site that shows the form; None is our own."""
    state: Mapped[InvitationState] = mapped_column(one_of(InvitationState))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    opened_at: Mapped[Instant | None]
    settled_at: Mapped[Instant | None]
    """When it was answered, declined or revoked."""

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    inviter: Mapped[Person] = relationship(lazy="raise")

    @property
    def keeps_seat(self) -> bool:
        """Whether, while it is open, a seat of the cohort is in use for it."""
        return self.admits and self.invited_as is InvitedAs.RESEARCHER
