"""Accounts elsewhere that sign in to an account here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotFound
from cohort.people import service as people
from cohort.people.models import Person
from cohort.signin import codes
from cohort.signin.models import Identity
from cohort.signin.oidc import Vouched


class NoConfirmedAddress(Conflict):
    code = "no_confirmed_address"
    title = "We do not know whose account this is"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"{label} tells us no address that it has confirmed. Sign in with a mailed link or a"
            f" password once, then connect {label} under “Signing in” of your account."
        )


class IdentityTaken(Conflict):
    code = "identity_taken"
    title = "That account signs in to another one here"

    def __init__(self) -> None:
        super().__init__("Disconnect it there first, or connect another one.")


async def whose(db: AsyncSession, vouched: Vouched, label: str, *, now: datetime) -> Person:
    """The person here: whoever connected it, else whoever has the confirmed address.

    An address that the provider has not confirmed connects nothing: anyone could have typed it.
    """
    here = (Identity.issuer == vouched.issuer) & (Identity.subject == vouched.subject)
    used = update(Identity).where(here).values(used_at=now)
    person_id = await db.scalar(used.returning(Identity.person_id))
    if person_id is not None:
        found = select(Person).where(Person.id == person_id, Person.verified_at.is_not(None))
        person: Person | None = await db.scalar(found.with_for_update(read=True))
        if person is None:
            raise NotFound
        return person
    if vouched.email is None:
        raise NoConfirmedAddress(label)
    name = vouched.name or vouched.email.partition("@")[0]
    person = await people.owner_of_address(db, vouched.email, name, now=now)
    await connect(db, person, vouched, now=now)
    return person


async def connect(db: AsyncSession, person: Person, vouched: Vouched, *, now: datetime) -> None:
    """Once; who connects the same again changes nothing."""
    row = {
        "person_id": person.id,
        "issuer": vouched.issuer,
        "subject": vouched.subject,
        "email": vouched.email,
        "created_at": now,
        "used_at": now,
    }
    connected = (
        insert(Identity).values(row).on_conflict_do_nothing(index_elements=["issuer", "subject"])
    )
    if await db.scalar(connected.returning(Identity.id)) is not None:
        await codes.tell(db, person, "identity_added", now=now)
        return
    here = (Identity.issuer == vouched.issuer) & (Identity.subject == vouched.subject)
    if await db.scalar(select(Identity.person_id).where(here)) != person.id:
        raise IdentityTaken


async def list_identities(db: AsyncSession, actor: Person) -> Sequence[Identity]:
    own = select(Identity).where(Identity.person_id == actor.id)
    return list(await db.scalars(own.order_by(Identity.created_at, Identity.id)))


async def disconnect(db: AsyncSession, actor: Person, identity_id: UUID, *, now: datetime) -> None:
    own = delete(Identity).where(Identity.id == identity_id, Identity.person_id == actor.id)
    if await db.scalar(own.returning(Identity.id)) is None:
        raise NotFound
    await codes.tell(db, actor, "identity_removed", now=now)
