"""Ada's absence in the spring, and what is asked about time and dates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.schedules.models import Absence

AWAY = {"first_day": "2026-04-06", "last_day": "2026-04-12"}


def of_schedules() -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    return {
        "PUT /api/v1/enrolments/{enrolment_id}/study_pace": {"json": {"hours": 6}},
        "POST /api/v1/enrolments/{enrolment_id}/absences": {"json": AWAY},
        "POST /api/v1/enrolments/{enrolment_id}/redatings": {"json": {}},
        "POST /plan/{enrolment_id}/time": {"data": {"hours": "6"}},
        "POST /plan/{enrolment_id}/absences": {"data": AWAY},
    }


async def absent(db: AsyncSession, ids: dict[str, Any], now: datetime) -> dict[str, UUID]:
    days = {"first_day": date(2026, 3, 23), "last_day": date(2026, 3, 29)}
    absence = Absence(enrolment_id=ids["enrolment_id"], **days, reason="Field work", created_at=now)
    db.add(absence)
    await db.flush()
    return {"absence_id": absence.id}
