"""What people of the stage wish for, and whom they are kept apart from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Person
from cohort.wishes.models import ApartKind, KeptApart

SOMEBODY = {"kind": "block", "email": "noether@example.org"}
MATTERS = {"more": ["domain"], "less": []}
LIFT = {"lifted_because": "They never met."}


def of_wishes() -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    return {
        "PUT /api/v1/enrolments/{enrolment_id}/wishes": {"json": {"mentor_ids": []}},
        "PUT /api/v1/mentors/{mentor_id}/wishes": {"json": {"enrolment_ids": []}},
        "PUT /api/v1/enrolments/{enrolment_id}/mentor_view": {"json": {"mentor_sees": "counts"}},
        "POST /plan/{enrolment_id}/mentor_view": {"data": {"mentor_sees": "counts"}},
        "PUT /api/v1/enrolments/{enrolment_id}/listing": {"json": {"is_listed": True}},
        "PUT /api/v1/mentors/{mentor_id}/listing": {"json": {"is_listed": True}},
        "POST /api/v1/cohorts/{cohort_id}/kept_apart": {"json": SOMEBODY},
        "PUT /api/v1/cohorts/{cohort_id}/conflicts/{enrolment_id}/{mentor_id}": {"json": LIFT},
        "PUT /api/v1/enrolments/{enrolment_id}/preferences": {"json": MATTERS},
        "PUT /api/v1/mentors/{mentor_id}/preferences": {"json": MATTERS},
        "POST /mentoring/{mentor_id}/wishes": {"data": {"act": "keep"}},
        "POST /plan/{enrolment_id}/wishes": {"data": {"act": "keep"}},
        "POST /cohorts/{slug}/kept_apart": {"data": SOMEBODY},
        "POST /cohorts/{slug}/conflicts/{enrolment_id}/{mentor_id}": {"data": LIFT},
    }


async def declare_a_conflict(
    db: AsyncSession, ids: dict[str, Any], cast: dict[str, Person], now: datetime
) -> dict[str, UUID]:
    """Ada has declared one with Max."""
    ada, max_ = cast["researcher"], cast["mentor"]
    declared = KeptApart(
        cohort_id=ids["cohort_id"],
        by_id=ada.id,
        kind=ApartKind.CONFLICT,
        email=max_.email,
        label=max_.name,
        note="We write a paper.",
        created_at=now,
    )
    db.add(declared)
    await db.flush()
    return {"apart_id": declared.id}
