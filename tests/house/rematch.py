"""Ada asks for somebody else than Max."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mentorships.models import RematchRequest, Side

ASK = {"reason": "Our fields are far apart."}


def of_rematch() -> dict[str, dict[str, Any]]:
    """A good request for each of their routes, as a program and as a browser sends it."""
    return {
        "PUT /api/v1/mentorships/{mentorship_id}/rematch_request": {"json": ASK},
        "POST /mentorships/{mentorship_id}/another": {"data": ASK},
    }


def ask_for_another(db: AsyncSession, ids: dict[str, Any], now: datetime) -> None:
    asks = {"mentorship_id": ids["mentorship_id"], "side": Side.RESEARCHER}
    db.add(RematchRequest(**asks, **ASK, asked_at=now))
