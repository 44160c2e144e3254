"""A request that is sent twice with the same key has one effect and one answer."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, LargeBinary, UniqueConstraint, delete, select, update
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
    title = "The answer held a secret"


class StoredResponse(NamedTuple):
    """An answer as it went out."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class IdempotencyRecord(Base):
    """What the first request with a key was told, stored in that request's own transaction."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[Id]
    owner: Mapped[str]
    key: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[list[Any] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[Instant] = mapped_column(index=True)


async def claim(
    db: AsyncSession, owner: str, key: str, *, digest: bytes, now: datetime
) -> StoredResponse | None:
    """Take the key for this request; or, when it was used before, say what was answered then.

    A second request that arrives while the first is still under way waits on the unique index
    until the first has committed, or gives up with the lock timeout.
    """
    taken = await db.scalar(
        insert(IdempotencyRecord)
        .values(owner=owner, key=key, digest=digest, asked_at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyRecord.id)
    )
    if taken is not None:
        return None
    record = IdempotencyRecord
    first = await db.scalar(select(record).where(record.owner == owner, record.key == key))
    if first is None or first.digest != digest:
        raise KeyReused(
            "This Idempotency-Key was already sent with other content. Use a new key for new work."
        )
    if first.status is None or first.headers is None or first.body is None:
        raise OnlySaidOnce(
            "This was done by your first request. Its answer held a secret, which we say only once."
        )
    headers = [(name, value) for name, value in first.headers]
    return StoredResponse(first.status, headers, first.body)


async def remember(db: AsyncSession, owner: str, key: str, stored: StoredResponse) -> None:
    await db.execute(
        update(IdempotencyRecord)
        .where(IdempotencyRecord.owner == owner, IdempotencyRecord.key == key)
        .values(
            status=stored.status,
            headers=[list(pair) for pair in stored.headers],
            body=stored.body,
        )
    )


async def delete_old(db: AsyncSession, *, now: datetime) -> int:
    gone: CursorResult[Any] = await db.execute(  # type: ignore[assignment]
        delete(IdempotencyRecord).where(IdempotencyRecord.asked_at < now - KEPT_FOR)
    )
    return gone.rowcount
