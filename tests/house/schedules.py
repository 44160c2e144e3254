"""Ada's absence in the spring, and what is asked about time and dates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Organiser
from cohort.schedules.models import Absence, CohortRedating, CohortRedatingState

AWAY = {"first_day": "2026-04-06", "last_day": "2026-04-12"}


def of_schedules() -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    return {
        "POST /api/v1/cohorts/{cohort_id}/redatings": {"json": {"shift_weeks": 1}},
        "POST /cohorts/{slug}/redate": {"data": {"shift_weeks": "1"}},
        "PUT /api/v1/enrolments/{enrolment_id}/study_pace": {
            "json": {"hours": 6},
            "headers": {"If-Match": '"0:"'},
        },
        "POST /api/v1/enrolments/{enrolment_id}/absences": {"json": AWAY},
        "POST /api/v1/enrolments/{enrolment_id}/redatings": {"json": {"note": "As agreed."}},
        "POST /plan/{enrolment_id}/time": {"data": {"hours": "6", "version": "0:"}},
        "POST /plan/{enrolment_id}/absences": {"data": AWAY},
    }


async def absent(db: AsyncSession, ids: dict[str, Any], now: datetime) -> dict[str, UUID]:
    """And Olga has looked at other days of the cohort, which nobody applied yet."""
    days = {"first_day": date(2026, 3, 23), "last_day": date(2026, 3, 29)}
    absence = Absence(enrolment_id=ids["enrolment_id"], **days, reason="Field work", created_at=now)
    cohort = await db.get_one(Cohort, ids["cohort_id"])
    [olga, _] = await db.scalars(
        select(Organiser.person_id).where(Organiser.cohort_id == cohort.id)
    )
    look = CohortRedating(
        cohort_id=cohort.id,
        asked_by=olga,
        asked_at=now,
        note="",
        state=CohortRedatingState.PLANNED,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        starts_on_before=cohort.starts_on,
        ends_on_before=cohort.ends_on,
        people=2,
        solved=1,
    )
    db.add_all([absence, look])
    await db.flush()
    return {"absence_id": absence.id, "redating_id": look.id}
