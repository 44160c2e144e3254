"""Mail to people whom an organiser brought into a cohort."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.exchange import asking, emails
from cohort.exchange.models import ImportedPerson
from cohort.exchange.service import ANSWER_WITHIN
from cohort.jobs.context import Delivery, JobContext
from cohort.jobs.outbox import enqueue
from cohort.people.tokens import hash_token, new_token


async def ask_to_confirm(context: JobContext, person_id: str, *, waits: bool = False) -> Delivery:
    """Nothing, where she has answered meanwhile, or was written to often enough.

    The newest link works, and for the whole time.
    """
    shown = (ImportedPerson.person, ImportedPerson.importer, ImportedPerson.cohort)
    imported = await context.db.get(
        ImportedPerson, UUID(person_id), options=[joinedload(one) for one in shown]
    )
    if imported is None:
        return None
    if imported.mailed_by != context.job_id:
        if imported.mails >= asking.MOST_TO_ONE:
            return None
        if await asking.is_enough(context.db, imported, now=context.now):
            await _ask_tomorrow(context, imported, waits=waits)
            return None
        imported.mails, imported.mailed_by = imported.mails + 1, context.job_id
    token, now = new_token(), context.now
    imported.token_hash, imported.expires_at = hash_token(token), now + ANSWER_WITHIN
    imported.asked_at = now
    return context.deliver(emails.ask_to_confirm(imported, token, waits=waits))


async def _ask_tomorrow(context: JobContext, imported: ImportedPerson, *, waits: bool) -> None:
    await enqueue(
        context.db,
        "exchange.ask_to_confirm",
        now=context.now,
        after=asking.A_DAY,
        cohort_id=imported.cohort_id,
        person_id=imported.person_id,
        waits=waits,
    )
