"""A circle of Ada alone, and a preview; and a good request for each route of circles."""

from datetime import datetime, time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import previews
from cohort.circles.models import Circle, CircleMember
from cohort.circles.schemas import CircleRules
from cohort.people.models import Person


def of_circles(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    circle = {"circle_id": str(ids["circle_id"])}
    seen = {"headers": {"If-Match": '"1"'}}
    return {
        "POST /api/v1/cohorts/{cohort_id}/circle_previews": {"json": {"least": 3}},
        "PATCH /api/v1/circles/{circle_id}": {"json": {"notes": "Week one."}, **seen},
        "PUT /api/v1/circles/{circle_id}/progress": {"json": {"shows_progress": True}},
        "PUT /api/v1/enrolments/{enrolment_id}/circle": {"json": circle},
        "POST /cohorts/{slug}/circles": {"data": {"least": "3"}},
        "POST /cohorts/{slug}/circles/people/{enrolment_id}": {"data": circle},
        "POST /circles/{circle_id}/change": {"data": {"notes": "Week one.", "version": "1"}},
        "POST /circles/{circle_id}/progress": {"data": {"shows_progress": "yes"}},
    }


async def begin_a_circle(
    db: AsyncSession, ids: dict[str, Any], organiser: Person, now: datetime
) -> dict[str, Any]:
    circle = Circle(
        cohort_id=ids["cohort_id"],
        number=1,
        meets_on=1,
        meets_at=time(17),
        meets_since=now,
        minutes=60,
        created_at=now,
        changed_at=now,
    )
    db.add(circle)
    await db.flush()
    db.add(CircleMember(circle_id=circle.id, enrolment_id=ids["enrolment_id"], joined_at=now))
    await db.flush()
    shown = await previews.ask(db, organiser, ids["cohort_id"], CircleRules(), now=now)
    await previews.form_now(db, shown.id, now=now)
    return {"circle_id": circle.id, "preview_id": shown.id}
