"""One row for each act on someone else's data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Act, Person


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
    db.add(
        Act(
            at=now,
            actor_id=actor.id if actor else None,
            verb=verb,
            subject_id=subject_id,
            cohort_id=cohort_id,
            detail=detail,
        )
    )
