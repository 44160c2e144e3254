"""Mail about accounts."""

from uuid import UUID

from cohort.jobs.context import Delivery, JobContext
from cohort.people import emails, service
from cohort.people.models import LinkPurpose, Person


async def ask_to_verify(context: JobContext, person_id: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    if person.verified_at is None:
        token = await service.new_link(context.db, person, LinkPurpose.VERIFY, now=context.now)
        return context.deliver(emails.verify_address(person, token))
    return None


async def send_password_link(context: JobContext, person_id: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    token = await service.new_link(context.db, person, LinkPurpose.PASSWORD, now=context.now)
    return context.deliver(emails.choose_password(person, token))


async def tell_already_known(context: JobContext, person_id: str) -> Delivery:
    person = await context.db.get_one(Person, UUID(person_id))
    if person.verified_at is None:
        return await ask_to_verify(context, person_id)
    return context.deliver(emails.already_known(person))
