"""Olga's spreadsheets, and the mails that come of them."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from httpx import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.exchange.models import ImportedPerson
from cohort.mail import MailboxMessage
from cohort.people.tokens import hash_token
from tests.conftest import Someone


@dataclass
class Bring:
    """Send a file to the cohort, by its organiser where nobody else is named."""

    cohort: Cohort
    olga: Someone

    async def __call__(
        self,
        file: str | bytes,
        holds: str = "researchers",
        *,
        by: Someone | None = None,
        **more: Any,
    ) -> Response:
        raw = file.encode() if isinstance(file, str) else file
        sent = {"file_name": "people.csv", "content": b64encode(raw).decode(), "holds": holds}
        body = {"agreed": True, **sent, **more}
        address = f"/api/v1/cohorts/{self.cohort.id}/imports"
        answer: Response = await (by or self.olga).post(address, json=body)
        return answer


async def link_to(db: AsyncSession, address: str) -> str:
    """The page behind the link that works, of the mails to somebody who was imported.

    Of two mails of one moment, as this clock has them, nothing else says which is the newer one.
    """
    newest = MailboxMessage.sent_at.desc(), MailboxMessage.id.desc()
    to_her = select(MailboxMessage).where(MailboxMessage.to == address).order_by(*newest)
    texts = [mail.text for mail in await db.scalars(to_her)]
    found = [link for text in texts for link in re.findall(r"/imported/[\w-]+", text)]
    assert found
    standing = set(await db.scalars(select(ImportedPerson.token_hash)))
    works = [one for one in found if hash_token(one.rpartition("/")[2]) in standing]
    return (works or found)[0]
