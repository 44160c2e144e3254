"""Logins: who is signed in where, since when, and how it ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, manager_of_class

from cohort.db import NOW, Prepared, Sessions, given, unit_of_work
from cohort.errors import NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.people.models import KnownDevice, Login, PendingLogin, Person
from cohort.people.tokens import hash_token, new_token
from cohort.settings import Settings

DEVICE_LIVES = timedelta(days=365)
NAME_OF_DEVICE = 200
"""Characters of what a browser calls itself."""


class Suspended(NotAllowed):
    code = "suspended"
    title = "This account is suspended"

    def __init__(self) -> None:
        super().__init__(
            "An admin has suspended this account, so that it cannot be used now. Nothing of it is "
            "deleted. The mail that told you says whom to ask: answer it."
        )


class Entry(NamedTuple):
    """A login as it is told once, with its token."""

    token: str
    expires_at: datetime
    person: Person
    known_as: str | None = None
    """The token by which this browser is known from now on."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """From where someone signs in."""

    device: str = ""
    known_as: str | None = None
    """The token of a browser from which someone signed in before."""
    replaces: str | None = None
    """The token of the login that the browser has now."""


class LoginShown(NamedTuple):
    """A login whose token was shown: whose it is, and since when."""

    person: Person
    id: UUID
    confirmed_at: datetime
    used_at: datetime


def open_login(
    db: AsyncSession, person: Person, *, now: datetime, days: int, device: str = ""
) -> Entry:
    """Always a new token: one that someone planted before is worth nothing.

    It ends after `days`, unless it is used before. Every way in comes through here; whoever calls
    it holds a lock on the person's row, so that nobody is suspended meanwhile.
    """
    if person.suspended_at is not None:
        raise Suspended
    token, expires_at = new_token(), now + timedelta(days=days)
    db.add(
        Login(
            person_id=person.id,
            token_hash=hash_token(token),
            began_at=now,
            confirmed_at=now,
            used_at=now,
            expires_at=expires_at,
            device=device[:NAME_OF_DEVICE],
        )
    )
    return Entry(token, expires_at, person)


async def enter(
    db: AsyncSession, person: Person, at: Entrance, *, now: datetime, days: int
) -> Entry:
    """A new login, in place of the one that this browser had; the browser is known from now on."""
    if at.replaces is not None:
        await end_login(db, at.replaces)
    entry = open_login(db, person, now=now, days=days, device=at.device)
    return entry._replace(known_as=await remember_device(db, person, at.known_as, now=now))


async def end_login(db: AsyncSession, token: str) -> None:
    await db.execute(delete(Login).where(Login.token_hash == hash_token(token)))


async def sign_out(db: AsyncSession, actor: Person, login_id: UUID | None) -> None:
    await db.execute(delete(Login).where(Login.id == login_id, Login.person_id == actor.id))


async def end_all_logins(db: AsyncSession, person: Person, *, but: UUID | None = None) -> None:
    """And no browser is known any more, nor is anyone on the way in."""
    await db.execute(delete(PendingLogin).where(PendingLogin.person_id == person.id))
    others = delete(Login).where(Login.person_id == person.id, Login.id != but)
    everywhere = delete(Login).where(Login.person_id == person.id)
    await db.execute(everywhere if but is None else others)
    await db.execute(delete(KnownDevice).where(KnownDevice.person_id == person.id))


async def list_logins(
    db: AsyncSession, actor: Person, part: Slice, *, now: datetime
) -> Page[Login]:
    standing = select(Login).where(Login.person_id == actor.id, Login.expires_at > now)
    return await page_of(db, standing, by=Login.began_at, id=Login.id, part=part)


async def end_own_login(db: AsyncSession, actor: Person, login_id: UUID) -> None:
    own = delete(Login).where(Login.id == login_id, Login.person_id == actor.id)
    if await db.scalar(own.returning(Login.id)) is None:
        raise NotFound


WITH_LOGIN = Prepared(
    select(
        *Person.__table__.columns,
        Login.id.label("login_id"),
        Login.confirmed_at,
        Login.used_at,
    )
    .join(Login, Login.person_id == Person.id)
    .where(Login.token_hash == given("hash", LargeBinary()), Login.expires_at > NOW)
)


async def who_has_login(db: AsyncSession, token: str, *, now: datetime) -> LoginShown | None:
    found = await WITH_LOGIN.row(db, hash=hash_token(token), now=now)
    if found is None:
        return None
    its = dict(found)
    login_id, confirmed_at, used_at = (
        its.pop(name) for name in ("login_id", "confirmed_at", "used_at")
    )
    return LoginShown(detached(its), login_id, confirmed_at, used_at)


def detached(row: dict[str, Any]) -> Person:
    """A person of no session: a fact of the request, which stays readable after a roll-back.

    Made as rows become objects; a constructor would announce each column as a change.
    """
    person: Person = manager_of_class(Person).new_instance()
    instance_dict(person).update(row)
    make_transient_to_detached(person)
    return person


async def note_login_use(
    sessions: Sessions, login_id: UUID, *, now: datetime, settings: Settings
) -> None:
    """In a transaction of its own, as whoever reads has none that could be committed."""
    unused_until = now + timedelta(days=settings.unused_login_days)
    last_day = Login.began_at + timedelta(days=settings.login_days)
    values = {"used_at": now, "expires_at": func.least(last_day, unused_until)}
    async with unit_of_work(sessions) as db:
        await db.execute(update(Login).where(Login.id == login_id).values(values))


async def note_confirmation(sessions: Sessions, login_id: UUID, *, now: datetime) -> None:
    """Kept also when what follows is refused: nobody types a password twice for one mistake."""
    async with unit_of_work(sessions) as db:
        await db.execute(update(Login).where(Login.id == login_id).values(confirmed_at=now))


KNOWN_HERE = Prepared(
    select(KnownDevice.id)
    .join(Person, Person.id == KnownDevice.person_id)
    .where(
        KnownDevice.token_hash == given("hash", LargeBinary()),
        Person.has_account(given("email", Text())),
        KnownDevice.seen_at > given("since", DateTime(timezone=True)),
    )
)


async def knows_device(db: AsyncSession, token: str, email: str, *, now: datetime) -> bool:
    """Whether the owner of this address signed in from this browser before."""
    values = {"hash": hash_token(token), "email": email, "since": now - DEVICE_LIVES}
    return await KNOWN_HERE.row(db, **values) is not None


async def remember_device(
    db: AsyncSession, person: Person, token: str | None, *, now: datetime
) -> str:
    """The token by which this browser is known from now on: its own, if it is this person's."""
    if token is not None:
        seen = await db.scalar(
            update(KnownDevice)
            .where(KnownDevice.token_hash == hash_token(token), KnownDevice.person_id == person.id)
            .values(seen_at=now)
            .returning(KnownDevice.id)
            .execution_options(synchronize_session=False)
        )
        if seen is not None:
            return token
    token = new_token()
    await db.execute(
        insert(KnownDevice).values(person_id=person.id, token_hash=hash_token(token), seen_at=now)
    )
    return token
