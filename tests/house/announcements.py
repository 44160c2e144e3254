"""What Olga announced to her cohort, and a good request for each route."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.announcements import service
from cohort.announcements.schemas import AnnouncementIn
from cohort.people.models import Person

SAID = {"audience": "everyone", "subject": "A new date", "text": "It is on **14 May**."}


def of_announcements() -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    return {
        "POST /api/v1/cohorts/{cohort_id}/announcements": {"json": SAID},
        "POST /cohorts/{slug}/announcements/new": {"data": SAID},
    }


async def announce(
    db: AsyncSession, ids: dict[str, Any], organiser: Person, now: datetime
) -> dict[str, Any]:
    said = AnnouncementIn.model_validate(SAID)
    its_id, _ = await service.send(db, organiser, ids["cohort_id"], said, now=now)
    return {"announcement_id": its_id}
