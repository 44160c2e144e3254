"""Mail about accounts."""

from uuid import UUID

from cohort.jobs.context import Work
from cohort.people import emails, service
from cohort.people.models import LinkPurpose, Person


async def ask_to_verify(work: Work, person_id: str) -> None:
    person = await work.db.get_one(Person, UUID(person_id))
    if person.verified_at is None:
        token = await service.new_link(work.db, person, LinkPurpose.VERIFY, now=work.now)
        await work.deliver(emails.verify_address(person, token))


async def send_password_link(work: Work, person_id: str) -> None:
    person = await work.db.get_one(Person, UUID(person_id))
    token = await service.new_link(work.db, person, LinkPurpose.PASSWORD, now=work.now)
    await work.deliver(emails.choose_password(person, token))


async def tell_already_known(work: Work, person_id: str) -> None:
    person = await work.db.get_one(Person, UUID(person_id))
    if person.verified_at is None:
        await ask_to_verify(work, person_id)
    else:
        await work.deliver(emails.already_known(person))
