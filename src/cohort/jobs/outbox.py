"""Jobs enqueued inside a transaction: a row of the outbox that is stored or lost with it.

A job has a name and arguments. The worker runs it in a transaction that locks the row, so that
the job's effects and its end are one commit; a worker that dies lets go of the lock with its
connection. Redis only wakes a worker up: a sweep finds what Redis lost.
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
KEPT_FOR = timedelta(days=30)


class JobState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DEAD = "dead"


class Job(Base):
    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_jobs_dead", "cohort_id", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[Id]
    name: Mapped[str]
    arguments: Mapped[Json]
    once: Mapped[str | None] = mapped_column(unique=True)
    """Two jobs with the same words here are one job."""
    cohort_id: Mapped[UUID | None]
    """Whose organisers see it when it dies; no foreign key, as cohorts live above us."""
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    last_error: Mapped[str | None]
    enqueued_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 5 s, 15 s, 45 s … at most an hour."""
    return min(timedelta(seconds=5 * 3 ** max(attempts - 1, 0)), timedelta(hours=1))


async def enqueue(
    db: AsyncSession,
    name: str,
    *,
    now: datetime,
    cohort_id: UUID | None = None,
    once: str | None = None,
    **arguments: Any,
) -> None:
    """Write a job down, to be run once this transaction has committed."""
    one = {"cohort_id": cohort_id, "once": once, **arguments}
    await enqueue_each(db, name, [one], now=now)


async def enqueue_each(
    db: AsyncSession, name: str, each: Iterable[Mapping[str, Any]], *, now: datetime
) -> None:
    """Many jobs of one name in one statement; `each` is what `enqueue` takes by keyword."""
    rows = [_row(name, now, **one) for one in each]
    if not rows:
        return
    written = await db.scalars(
        insert(Job).on_conflict_do_nothing(index_elements=["once"]).returning(Job.id), rows
    )
    db.info.setdefault("jobs", []).extend(written)


def _row(
    name: str,
    now: datetime,
    *,
    cohort_id: UUID | None = None,
    once: str | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    return {
        "name": name,
        "arguments": {k: str(v) if isinstance(v, UUID) else v for k, v in arguments.items()},
        "once": once,
        "cohort_id": cohort_id,
        "due_at": now,
        "enqueued_at": now,
    }


def enqueued_by(db: AsyncSession) -> list[UUID]:
    """The jobs that this unit of work enqueued; read after its commit to wake a worker."""
    enqueued: list[UUID] = db.info.pop("jobs", [])
    return enqueued


async def due(db: AsyncSession, *, now: datetime, limit: int = 500) -> Sequence[UUID]:
    pending = Job.state == JobState.PENDING
    statement = select(Job.id).where(pending, Job.due_at <= now)
    return (await db.scalars(statement.order_by(Job.due_at).limit(limit))).all()


async def begin_attempt(db: AsyncSession, job_id: UUID, *, now: datetime) -> Job | None:
    """Count the attempt before it is made, so that work which kills its worker is not eternal.

    Returns the job with the attempt's number in `attempts`, or None when it is not due or
    already ended; a job whose attempts are all spent dies here. The next attempt is due after
    the pause, unless this one ends the job first.
    """
    found: Job | None = await db.scalar(
        select(Job)
        .where(Job.id == job_id, Job.state == JobState.PENDING)
        .where(Job.due_at <= now)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    if found.attempts >= ATTEMPTS:
        found.state, found.ended_at = JobState.DEAD, now
        found.last_error = found.last_error or "The worker stopped in the middle, every time."
        return found
    found.attempts += 1
    found.due_at = now + pause_after(found.attempts)
    return found


async def lock_attempt(db: AsyncSession, job_id: UUID, attempt: int) -> Job | None:
    """Lock the job for this attempt; None when another attempt has locked or ended it."""
    locked: Job | None = await db.scalar(
        select(Job)
        .where(Job.id == job_id, Job.state == JobState.PENDING)
        .where(Job.attempts == attempt)
        .with_for_update(skip_locked=True)
    )
    return locked


async def record_failure(
    db: AsyncSession, job_id: UUID, *, attempt: int, error: str, now: datetime
) -> Job | None:
    """Record why an attempt failed; returns the job when that was its last attempt."""
    job = await lock_attempt(db, job_id, attempt)
    if job is None:
        return None
    job.last_error = error
    if attempt < ATTEMPTS:
        return None
    job.state, job.ended_at = JobState.DEAD, now
    return job


async def retry(db: AsyncSession, job_id: UUID, *, now: datetime) -> Job:
    """Give a dead job its attempts again."""
    revived: Job | None = await db.scalar(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.PENDING, attempts=0, due_at=now, ended_at=None)
        .returning(Job)
    )
    if revived is not None:
        db.info.setdefault("jobs", []).append(revived.id)
        return revived
    if await db.get(Job, job_id) is None:
        raise NotFound
    raise Conflict("This work is not waiting for a retry: it is already done, or under way.")


async def delete_old(db: AsyncSession, *, now: datetime) -> None:
    """Jobs that succeeded are of no use after a while; dead ones stay until someone looks."""
    old = (Job.state == JobState.SUCCEEDED) & (Job.ended_at < now - KEPT_FOR)
    await db.execute(delete(Job).where(old))
