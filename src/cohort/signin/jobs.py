"""Mail that signs in."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from cohort.jobs.context import Delivery, JobContext
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.signin import emails, remaining


async def tell_change(context: JobContext, person_id: str, what: str) -> Delivery:
    """So that nobody changes how someone signs in without her hearing of it."""
    person = await context.db.get(Person, UUID(person_id))
    return context.deliver(emails.sign_in_changed(person, what)) if person else None


async def tell_new_password(context: JobContext, person_id: str) -> Delivery:
    """With what signs in beside it: a thief may have left a way in there."""
    person = await context.db.get_one(Person, UUID(person_id))
    left = await remaining.of(context.db, person)
    return context.deliver(emails.new_password(person, left, context.settings))


async def send_link(context: JobContext, email: str) -> Delivery:
    found = select(Person).where(Person.has_account(email), Person.verified_at.is_not(None))
    person: Person | None = await context.db.scalar(found)
    if person is None:
        return None
    minutes = context.settings.sign_in_link_minutes
    token = await new_link(
        context.db,
        email,
        LinkPurpose.SIGN_IN,
        now=context.now,
        lives=timedelta(minutes=minutes),
    )
    return context.deliver(emails.sign_in_link(person, token, minutes))
