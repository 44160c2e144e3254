"""Another address for an account: it counts once the link that is mailed there was opened."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.jobs.outbox import enqueue
from cohort.people.links import LINK_LIVES, LinkSpent, forget_links
from cohort.people.models import AddressChange, FormerAddress, Person
from cohort.people.tokens import hash_token, new_token

ASKED_AT = "/account"
"""Where another address is asked for."""


class AddressTaken(Conflict):
    code = "address_taken"
    title = "Another account has this address"

    def __init__(self) -> None:
        super().__init__("Your account keeps the address that it had. Choose another one.")


async def ask(db: AsyncSession, actor: Person, email: str, *, now: datetime) -> None:
    """Mail a link to the new address; whether somebody has it is only seen there."""
    if email == actor.email:
        raise Invalid.at("email", "This is the address that you have.")
    # The token of the link is made as it is mailed; until then, nobody has one that fits.
    made = {"email": email, "token_hash": hash_token(new_token()), "expires_at": now + LINK_LIVES}
    await db.execute(
        insert(AddressChange)
        .values(person_id=actor.id, **made)
        .on_conflict_do_update(index_elements=["person_id"], set_=made)
    )
    await enqueue(db, "people.ask_at_new_address", now=now, person_id=actor.id, email=email)


async def new_token_of(
    db: AsyncSession,
    person_id: UUID,
    email: str,
    *,
    now: datetime,
    lives: timedelta = LINK_LIVES,
) -> str | None:
    """The token of the only link that moves this person's account; None where that is not asked
    any more."""
    token = new_token()
    asked = update(AddressChange).where(
        AddressChange.person_id == person_id, AddressChange.email == email
    )
    made = asked.values(token_hash=hash_token(token), expires_at=now + lives)
    found = await db.scalar(made.returning(AddressChange.person_id))
    return None if found is None else token


def _works(actor: Person, token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_it = (AddressChange.token_hash == hash_token(token), AddressChange.person_id == actor.id)
    return *is_it, AddressChange.expires_at > now


async def require_link(db: AsyncSession, actor: Person, token: str, *, now: datetime) -> None:
    """Refuse a link that would not move this account, and spend none."""
    works = select(AddressChange.person_id).where(*_works(actor, token, now))
    if await db.scalar(works) is None:
        raise LinkSpent(ASKED_AT)


async def confirm(db: AsyncSession, actor: Person, token: str, *, now: datetime) -> Person:
    """Take the new address, and tell the old one; links that were mailed to either end.

    Only who is signed in to the account moves it: whoever opens a link that somebody else asked
    for does not give her address away.
    """
    moved = (
        await db.execute(
            delete(AddressChange)
            .where(*_works(actor, token, now))
            .returning(AddressChange.person_id, AddressChange.email)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if moved is None:
        raise LinkSpent(ASKED_AT)
    found = select(Person).where(Person.id == moved.person_id, Person.suspended_at.is_(None))
    locked = found.with_for_update().execution_options(populate_existing=True)
    person = await db.scalar(locked)
    if person is None:
        raise LinkSpent(ASKED_AT)
    before = person.email
    person.email = moved.email
    try:
        await db.flush()
    except IntegrityError as error:
        raise AddressTaken from error
    former = insert(FormerAddress).values(person_id=person.id, email=before)
    await db.execute(former.on_conflict_do_nothing())
    for email in (before, person.email):
        await forget_links(db, email)
    await enqueue(db, "people.tell_old_address", now=now, person_id=person.id, email=before)
    return person


async def former_of(db: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[str]]:
    """The addresses that these people had before, of those who had any."""
    found: dict[UUID, list[str]] = {}
    rows = select(FormerAddress).where(FormerAddress.person_id.in_(people))
    for one in await db.scalars(rows.order_by(FormerAddress.person_id, FormerAddress.email)):
        found.setdefault(one.person_id, []).append(one.email)
    return found


async def forget(db: AsyncSession, person: Person) -> None:
    """A new password, or a suspension: no account moves by what was asked before."""
    await db.execute(delete(AddressChange).where(AddressChange.person_id == person.id))


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    await db.execute(delete(AddressChange).where(AddressChange.expires_at < now))
