"""Digests: whose is due, and the mail."""

from uuid import UUID

from cohort.jobs.context import CronContext, JobContext, Outside
from cohort.mail import written
from cohort.notices import delivering, digests, emails
from cohort.notices.kinds import DIGEST
from cohort.people.models import Person


async def send_digest(context: JobContext, person_id: str) -> Outside[None] | None:
    """What waits is forgotten with the end of the job, so that no mail is lost on its way."""
    db, now = context.db, context.now
    person = await db.get(Person, UUID(person_id))
    waiting = await digests.claim(db, UUID(person_id), context.job_id, now=now)
    letters = await digests.still_true(context, waiting)
    if person is None or not letters:
        await digests.forget(db, context.job_id)
        return None
    parts = [written(one, context.pages, context.settings) for one in letters]
    link = await delivering.end_link(db, person.id, DIGEST, now=now)
    sending = await context.post(
        emails.digest(person, parts),
        chooses=True,
        unsubscribe=delivering.address_of(context, link),
    )
    if sending is None:
        await digests.forget(db, context.job_id)
        return None

    async def sent(context: JobContext, _result: None) -> None:
        await digests.forget(context.db, context.job_id)

    return Outside(sending.work, sent)


async def send_due(context: CronContext) -> None:
    """Every minute."""
    if not await context.finds(digests.DUE):
        return
    async with context.transaction() as db:
        await digests.send_due(db, now=context.clock())
