"""Jobs enqueued inside a transaction: a row of the outbox that is stored or lost with it.

A job has a name and arguments. An attempt is counted and given a lease before it is made: until
`due_at` nobody else takes the job up. The worker extends the lease while it works, so that a job
of a worker that died is due again a moment later. The attempt's number is its fencing token: what
an attempt found is stored, with the job's end, only while no later attempt was begun. Redis only
wakes a worker up: a sweep finds what Redis lost.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, cast
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from cohort.db import (
    NOW,
    Base,
    Id,
    Instant,
    Json,
    Prepared,
    PreparedWrite,
    given,
    new_id,
    one_of,
    rows_given,
)
from cohort.errors import Conflict, NotFound

ATTEMPTS = 8
LEASE = timedelta(seconds=15)
"""How long an attempt has the job to itself, from its last sign of life."""
KEPT_FOR = timedelta(days=30)


class JobState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DEAD = "dead"


class Queue(StrEnum):
    """Work that takes a processor for long waits in a line of its own; no mail is behind it."""

    DEFAULT = "default"
    COMPUTING = "computing"


class Enqueued(NamedTuple):
    job_id: UUID
    queue: Queue


class Attempt(NamedTuple):
    """An attempt that holds the lock of its job."""

    id: UUID
    number: int
    name: str
    arguments: dict[str, Any]
    cohort_id: UUID | None


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
    queue: Mapped[Queue] = mapped_column(one_of(Queue), server_default=Queue.DEFAULT)
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    """When a worker may take it up; while one works on it, the end of its lease."""
    last_error: Mapped[str | None]
    enqueued_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]


JOBS = cast("Table", Job.__table__)
_EACH = ("id", "arguments", "once", "cohort_id", "due_at")
_NEW = rows_given(JOBS.c[name] for name in _EACH)
_OF_ALL = {
    JOBS.c.name: given("name", Text()),
    JOBS.c.queue: given("queue", Text()),
    JOBS.c.state: literal(JobState.PENDING, JOBS.c.state.type),
    JOBS.c.attempts: literal(0),
    JOBS.c.enqueued_at: NOW,
}
WRITE = PreparedWrite(
    insert(JOBS)
    .from_select([*_EACH, *_OF_ALL], select(*(_NEW.c[name] for name in _EACH), *_OF_ALL.values()))
    .on_conflict_do_nothing(index_elements=["once"])
    .returning(JOBS.c.id, JOBS.c.due_at)
)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 5 s, 15 s, 45 s … at most an hour."""
    return min(timedelta(seconds=5 * 3 ** max(attempts - 1, 0)), timedelta(hours=1))


async def enqueue(
    db: AsyncSession,
    name: str,
    *,
    now: datetime,
    queue: Queue = Queue.DEFAULT,
    cohort_id: UUID | None = None,
    once: str | None = None,
    after: timedelta = timedelta(0),
    **arguments: Any,
) -> None:
    """Write a job down, to be run once this transaction has committed, or some time `after`."""
    one = {"cohort_id": cohort_id, "once": once, "after": after, **arguments}
    await enqueue_each(db, name, [one], now=now, queue=queue)


async def enqueue_each(
    db: AsyncSession,
    name: str,
    each: Iterable[Mapping[str, Any]],
    *,
    now: datetime,
    queue: Queue = Queue.DEFAULT,
) -> None:
    """Many jobs of one name in one statement; `each` is what `enqueue` takes by keyword."""
    new = _New(name, [_row(now, **one) for one in each], queue, now)
    if new.rows:
        _note(db.info, await WRITE.rows(db, **new.values()), new)


def enqueue_at_commit(session: Session, name: str, *, now: datetime, cohort_id: UUID) -> None:
    """A job of the default queue, for those who write when a transaction is about to commit."""
    row = _row(now, cohort_id=cohort_id, of_cohort=cohort_id)
    new = _New(name, [row], Queue.DEFAULT, now)
    _note(session.info, WRITE.rows_at_commit(session, **new.values()), new)


