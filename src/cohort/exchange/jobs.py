"""Mail to people whom an organiser brought into a cohort."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.exchange import emails
from cohort.exchange.models import ImportedPerson
from cohort.exchange.service import ANSWER_WITHIN
from cohort.jobs.context import Delivery, JobContext
from cohort.people.tokens import hash_token, new_token


async def ask_to_confirm(context: JobContext, person_id: str, *, waits: bool = False) -> Delivery:
    """Nothing, where she has answered meanwhile. The newest link works, and for the whole time."""
    shown = (ImportedPerson.person, ImportedPerson.importer, ImportedPerson.cohort)
    imported = await context.db.get(
        ImportedPerson, UUID(person_id), options=[joinedload(one) for one in shown]
    )
    if imported is None:
        return None
    token = new_token()
    imported.token_hash, imported.expires_at = hash_token(token), context.now + ANSWER_WITHIN
    return context.deliver(emails.ask_to_confirm(imported, token, waits=waits))
