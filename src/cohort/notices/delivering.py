"""What becomes of a mail that a job wrote: sent now, later, in a digest, or not at all."""

from datetime import datetime
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import Table, Text, Uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import NOW, PreparedWrite, given
from cohort.jobs.context import JobContext, Outside
from cohort.jobs.outbox import Attempt, enqueue_each
from cohort.mail import Message
from cohort.notices.choosing import Reader, reader_of
from cohort.notices.kinds import KINDS, MailWhen
from cohort.notices.models import UnsubscribeLink, WaitingMail
from cohort.people.tokens import new_token

log = structlog.get_logger()


async def post(context: JobContext, job: Attempt, message: Message) -> Outside[None] | None:
    """As its reader chose for the kind; whoever has no account had nothing to choose.

    What waits is the job and not its words: it reads everything again when its time has come.
    """
    kind, db, now = KINDS[message.kind], context.db, context.now
    reader = await reader_of(db, message.to, message.kind)
    if reader is None:
        return await context.post(message)
    if reader.comes is MailWhen.OFF:
        log.info("mail not wanted", job=str(job.id), kind=message.kind)
        return None
    if reader.comes is not MailWhen.AT_ONCE:
        await _wait_for_digest(db, reader, job, message.kind, now=now)
        return None
    if (until := reader.held_until(kind, now)) is not None:
        await _hold(db, job, until, now=now)
        return None
    link = await end_link(db, reader.person_id, message.kind, now=now) if kind.may_be_off else ""
    return await context.post(message, chooses=True, unsubscribe=address_of(context, link))


def address_of(context: JobContext, token: str) -> str:
    return f"{context.settings.public_url}/unsubscribe/{token}" if token else ""


_NEW = {
    "token": given("token", Text()),
    "person_id": given("person_id", Uuid()),
    "kind": given("kind", Text()),
    "created_at": NOW,
}
_LINK = insert(cast("Table", UnsubscribeLink.__table__)).values(_NEW)
_SAME_LINK = PreparedWrite(
    _LINK.on_conflict_do_update(
        index_elements=["person_id", "kind"], set_={"kind": _LINK.excluded.kind}
    ).returning(UnsubscribeLink.token)
)


async def end_link(db: AsyncSession, person_id: UUID, kind: str, *, now: datetime) -> str:
    """The token that ends this kind of mail for her: the same in each mail, until she renews it."""
    found = await _SAME_LINK.rows(db, token=new_token(), person_id=person_id, kind=kind, now=now)
    return str(found[0]["token"])


async def _hold(db: AsyncSession, job: Attempt, until: datetime, *, now: datetime) -> None:
    """Until the quiet hours are over; a job that runs twice is held once."""
    again = {
        "cohort_id": job.cohort_id,
        "once": f"held:{job.id}",
        "after": until - now,
        **job.arguments,
    }
    await enqueue_each(db, job.name, [again], now=now)


async def _wait_for_digest(
    db: AsyncSession, reader: Reader, job: Attempt, kind: str, *, now: datetime
) -> None:
    await db.execute(
        insert(WaitingMail)
        .values(
            person_id=reader.person_id,
            kind=kind,
            comes=reader.comes,
            job_id=job.id,
            job=job.name,
            arguments=job.arguments,
            kept_at=now,
            due_at=reader.next_digest(now),
        )
        .on_conflict_do_nothing(index_elements=["job_id"])
    )
