"""Signing up, signing in, and proving an address."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached

from cohort.db import Prepared, Sessions, given, unit_of_work
from cohort.errors import Invalid, NotFound, NotSignedIn, Refusal
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.outbox import enqueue
from cohort.people import audit
from cohort.people.models import ApiKey, LinkPurpose, Login, MailedLink, Person
from cohort.people.schemas import ApiKeyIn, NewPasswordIn, SignInIn, SignUpIn
from cohort.people.tokens import hash_password, hash_token, is_password, new_token

LINK_LIVES = timedelta(days=3)


class WrongPassword(NotSignedIn):
    code = "wrong_password"
    title = "That is not right"

    def __init__(self) -> None:
        super().__init__("The address or the password is not right. Try again, or get a new link.")


class NotVerified(Refusal):
    status = 403
    code = "not_verified"
    title = "Confirm your address first"


class LinkSpent(Refusal):
    status = 409
    code = "link_spent"
    title = "This link does not work any more"

    def __init__(self) -> None:
        super().__init__("The link was used, or is too old. Ask for a new one at “Sign in”.")


class Entry(NamedTuple):
    """A login as it is told once, with its token."""

    token: str
    expires_at: datetime
    person: Person


class KeyShown(NamedTuple):
    """An API key that was shown: whose it is, what it may, when it was used last."""

    person: Person
    id: UUID
    scopes: frozenset[str]
    last_used_at: datetime | None


async def sign_up(db: AsyncSession, form: SignUpIn, *, now: datetime) -> None:
    """Open an account, or tell its owner that it is there; the answer is the same for both."""
    password_hash = await hash_password(form.password.get_secret_value())
    person = await open_account(db, form.email, form.name, now=now)
    if person is None:
        known = await by_email(db, form.email)
        await enqueue(db, "people.tell_already_known", now=now, person_id=known.id)
        return
    person.password_hash = password_hash
    await enqueue(db, "people.ask_to_verify", now=now, person_id=person.id)


async def open_account(db: AsyncSession, email: str, name: str, *, now: datetime) -> Person | None:
    """A new person, or None when the address has one already; settled by the unique index."""
    return await db.scalar(
        insert(Person)
        .values(email=email, name=name, is_admin=False, created_at=now)
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(Person)
    )


async def open_accounts(
    db: AsyncSession, names: Mapping[str, str], *, now: datetime
) -> dict[str, Person]:
    """The people with these addresses, by address; whoever has no account yet gets one.

    `names` are by address. They are used for new accounts alone: nobody is renamed by a stranger.
    """
    rows = [
        {"email": email, "name": name, "is_admin": False, "created_at": now}
        for email, name in names.items()
    ]
    if rows:
        await db.execute(insert(Person).on_conflict_do_nothing(index_elements=["email"]), rows)
    found = await db.scalars(select(Person).where(Person.email.in_(names)))
    return {person.email: person for person in found}


async def by_email(db: AsyncSession, email: str) -> Person:
    found = await db.scalar(select(Person).where(Person.email == email))
    if found is None:
        raise NotFound
    return found


async def sign_in(db: AsyncSession, form: SignInIn, *, now: datetime, days: int) -> Entry:
    person = await db.scalar(select(Person).where(Person.email == form.email))
    right = await is_password(
        form.password.get_secret_value(), person.password_hash if person else None
    )
    if person is None or not right:
        raise WrongPassword
    if person.verified_at is None:
        raise NotVerified("We sent you a link when you signed up. Open it, then sign in.")
    return open_login(db, person, now=now, days=days)


def open_login(db: AsyncSession, person: Person, *, now: datetime, days: int) -> Entry:
    """Always a new token: one that someone planted before is worth nothing."""
    token, expires_at = new_token(), now + timedelta(days=days)
    db.add(
        Login(
            person_id=person.id, token_hash=hash_token(token), began_at=now, expires_at=expires_at
        )
    )
    return Entry(token, expires_at, person)


async def sign_out(db: AsyncSession, token: str) -> None:
    await db.execute(delete(Login).where(Login.token_hash == hash_token(token)))


NOW = given("now", DateTime(timezone=True))
WITH_LOGIN = Prepared(
    select(*Person.__table__.columns)
    .join(Login, Login.person_id == Person.id)
    .where(Login.token_hash == given("hash", LargeBinary()), Login.expires_at > NOW)
)
WITH_KEY = Prepared(
    select(
        *Person.__table__.columns,
        ApiKey.id.label("key_id"),
        ApiKey.scopes,
        ApiKey.last_used_at,
    )
    .join(ApiKey, ApiKey.person_id == Person.id)
    .where(ApiKey.secret_hash == given("hash", LargeBinary()), ApiKey.revoked_at.is_(None))
    .where(or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > NOW))
)


async def who_has_login(db: AsyncSession, token: str, *, now: datetime) -> Person | None:
    found = await WITH_LOGIN.row(db, hash=hash_token(token), now=now)
    return _detached(dict(found)) if found else None


async def who_has_key(db: AsyncSession, secret: str, *, now: datetime) -> KeyShown | None:
    found = await WITH_KEY.row(db, hash=hash_token(secret), now=now)
    if found is None:
        return None
    its = dict(found)
    key_id, scopes, used_at = (its.pop(name) for name in ("key_id", "scopes", "last_used_at"))
    return KeyShown(_detached(its), key_id, frozenset(scopes), used_at)


async def still_valid(
    db: AsyncSession, token_hashes: Collection[bytes], *, now: datetime
) -> set[bytes]:
    """Which of these logins and keys would still be let in."""
    logins = select(Login.token_hash).where(Login.token_hash.in_(token_hashes))
    keys = select(ApiKey.secret_hash).where(ApiKey.secret_hash.in_(token_hashes))
    standing = keys.where(
        ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    )
    return set(await db.scalars(logins.where(Login.expires_at > now).union(standing)))


def _detached(row: dict[str, Any]) -> Person:
    """A person of no session: a fact of the request, which stays readable after a roll-back."""
    person = Person(**row)
    make_transient_to_detached(person)
    return person


async def note_use(sessions: Sessions, key_id: UUID, *, now: datetime) -> None:
    """In a transaction of its own, as whoever reads has none that could be committed."""
    async with unit_of_work(sessions) as db:
        await db.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


async def new_link(db: AsyncSession, person: Person, purpose: LinkPurpose, *, now: datetime) -> str:
    """The token of a new link; older links for the same purpose stop working."""
    await db.execute(
        delete(MailedLink).where(MailedLink.person_id == person.id, MailedLink.purpose == purpose)
    )
    token = new_token()
    db.add(
        MailedLink(
            person_id=person.id,
            purpose=purpose,
            token_hash=hash_token(token),
            expires_at=now + LINK_LIVES,
        )
    )
    return token


async def use_link(db: AsyncSession, token: str, purpose: LinkPurpose, *, now: datetime) -> Person:
    """Spend a link; the conditional UPDATE lets only one of two clicks win."""
    person_id = await db.scalar(
        update(MailedLink)
        .where(
            MailedLink.token_hash == hash_token(token),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(MailedLink.person_id)
    )
    person = await db.get(Person, person_id) if person_id else None
    if person is None:
        raise LinkSpent
    person.verified_at = person.verified_at or now
    return person


async def verify(db: AsyncSession, token: str, *, now: datetime) -> Person:
    return await use_link(db, token, LinkPurpose.VERIFY, now=now)


async def ask_for_password(db: AsyncSession, email: str, *, now: datetime) -> None:
    """Send a link if there is such a person; nobody learns from the answer whether there is."""
    person = await db.scalar(select(Person).where(Person.email == email))
    if person is not None:
        await enqueue(db, "people.send_password_link", now=now, person_id=person.id)


async def set_password(db: AsyncSession, form: NewPasswordIn, *, now: datetime) -> Person:
    """Choose a new password, which ends every login that stands."""
    person = await use_link(db, form.token, LinkPurpose.PASSWORD, now=now)
    person.password_hash = await hash_password(form.password.get_secret_value())
    await db.execute(delete(Login).where(Login.person_id == person.id))
    return person


async def make_api_key(
    db: AsyncSession, actor: Person, form: ApiKeyIn, *, now: datetime
) -> tuple[ApiKey, str]:
    if form.expires_at is not None and form.expires_at <= now:
        raise Invalid.at("expires_at", "This must be in the future.")
    secret = f"cohort_{new_token()}"
    key = ApiKey(
        person_id=actor.id,
        name=form.name,
        scopes=sorted(set(form.scopes)),
        secret_hash=hash_token(secret),
        created_at=now,
        expires_at=form.expires_at,
    )
    db.add(key)
    await db.flush()  # the answer tells its id
    return key, secret


async def list_api_keys(db: AsyncSession, actor: Person, part: Slice) -> Page[ApiKey]:
    standing = select(ApiKey).where(ApiKey.person_id == actor.id, ApiKey.revoked_at.is_(None))
    return await page_of(db, standing, by=ApiKey.created_at, id=ApiKey.id, part=part)


async def revoke_api_key(db: AsyncSession, actor: Person, key_id: UUID, *, now: datetime) -> None:
    revoked = await db.scalar(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.person_id == actor.id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKey.id)
    )
    if revoked is None:
        raise NotFound


async def make_admin(db: AsyncSession, email: str, *, now: datetime) -> Person:
    """An operator's act: the first admin of an installation."""
    person: Person | None = await db.scalar(select(Person).where(Person.email == email))
    if person is None:
        raise NotFound(f"Nobody has an account with {email}: sign up first.")
    person.is_admin = True
    audit.record(db, None, "person.make_admin", person.id, now=now)
    return person


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    """Logins and links that do not work any more."""
    await db.execute(delete(Login).where(Login.expires_at < now))
    await db.execute(delete(MailedLink).where(MailedLink.expires_at < now))
