"""What several files of tests say of sessions: Olga plans a talk, others ask for places."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from tests.conftest import Someone
from tests.rooms.mentorship_world import Spring

RunJobs = Callable[[], Awaitable[None]]
TALK = {
    "title": "Serving models",
    "day": "2026-03-10",
    "hour": "17:00",
    "link": "https://a.example",
}


async def planned(spring: Spring, **more: Any) -> list[dict[str, Any]]:
    answer = await spring.olga.post(
        f"/api/v1/cohorts/{spring.cohort.id}/sessions", json=TALK | more
    )
    assert answer.status_code == 201, answer.text
    sessions: list[dict[str, Any]] = answer.json()["sessions"]
    return sessions


def place(session: dict[str, Any]) -> str:
    return f"/api/v1/sessions/{session['id']}/place"


async def read(who: Someone, session: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await who.get(f"/api/v1/sessions/{session['id']}")).json()
    return found


async def subjects(db: AsyncSession, to: str) -> list[str]:
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    found = await db.scalars(statement.order_by(MailboxMessage.sent_at))
    return [one for one in found if "Serving" in one]
