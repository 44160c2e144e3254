"""Accounts and the ways into them."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    and_,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, Json, Words, one_of


class Person(Base):
    """An account; or a placeholder, somebody whom an organiser entered from her list.

    A placeholder is one of a cohort, with the name that the organiser typed, until its holder
    confirms. It is never signed in, and no account learns of it: the same address may have one.
    """

    __tablename__ = "people"
    __table_args__ = (
        Index("uq_people_email", "email", unique=True, postgresql_where=text("NOT is_placeholder")),
        CheckConstraint(
            "NOT is_placeholder OR"
            " (verified_at IS NULL AND password_hash IS NULL AND NOT is_admin)",
            name="placeholder",
        ),
    )

    id: Mapped[Id]
    email: Mapped[str]
    """Lower case, as typed otherwise; of accounts, unique."""
    name: Mapped[str]
    password_hash: Mapped[str | None]
    verified_at: Mapped[Instant | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    opens_cohorts: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an admin lets the person open cohorts, and so bring guides in."""
    is_placeholder: Mapped[bool] = mapped_column(default=False, server_default=false())
    two_steps: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a password or a mailed link is half the way in, and a code or a passkey the rest."""
    suspended_at: Mapped[Instant | None]
    """Since when an admin keeps the person out; all logins and keys ended then."""
    created_at: Mapped[Instant]

    @classmethod
    def has_account(cls, email: str | ColumnElement[str]) -> ColumnElement[bool]:
        """Whose account this address is."""
        return and_(cls.email == email, ~cls.is_placeholder)


class Login(Base):
    """One signed-in browser or client; the token itself is never stored."""

    __tablename__ = "logins"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    began_at: Mapped[Instant]
    confirmed_at: Mapped[Instant]
    """When its holder last gave the password, or opened a mailed link."""
    used_at: Mapped[Instant]
    """To the hour."""
    expires_at: Mapped[Instant]
    """When it ends unless it is used before; each use moves it, to a last day that stays."""
    device: Mapped[str]
    """What the browser calls itself, shortened."""

    person: Mapped[Person] = relationship(lazy="raise")


class PendingLogin(Base):
    """Someone whose first step was right, for the minutes until the second one."""

    __tablename__ = "pending_logins"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Instant] = mapped_column(index=True)


class KnownDevice(Base):
    """A browser from which someone signed in: strangers' wrong tries do not lock it out."""

    __tablename__ = "known_devices"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    seen_at: Mapped[Instant] = mapped_column(index=True)


class LinkPurpose(StrEnum):
    JOIN = "join"
    PASSWORD = "password"  # noqa: S105
    SIGN_IN = "sign_in"


class MailedLink(Base):
    """A link sent by mail that proves an address, once; only the newest of a kind works."""

    __tablename__ = "mailed_links"
    __table_args__ = (UniqueConstraint("email", "purpose"),)

    id: Mapped[Id]
    email: Mapped[str]
    purpose: Mapped[LinkPurpose] = mapped_column(one_of(LinkPurpose))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Instant]


class AddressChange(Base):
    """The address that an account will have once the link mailed there is opened; the newest."""

    __tablename__ = "address_changes"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Instant]


class FormerAddress(Base):
    """An address that an account had: what was said of its owner by it still holds."""

    __tablename__ = "former_addresses"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(primary_key=True)


class ApiKey(Base):
    __tablename__ = "api_keys"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    scopes: Mapped[Words]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    last_used_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(lazy="raise")


class Act(Base):
    """One row for each act on someone else's data; written once, never changed."""

    __tablename__ = "acts"
    __table_args__ = (Index("ix_acts_cohort_id_id", "cohort_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Instant]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    verb: Mapped[str]
    subject_id: Mapped[UUID]
    cohort_id: Mapped[UUID | None]
    detail: Mapped[Json]