class _New(NamedTuple):
    """Jobs of one name, as they are written."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    queue: Queue
    now: datetime

    def values(self) -> dict[str, Any]:
        """As the statement takes them."""
        lists = {column: [row[column] for row in self.rows] for column in _EACH}
        return {"name": self.name, "queue": self.queue, "now": self.now, **lists}


def _row(
    now: datetime,
    *,
    cohort_id: UUID | None = None,
    once: str | None = None,
    after: timedelta = timedelta(0),
    **arguments: Any,
) -> dict[str, Any]:
    said = {k: str(v) if isinstance(v, UUID) else v for k, v in arguments.items()}
    return {
        "id": new_id(),
        "arguments": json.dumps(said),
        "once": once,
        "cohort_id": cohort_id,
        "due_at": now + after,
    }


def _note(info: dict[Any, Any], written: Iterable[Record], new: _New) -> None:
    """Nobody is woken up yet for what is due later: the sweep finds it."""
    soon = [Enqueued(one["id"], new.queue) for one in written if one["due_at"] <= new.now]
    info.setdefault("jobs", []).extend(soon)


def enqueued_by(db: AsyncSession) -> list[Enqueued]:
    """The jobs that this unit of work enqueued; read after its commit to wake a worker."""
    enqueued: list[Enqueued] = db.info.pop("jobs", [])
    return enqueued


IS_DUE = (
    JOBS.c.id == given("wanted", Uuid()),
    JOBS.c.state == JobState.PENDING,
    JOBS.c.due_at <= NOW,
)
DUE = Prepared(
    select(JOBS.c.id, JOBS.c.queue)
    .where(JOBS.c.state == JobState.PENDING, JOBS.c.due_at <= NOW)
    .where(JOBS.c.queue == any_(given("queues", ARRAY(Text()))))
    .order_by(JOBS.c.due_at)
    .limit(given("most", BigInteger()))
)
_ITS_ROW = select(JOBS.c.id).where(*IS_DUE, JOBS.c.attempts < ATTEMPTS)
BEGIN = Prepared(
    update(JOBS)
    .where(JOBS.c.id.in_(_ITS_ROW.with_for_update(skip_locked=True)))
    .values(attempts=JOBS.c.attempts + 1, due_at=given("leased_until", DateTime(timezone=True)))
    .returning(JOBS.c.attempts)
)
SPENT = select(Job).where(*IS_DUE, JOBS.c.attempts >= ATTEMPTS).with_for_update(skip_locked=True)
LOCK = (
    select(Job)
    .where(Job.id == bindparam("wanted"), Job.state == JobState.PENDING)
    .where(Job.attempts == bindparam("attempt"))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
_OURS = (
    JOBS.c.id == given("wanted", Uuid()),
    JOBS.c.state == JobState.PENDING,
    JOBS.c.attempts == given("attempt", Integer()),
)
TAKE_UP = (
    select(JOBS.c.name, JOBS.c.arguments, JOBS.c.cohort_id)
    .where(*_OURS)
    .with_for_update(skip_locked=True)
)
"""The first statement of a transaction."""
LEASE_UNTIL = PreparedWrite(
    update(JOBS)
    .where(*_OURS)
    .values(due_at=given("until", DateTime(timezone=True)))
    .returning(JOBS.c.id)
)
SUCCEED = PreparedWrite(
    update(JOBS).where(*_OURS).values(state=JobState.SUCCEEDED, ended_at=NOW).returning(JOBS.c.id)
)
"""Written once, as every job asks these: to put one together takes as long as to send it."""


async def due(
    engine: AsyncEngine, *, now: datetime, queue: Queue | None = None, limit: int = 500
) -> list[Enqueued]:
    """What may be taken up now, of one queue or of all, the longest due first."""
    queues = list(Queue) if queue is None else [queue]
    found = await DUE.rows_alone(engine, now=now, queues=queues, most=limit)
    return [Enqueued(one["id"], Queue(one["queue"])) for one in found]


async def begin_attempt(engine: AsyncEngine, job_id: UUID, *, now: datetime) -> int | None:
    """Count the attempt before it is made, so that work which kills its worker is not eternal.

    Returns the attempt's number, or None when
    the job is not due, leased to another attempt, already ended, or its attempts are all spent.
    """
    begun = await BEGIN.rows_alone(engine, wanted=job_id, now=now, leased_until=now + LEASE)
    return int(begun[0]["attempts"]) if begun else None


async def end_spent(db: AsyncSession, job_id: UUID, *, now: datetime) -> Job | None:
    """Let a job die whose attempts are all spent; None when it has some left, or has ended."""
    spent: Job | None = await db.scalar(SPENT, {"wanted": job_id, "now": now})
    if spent is not None:
        spent.state, spent.ended_at = JobState.DEAD, now
        spent.last_error = spent.last_error or "The worker stopped in the middle, every time."
    return spent


async def take_up(db: AsyncSession, job_id: UUID, attempt: int) -> Attempt | None:
    """Lock the job for this attempt; None when another attempt has locked, begun or ended it."""
    job = (await db.execute(TAKE_UP, {"wanted": job_id, "attempt": attempt})).one_or_none()
    return None if job is None else Attempt(job_id, attempt, *job)


async def extend_lease(db: AsyncSession, job_id: UUID, attempt: int, *, until: datetime) -> bool:
    """Keep the job for this attempt, or give it back at once; False when it was lost meanwhile."""
    extended = await LEASE_UNTIL.row(db, wanted=job_id, attempt=attempt, until=until)
    return extended is not None


async def succeed(db: AsyncSession, job: Attempt, *, now: datetime) -> None:
    """End a job that this attempt has locked."""
    await SUCCEED.row(db, wanted=job.id, attempt=job.number, now=now)


async def record_failure(
    db: AsyncSession, job_id: UUID, *, attempt: int, error: str, final: bool, now: datetime
) -> Job | None:
    """Record why an attempt failed; a `final` one was the last, and its job is returned, dead."""
    job: Job | None = await db.scalar(LOCK, {"wanted": job_id, "attempt": attempt})
    if job is None:
        return None
    job.last_error = error
    job.due_at = now + pause_after(attempt)
    if not final:
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
        db.info.setdefault("jobs", []).append(Enqueued(revived.id, revived.queue))
        return revived
    if await db.get(Job, job_id) is None:
        raise NotFound
    raise Conflict("This work is not waiting for a retry: it is already done, or under way.")


async def withdraw(db: AsyncSession, name: str, **arguments: UUID) -> None:
    """Take back a job that has not ended: nobody begins it, and an attempt stops with its lease."""
    said = {key: str(value) for key, value in arguments.items()}
    pending = (Job.name == name) & (Job.state == JobState.PENDING)
    await db.execute(delete(Job).where(pending, Job.arguments.contains(said)))


async def delete_old(db: AsyncSession, *, now: datetime) -> None:
    """Jobs that succeeded are of no use after a while; dead ones stay until someone looks."""
    old = (Job.state == JobState.SUCCEEDED) & (Job.ended_at < now - KEPT_FOR)
    await db.execute(delete(Job).where(old))
