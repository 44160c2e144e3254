"""What happened in each cohort, numbered in the order in which it was committed.

An event is noted while a transaction works and written when it commits, so that it is stored or
lost with what it tells of. Its number is given at that moment, by the row of its cohort's stream,
which stays locked until the commit has ended. So numbers have no gaps and are seen in their order:
whoever has read up to a number misses nothing by asking for what comes after it. As this lock is
the last one that a transaction takes, nobody waits for it in a circle.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import BigInteger, Index, Table, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from cohort.db import Base, Instant, Json, PreparedWrite, given, rows_given
from cohort.jobs import outbox
from cohort.jobs.at_commit import WrittenAtCommit

KEPT_FOR = timedelta(days=30)
FAN_OUT = "webhooks.fan_out"
"""The job that is promised with each commit of a cohort that has webhooks."""

WRITTEN_IN = "cohorts_with_events"


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event, as its readers know it.

    name  what happened, in two words: `proposal.declined`.
    says  one sentence for the catalogue.
    ids   what the event names, each by its id: `proposal_id`. Those with an `enrolment_id` or a
          `mentor_id` may be read by that researcher or mentor, all others by organisers only.
    """

    name: str
    says: str
    ids: tuple[str, ...]


class EventStream(Base):
    """One row for each cohort in which something happened."""

    __tablename__ = "event_streams"

    cohort_id: Mapped[UUID] = mapped_column(primary_key=True)
    """No foreign key, as cohorts live above us."""
    last_number: Mapped[int] = mapped_column(BigInteger, default=0)
    has_webhooks: Mapped[bool] = mapped_column(default=False)


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (Index(None, "occurred_at"),)

    cohort_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str]
    ids: Mapped[Json]
    enrolment_id: Mapped[UUID | None]
    mentor_id: Mapped[UUID | None]
    occurred_at: Mapped[Instant]


@dataclass(frozen=True, slots=True)
class _Noted:
    kind: EventKind
    cohort_id: UUID
    ids: Mapping[str, UUID]
    at: datetime


def record(
    db: AsyncSession, kind: EventKind, cohort_id: UUID, *, now: datetime, **ids: UUID
) -> None:
    """Note that something happened; it is written with this transaction's commit."""
    record_each(db, kind, [{"cohort_id": cohort_id, **ids}], now=now)


def record_each(
    db: AsyncSession, kind: EventKind, each: Iterable[Mapping[str, UUID]], *, now: datetime
) -> None:
    """Many events of one kind; each has a `cohort_id` and the ids that its kind names."""
    _LOG.note(
        db,
        [
            _Noted(kind, one["cohort_id"], {name: one[name] for name in kind.ids}, now)
            for one in each
        ],
    )


def written_by(db: AsyncSession) -> set[UUID]:
    """The cohorts in which this unit of work wrote events; read after its commit."""
    cohorts: set[UUID] = db.info.pop(WRITTEN_IN, set())
    return cohorts


def _write(session: Session, noted: Sequence[_Noted]) -> None:
    for cohort_id in sorted({one.cohort_id for one in noted}):
        _write_in(session, cohort_id, [one for one in noted if one.cohort_id == cohort_id])


_LOG = WrittenAtCommit(_write, last=True)
_STREAMS, _EVENTS = cast("Table", EventStream.__table__), cast("Table", Event.__table__)
_COHORT, _COUNT = given("cohort_id", Uuid()), given("count", BigInteger())
_NEW_STREAM = insert(_STREAMS).values(cohort_id=_COHORT, last_number=_COUNT, has_webhooks=False)
_STREAM = (
    _NEW_STREAM.on_conflict_do_update(
        index_elements=["cohort_id"],
        set_={"last_number": _STREAMS.c.last_number + _NEW_STREAM.excluded.last_number},
    )
    .returning(_STREAMS.c.last_number, _STREAMS.c.has_webhooks)
    .cte("stream")
)
_EACH = ("kind", "ids", "enrolment_id", "mentor_id", "occurred_at")
_NEW = rows_given(_EVENTS.c[name] for name in _EACH)
_WRITE = PreparedWrite(
    insert(_EVENTS)
    .from_select(
        ["cohort_id", "number", *_EACH],
        select(
            _COHORT,
            _STREAM.c.last_number - _COUNT + _NEW.c.place,
            *(_NEW.c[name] for name in _EACH),
        ).select_from(_STREAM, _NEW),
    )
    .returning(select(_STREAM.c.has_webhooks).scalar_subquery().label("has_webhooks"))
)
"""The numbers and the events in one statement, as nearly every transaction ends with it."""


def _write_in(session: Session, cohort_id: UUID, noted: Sequence[_Noted]) -> None:
    written = _WRITE.rows_at_commit(
        session,
        cohort_id=cohort_id,
        count=len(noted),
        kind=[one.kind.name for one in noted],
        ids=[json.dumps({name: str(its_id) for name, its_id in one.ids.items()}) for one in noted],
        enrolment_id=[one.ids.get("enrolment_id") for one in noted],
        mentor_id=[one.ids.get("mentor_id") for one in noted],
        occurred_at=[one.at for one in noted],
    )
    if written[0]["has_webhooks"]:
        outbox.enqueue_at_commit(session, FAN_OUT, now=noted[-1].at, cohort_id=cohort_id)
    session.info.setdefault(WRITTEN_IN, set()).add(cohort_id)


async def delete_old(db: AsyncSession, *, now: datetime) -> None:
    """Whoever was away for longer reads the lists again."""
    await db.execute(delete(Event).where(Event.occurred_at < now - KEPT_FOR))
