"""What Grace sends to become a mentor, and the mails that she gets."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from tests.world import EVENINGS

PROFILE: dict[str, Any] = {
    "domains": ["nlp"],
    "roles": ["ml-engineer"],
    "contexts": ["start-up"],
    "skills": ["pipelines", "serving"],
    "came_from": "postdoc",
    "languages": ["en", "de"],
    "time_zone": "Europe/Berlin",
    "weekly_hours": EVENINGS,
    "organisations": ["Northwind Robotics"],
    "capacity": 2,
    "motivation": "I was there once.",
    "consent": True,
}
GRACE = PROFILE | {"name": "Grace Example", "email": "grace@example.org"}
TYPED_GRACE = {
    "name": "Grace Example",
    "came_from": "phd",
    "domains": ["nlp"],
    "roles": ["ml-engineer"],
    "skills": ["serving"],
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "capacity": "2",
    "motivation": "I was there once.",
    "consent": "yes",
}


async def mails(db: AsyncSession, to: str) -> list[MailboxMessage]:
    theirs = select(MailboxMessage).where(MailboxMessage.to == to)
    return list(await db.scalars(theirs.order_by(MailboxMessage.sent_at)))


async def link_to_confirm(db: AsyncSession, to: str) -> str:
    newest = (await mails(db, to))[-1]
    found = re.search(r"(/mentors/confirm/[\w-]+)", newest.text)
    assert found
    return found[1]
