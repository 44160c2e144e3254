"""Mail about accounts."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from cohort.jobs.context import Delivery, JobContext
from cohort.people import addresses, emails
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person


async def answer_sign_up(context: JobContext, email: str) -> Delivery:
    """A link to open an account with; or a word to whoever has one."""
    person = await _with_account(context, email)
    if person is not None:
        return context.deliver(emails.already_known(person))
    token = await _mailed_link(context, email, LinkPurpose.JOIN)
    return context.deliver(emails.verify_address(email, token, _hours(context)))


async def send_password_link(context: JobContext, email: str) -> Delivery:
    person = await _with_account(context, email)
    if person is None:
        return None
    token = await _mailed_link(context, email, LinkPurpose.PASSWORD)
    return context.deliver(emails.choose_password(person, token, _hours(context)))


async def _mailed_link(context: JobContext, email: str, purpose: LinkPurpose) -> str:
    lives = timedelta(hours=_hours(context))
    return await new_link(context.db, email, purpose, now=context.now, lives=lives)


def _hours(context: JobContext) -> int:
    return context.settings.confirm_link_hours


async def ask_at_new_address(context: JobContext, person_id: str, email: str) -> Delivery:
    """A link that moves the account there; or a word to whoever has an account with it."""
    person = await context.db.get_one(Person, UUID(person_id))
    lives = timedelta(hours=_hours(context))
    token = await addresses.new_token_of(context.db, person.id, email, now=context.now, lives=lives)
    if token is None:
        return None
    owner = await _with_account(context, email)
    if owner is not None:
        return context.deliver(emails.already_known(owner))
    return context.deliver(emails.new_address(person, email, token, _hours(context)))


async def tell_old_address(context: JobContext, person_id: str, email: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    return context.deliver(emails.old_address(person, email))


async def tell_suspended(
    context: JobContext, person_id: str, reason: str, answer_to: str
) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    return context.deliver(emails.suspended(person, reason, answer_to))


async def tell_suspension_ended(context: JobContext, person_id: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    return context.deliver(emails.suspension_ended(person))


async def _with_account(context: JobContext, email: str) -> Person | None:
    found = select(Person).where(Person.has_account(email), Person.verified_at.is_not(None))
    person: Person | None = await context.db.scalar(found)
    return person
