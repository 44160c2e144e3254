"""Admins look people up, keep them out, and let them in again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotFound
from cohort.http.listing import pattern
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.outbox import enqueue
from cohort.people import addresses, audit
from cohort.people.keys import revoke_all_keys
from cohort.people.links import forget_links
from cohort.people.logins import end_all_logins
from cohort.people.models import Person


class NotYourself(Conflict):
    code = "not_yourself"
    title = "This is your own account"


async def find_people(
    db: AsyncSession, part: Slice, *, looked_for: str = "", suspended: bool | None = None
) -> Page[Person]:
    """Accounts, by a part of the name or of the address; for admins."""
    accounts = select(Person).where(~Person.is_placeholder)
    like = pattern(looked_for)
    if like is not None:
        either = (one.ilike(like, escape="\\") for one in (Person.name, Person.email))
        accounts = accounts.where(or_(*either))
    if suspended is not None:
        is_out = Person.suspended_at.is_not(None)
        accounts = accounts.where(is_out if suspended else ~is_out)
    return await page_of(db, accounts, by=Person.created_at, id=Person.id, part=part)


async def suspend(
    db: AsyncSession, actor: Person, person_id: UUID, reason: str, *, now: datetime
) -> Person:
    """Keep someone out: logins, keys and links end, and a mail says why. Nothing is deleted, and
    what others do with the person's data goes on."""
    if person_id == actor.id:
        raise NotYourself("You cannot suspend yourself. Ask another admin.")
    person = await locked_account(db, person_id)
    if person.suspended_at is not None:
        return person
    person.suspended_at = now
    await end_all_logins(db, person)
    await revoke_all_keys(db, person, now=now)
    await forget_links(db, person.email)
    await addresses.forget(db, person)
    audit.record(db, actor, "person.suspend", person.id, now=now)
    await enqueue(
        db,
        "people.tell_suspended",
        now=now,
        person_id=person.id,
        reason=reason,
        answer_to=actor.email,
    )
    return person


async def end_suspension(
    db: AsyncSession, actor: Person, person_id: UUID, *, now: datetime
) -> Person:
    """Let someone in again; keys and logins have to be made anew."""
    person = await locked_account(db, person_id)
    if person.suspended_at is None:
        return person
    person.suspended_at = None
    audit.record(db, actor, "person.end_suspension", person.id, now=now)
    await enqueue(db, "people.tell_suspension_ended", now=now, person_id=person.id)
    return person


async def locked_account(db: AsyncSession, person_id: UUID) -> Person:
    """For an admin to change."""
    found = select(Person).where(Person.id == person_id, ~Person.is_placeholder)
    locked = found.with_for_update().execution_options(populate_existing=True)
    person = await db.scalar(locked)
    if person is None:
        raise NotFound
    return person
