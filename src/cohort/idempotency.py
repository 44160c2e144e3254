"""A request that is sent twice with the same key has one effect and one answer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant
from cohort.errors import Conflict

KEPT_FOR = timedelta(hours=24)


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    title = "This key was used for something else"


class OnlySaidOnce(Conflict):
    code = "only_said_once"
    title = "The answer holds a secret"


class Answer(Base):
    """What the first request with a key was told, stored in that request's own transaction."""

    __tablename__ = "idempotent_answers"

    id: Mapped[Id]
    owner: Mapped[str]
    key: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[list[list[str]] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[Instant]
