"""Two sessions of Olga's cohort, in a week and now, a circle, and a good request for each route."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Person
from cohort.sessions import service
from cohort.sessions.schemas import SessionIn
from tests.house.circles import begin_a_circle, of_circles

A_SESSION = {"title": "Questions and answers", "day": "2026-03-17", "hour": "17:00"}
CODE = "K7PMXQ"


def of_sessions(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    seen = {"headers": {"If-Match": '"1"'}}
    begun = {"ids": {"session_id": ids["begun_id"]}}
    present = {"present": [str(ids["peer_person_id"])]}
    return of_circles(ids) | {
        "POST /api/v1/cohorts/{cohort_id}/sessions": {"json": A_SESSION},
        "PATCH /api/v1/sessions/{session_id}": {"json": {"hour": "18:00"}, **seen},
        "POST /api/v1/sessions/{session_id}/cancellation": {"json": {"note": "Snow."}},
        "POST /api/v1/sessions/{session_id}/attendance": {"json": {"code": CODE}, **begun},
        "POST /api/v1/sessions/{session_id}/attendance_list": {"json": present, **begun},
        "POST /sessions/{session_id}/here": {"data": {"code": CODE}, **begun},
        "POST /sessions/{session_id}/attendance_list": {"data": present, **begun},
        "POST /cohorts/{slug}/sessions/new": {"data": A_SESSION},
        "POST /sessions/{session_id}/change": {"data": {"hour": "18:00", "version": "1"}},
        "POST /sessions/{session_id}/cancel": {"data": {"note": "Snow."}},
    }


async def plan_a_session(
    db: AsyncSession, ids: dict[str, Any], organiser: Person, now: datetime
) -> dict[str, Any]:
    day = (now + timedelta(days=7)).date()
    asked = SessionIn.model_validate(A_SESSION | {"day": day, "hour": "17:00"})
    [planned] = await service.plan(db, organiser, ids["cohort_id"], asked, now=now)
    [begun] = await service.plan(db, organiser, ids["cohort_id"], asked, now=now)
    begun.starts_at, begun.code = now, CODE
    await db.flush()
    circle = await begin_a_circle(db, ids, organiser, now)
    return {"session_id": planned.id, "begun_id": begun.id, **circle}
