"""The link of a mail that Ada got, and a good request for each route of choices about mails."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.notices.delivering import end_link
from cohort.people.models import Person

CHOICES = {"choices": {"nudges": "daily"}, "time_zone": "Europe/Berlin"}


def of_notices(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    link = {"ids": {"token": ids["ends_nudges"]}}
    return {
        "PUT /api/v1/me/mail_settings": {"json": CHOICES},
        "POST /account/mails": {"data": {"kind_nudges": "daily", "time_zone": "Berlin, Germany"}},
        "GET /unsubscribe/{token}": link,
        "POST /unsubscribe/{token}": {"data": {"List-Unsubscribe": "One-Click"}, **link},
    }


async def send_a_mail(db: AsyncSession, researcher: Person, now: datetime) -> dict[str, Any]:
    return {"ends_nudges": await end_link(db, researcher.id, "nudges", now=now)}
