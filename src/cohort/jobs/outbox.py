"""Work promised inside a transaction: a row that is kept or lost with it.

A promise names a job and its arguments. The worker keeps it in a transaction that locks the row,
so that the job's effects and the promise's end are one commit; a worker that dies lets go of the
lock with its connection. Redis only wakes a worker up: a sweep finds what Redis lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, Json, one_of
from cohort.errors import Conflict, NotFound

ATTEMPTS = 8
KEEP = timedelta(days=30)


class PromiseState(StrEnum):
    PENDING = "pending"
    KEPT = "kept"
    DEAD = "dead"


class Promise(Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_outbox_dead", "cohort_id", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[Id]
    job: Mapped[str]
    arguments: Mapped[Json]
    once: Mapped[str | None] = mapped_column(unique=True)
    """Two promises with the same words here are one promise."""
    cohort_id: Mapped[UUID | None]
    """Whose organisers see it when it dies; no foreign key, as cohorts live above us."""
    state: Mapped[PromiseState] = mapped_column(one_of(PromiseState), default=PromiseState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    last_error: Mapped[str | None]
    promised_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 5 s, 15 s, 45 s … at most an hour."""
    return min(timedelta(seconds=5 * 3 ** max(attempts - 1, 0)), timedelta(hours=1))


async def promise(
    db: AsyncSession,
    job: str,
    *,
    now: datetime,
    cohort_id: UUID | None = None,
    once: str | None = None,
    **arguments: Any,
) -> None:
    """Write down work to do once this transaction has committed."""
    one = {"cohort_id": cohort_id, "once": once, **arguments}
    await promise_each(db, job, [one], now=now)


async def promise_each(
    db: AsyncSession, job: str, each: Iterable[Mapping[str, Any]], *, now: datetime
) -> None:
    """Many promises of one job in one statement; `each` is what `promise` takes by name."""
    rows = [_row(job, now, **one) for one in each]
    if not rows:
        return
    kept = await db.scalars(
        insert(Promise).on_conflict_do_nothing(index_elements=["once"]).returning(Promise.id), rows
    )
    db.info.setdefault("promises", []).extend(kept)


def _row(
    job: str,
    now: datetime,
    *,
    cohort_id: UUID | None = None,
    once: str | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    return {
        "job": job,
        "arguments": {k: str(v) if isinstance(v, UUID) else v for k, v in arguments.items()},
        "once": once,
        "cohort_id": cohort_id,
        "due_at": now,
        "promised_at": now,
    }


def promises_of(db: AsyncSession) -> list[UUID]:
    """What this unit of work promised; read after its commit to wake a worker."""
    promised: list[UUID] = db.info.pop("promises", [])
    return promised


async def due(db: AsyncSession, *, now: datetime, limit: int = 500) -> Sequence[UUID]:
    pending = Promise.state == PromiseState.PENDING
    statement = select(Promise.id).where(pending, Promise.due_at <= now)
    return (await db.scalars(statement.order_by(Promise.due_at).limit(limit))).all()


async def begin_attempt(db: AsyncSession, promise_id: UUID, *, now: datetime) -> Promise | None:
    """Count the attempt before it is made, so that work which kills its worker is not eternal.

    Returns the promise with the attempt's number in `attempts`, or None when it is not due or
    already ended; a promise whose attempts are all spent dies here. The next attempt is due after
    the pause, unless this one ends the promise first.
    """
    found: Promise | None = await db.scalar(
        select(Promise)
        .where(Promise.id == promise_id, Promise.state == PromiseState.PENDING)
        .where(Promise.due_at <= now)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    if found.attempts >= ATTEMPTS:
        found.state, found.ended_at = PromiseState.DEAD, now
        found.last_error = found.last_error or "The worker stopped in the middle, every time."
        return found
    found.attempts += 1
    found.due_at = now + pause_after(found.attempts)
    return found


async def hold(db: AsyncSession, promise_id: UUID, attempt: int) -> Promise | None:
    """Lock the promise for this attempt; None when another attempt holds or ended it."""
    held: Promise | None = await db.scalar(
        select(Promise)
        .where(Promise.id == promise_id, Promise.state == PromiseState.PENDING)
        .where(Promise.attempts == attempt)
        .with_for_update(skip_locked=True)
    )
    return held


async def note_failure(
    db: AsyncSession, promise_id: UUID, *, attempt: int, error: str, now: datetime
) -> Promise | None:
    """Note why an attempt failed; the promise itself when that was its last attempt."""
    promise = await hold(db, promise_id, attempt)
    if promise is None:
        return None
    promise.last_error = error
    if attempt < ATTEMPTS:
        return None
    promise.state, promise.ended_at = PromiseState.DEAD, now
    return promise


async def retry(db: AsyncSession, promise_id: UUID, *, now: datetime) -> Promise:
    """Give a dead promise its attempts again."""
    revived: Promise | None = await db.scalar(
        update(Promise)
        .where(Promise.id == promise_id, Promise.state == PromiseState.DEAD)
        .values(state=PromiseState.PENDING, attempts=0, due_at=now, ended_at=None)
        .returning(Promise)
    )
    if revived is not None:
        db.info.setdefault("promises", []).append(revived.id)
        return revived
    if await db.get(Promise, promise_id) is None:
        raise NotFound
    raise Conflict("This work is not waiting for a retry: it is already done, or under way.")


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    """Kept promises are of no use after a while; dead ones stay until someone looks."""
    old = (Promise.state == PromiseState.KEPT) & (Promise.ended_at < now - KEEP)
    await db.execute(delete(Promise).where(old))
