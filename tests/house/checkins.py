"""What the two of the stage's mentorship are asked, and whom organisers remind."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.models import CheckIn, ClosingSurvey
from cohort.mentorships.models import Side

ANSWER = {"met": True, "going": "well", "needs_help": False}

CLOSING = {"worth": "very", "would_again": True}


def of_checkins(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    chosen = {"mentorship_ids": [str(ids["mentorship_id"])]}
    studies = {"enrolment_ids": [str(ids["enrolment_id"])]}
    return {
        "PUT /api/v1/check_ins/{check_in_id}/answer": {"json": ANSWER},
        "POST /check-ins/{check_in_id}": {"data": ANSWER},
        "PUT /api/v1/closing_surveys/{survey_id}/answer": {"json": CLOSING},
        "POST /closing-surveys/{survey_id}": {"data": CLOSING},
        "POST /api/v1/cohorts/{cohort_id}/nudges": {"json": chosen},
        "POST /cohorts/{slug}/mentorships": {"data": chosen},
        "POST /api/v1/cohorts/{cohort_id}/study_nudges": {"json": studies},
        "POST /cohorts/{slug}/forecasts": {"data": studies},
    }


async def ask_how_it_goes(db: AsyncSession, ids: dict[str, Any], now: datetime) -> dict[str, UUID]:
    """Ada has not answered yet."""
    asked = CheckIn(
        mentorship_id=ids["mentorship_id"],
        side=Side.RESEARCHER,
        due_on=now.date(),
        asked_at=now,
        words="",
    )
    survey = ClosingSurvey(
        mentorship_id=ids["mentorship_id"], side=Side.RESEARCHER, asked_at=now, words=""
    )
    db.add_all([asked, survey])
    await db.flush()
    return {"check_in_id": asked.id, "survey_id": survey.id}
