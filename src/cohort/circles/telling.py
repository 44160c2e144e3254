"""Who is to hear of a circle: one job for each person, which looks again before it writes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles.models import Circle
from cohort.jobs.outbox import enqueue_each

PLACED, CHANGED, GONE = "placed", "changed", "gone"


async def tell_of_move(
    db: AsyncSession,
    cohort_id: UUID,
    before: Mapping[UUID, UUID],
    after: Mapping[UUID, UUID],
    changed: Mapping[UUID, Circle],
    *,
    now: datetime,
) -> None:
    """Whoever is in a circle that changed, and whoever is in none any more."""
    each: list[dict[str, Any]] = []
    for enrolment_id, circle_id in after.items():
        if circle_id in changed:
            why = CHANGED if before.get(enrolment_id) == circle_id else PLACED
            sequence = changed[circle_id].sequence
            each.append(_job(cohort_id, enrolment_id, circle_id, why, sequence))
    gone = before.keys() - after.keys()
    each.extend(_job(cohort_id, one, before[one], GONE, 0) for one in sorted(gone, key=str))
    if each:
        await enqueue_each(db, "circles.tell", each, now=now)


async def tell_members(
    db: AsyncSession, circle: Circle, enrolment_ids: list[UUID], *, now: datetime
) -> None:
    each = [
        _job(circle.cohort_id, one, circle.id, CHANGED, circle.sequence) for one in enrolment_ids
    ]
    await enqueue_each(db, "circles.tell", each, now=now)


def _job(
    cohort_id: UUID, enrolment_id: UUID, circle_id: UUID, why: str, sequence: int
) -> dict[str, Any]:
    return {
        "cohort_id": cohort_id,
        "enrolment_id": enrolment_id,
        "circle_id": circle_id,
        "why": why,
        "sequence": sequence,
    }
