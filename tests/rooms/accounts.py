"""Ada's account: what she types, and the link that she is sent."""

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage

ADA = {"name": "Ada Example", "email": "ada@example.org", "password": "a sentence that is long"}
EMAIL = {"email": ADA["email"]}
JOIN = {"name": ADA["name"], "password": ADA["password"]}
"""What she types where the link leads."""
SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


async def link_in_last_mail(db: AsyncSession) -> str:
    last = select(MailboxMessage.text).order_by(MailboxMessage.sent_at.desc())
    has_link = MailboxMessage.text.regexp_match("/(verify|password)/")
    text = await db.scalar(last.where(has_link).limit(1))
    found = re.search(r"/(?:verify|password)/([\w-]+)", text or "")
    assert found
    return found[1]
