"""One row for each act on someone else's data."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from cohort.db import PreparedWrite, rows_given
from cohort.jobs.at_commit import WrittenAtCommit
from cohort.people.models import Act, Person

_ACTS = cast("Table", Act.__table__)
_EACH = ("at", "actor_id", "verb", "subject_id", "cohort_id", "detail")
_NEW = rows_given(_ACTS.c[name] for name in _EACH)
_WRITE = PreparedWrite(
    insert(_ACTS)
    .from_select(_EACH, select(*(_NEW.c[name] for name in _EACH)).order_by(_NEW.c.place))
    .returning(_ACTS.c.id)
)


def record(
    db: AsyncSession,
    actor: Person | None,
    verb: str,
    subject_id: UUID,
    *,
    now: datetime,
    cohort_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Keep who did what to what, with the act itself; no names, no addresses, no texts."""
    act = {
        "at": now,
        "actor_id": actor.id if actor else None,
        "verb": verb,
        "subject_id": subject_id,
        "cohort_id": cohort_id,
        "detail": json.dumps(detail),
    }
    _LOG.note(db, [act])


def _write(session: Session, acts: Sequence[Mapping[str, Any]]) -> None:
    _WRITE.rows_at_commit(session, **{name: [one[name] for one in acts] for name in _EACH})


_LOG = WrittenAtCommit(_write)
