"""What answers the second step of signing in."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant


class CodeGenerator(Base):
    """An app that makes one-time codes (TOTP, RFC 6238)."""

    __tablename__ = "code_generators"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str]
    """What the app and we make the codes from. It cannot be kept as a hash: we compute with it."""
    confirmed_at: Mapped[Instant | None]
    """When its first code was right; before that, it is asked for nowhere."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of the newest code that was used, in half minutes since 1970: no code works twice."""


class RecoveryCode(Base):
    """One of ten, each for one sign-in when everything else is lost."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Passkey(Base):
    """A key of a device or a password manager (WebAuthn); we hold its public half."""

    __tablename__ = "passkeys"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """Of its newest use, where it counts: a copy of the key falls behind."""
    created_at: Mapped[Instant]
    used_at: Mapped[Instant | None]


class Identity(Base):
    """An account at a provider of OpenID Connect that signs in to one here."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    """The provider's own name for the account, which never changes; an address may."""
    email: Mapped[str | None]
    """As confirmed there, when it was connected."""
    created_at: Mapped[Instant]
    used_at: Mapped[Instant]
