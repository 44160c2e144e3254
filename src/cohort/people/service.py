"""Opening an account, signing in, and choosing a password."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import Prepared, given
from cohort.errors import FieldError, Invalid, NotFound, NotSignedIn
from cohort.jobs.outbox import enqueue
from cohort.people import addresses, audit
from cohort.people.keys import revoke_all_keys
from cohort.people.links import forget_links, use_link
from cohort.people.logins import DEVICE_LIVES, end_all_logins
from cohort.people.models import KnownDevice, LinkPurpose, Login, MailedLink, PendingLogin, Person
from cohort.people.schemas import JoinIn, NewPasswordIn, SignInIn
from cohort.people.strength import require_strong
from cohort.people.tokens import hash_password, is_password


class WrongPassword(NotSignedIn):
    code = "wrong_password"
    title = "That is not right"

    def __init__(self) -> None:
        super().__init__("The address or the password is not right. Try again, or get a new link.")


async def sign_up(db: AsyncSession, email: str, *, now: datetime) -> None:
    """Mail a link to the address, or to its owner that there is an account.

    Nothing is looked up and nothing is kept but the job: whoever types a stranger's address leaves
    nothing behind that its owner could confirm unseen, and no answer takes longer than another.
    """
    await enqueue(db, "people.answer_sign_up", now=now, email=email)


async def join(db: AsyncSession, form: JoinIn, *, now: datetime) -> Person:
    """Open the account of whoever has the link, with the name and the password typed now."""
    email = await use_link(db, form.token, LinkPurpose.JOIN, now=now)
    await open_account(db, email, form.name, now=now)
    person = await by_email(db, email, lock=True)
    if person.verified_at is None:
        person.name = form.name
    await _choose(db, person, form.password.get_secret_value(), now=now)
    return person


async def open_account(db: AsyncSession, email: str, name: str, *, now: datetime) -> Person | None:
    """A new person, or None when the address has one already; settled by the unique index."""
    return await db.scalar(
        insert(Person)
        .values(email=email, name=name, is_admin=False, created_at=now)
        .on_conflict_do_nothing(index_elements=["email"], index_where=~Person.is_placeholder)
        .returning(Person)
    )


async def owner_of_address(db: AsyncSession, email: str, name: str, *, now: datetime) -> Person:
    """Who has the address, which a link has just proved.

    An account that nobody had confirmed may have been opened by someone else: the password and the
    name typed then are dropped.
    """
    await open_account(db, email, name, now=now)
    person = await by_email(db, email, lock=True)
    if person.verified_at is None:
        person.verified_at, person.name, person.password_hash = now, name, None
    return person


def require_sender(name: str | None, email: str | None) -> tuple[str, str]:
    """Of a form that somebody sends who is not signed in."""
    if name is None or email is None:
        missing = [field for field, value in (("name", name), ("email", email)) if value is None]
        needed = [FieldError(field, "This is needed, unless you sign in.") for field in missing]
        raise Invalid("Say who you are, or sign in.", errors=needed)
    return name, email


async def add_placeholders(
    db: AsyncSession, names: Mapping[str, str], *, now: datetime
) -> dict[str, UUID]:
    """Somebody for each address whom nobody can be yet, with a name; their ids by address."""
    row = {"is_admin": False, "is_placeholder": True, "created_at": now}
    made = await db.execute(
        insert(Person).returning(Person.email, Person.id),
        [{**row, "email": email, "name": name} for email, name in names.items()],
    )
    return {row.email: row.id for row in made}


async def by_email(db: AsyncSession, email: str, *, lock: bool = False) -> Person:
    statement = select(Person).where(Person.has_account(email))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await db.scalar(statement)
    if found is None:
        raise NotFound
    return found


PASSWORD_OF = Prepared(
    select(Person.id, Person.password_hash).where(Person.has_account(given("email", Text())))
)


async def check_password(db: AsyncSession, form: SignInIn) -> Person:
    """Whose password this is.

    It is checked with no connection in hand. What was checked must still be true when the login
    begins: the lock on the person lets a new password come first or last, never between.
    """
    found = await PASSWORD_OF.row(db, email=form.email)
    await db.close()
    checked = found["password_hash"] if found else None
    right = await is_password(form.password.get_secret_value(), checked)
    if found is None or not right:
        raise WrongPassword
    unchanged = (Person.id == found["id"]) & (Person.password_hash == checked)
    person = await db.scalar(
        select(Person).where(unchanged, Person.verified_at.is_not(None)).with_for_update(read=True)
    )
    if person is None:
        raise WrongPassword
    return person


async def ask_for_password(db: AsyncSession, email: str, *, now: datetime) -> None:
    """Whether there is such a person is looked up later, where no answer can tell."""
    await enqueue(db, "people.send_password_link", now=now, email=email)


class PasswordSet(NamedTuple):
    person: Person
    is_first: bool


async def set_password(db: AsyncSession, form: NewPasswordIn, *, now: datetime) -> PasswordSet:
    """Choose a new password, which ends every login, key and link that stands."""
    email = await use_link(db, form.token, LinkPurpose.PASSWORD, now=now)
    person = await by_email(db, email, lock=True)
    is_first = person.password_hash is None
    if not is_first:
        await _tell_of_new_password(db, person, now=now)
    await _choose(db, person, form.password.get_secret_value(), now=now)
    return PasswordSet(person, is_first)


async def change_password(
    db: AsyncSession, actor: Person, password: str, *, login_id: UUID | None, now: datetime
) -> None:
    """Another password, for whoever is signed in: every other login ends, and a mail tells."""
    person = await by_email(db, actor.email, lock=True)
    if await db.scalar(select(Login.id).where(Login.id == login_id)) is None:
        raise NotSignedIn
    require_strong(password, name=person.name, email=person.email)
    person.password_hash = await hash_password(password)
    await end_all_logins(db, person, but=login_id)
    await forget_links(db, person.email)
    await addresses.forget(db, person)
    await _tell_of_new_password(db, person, now=now)


async def _tell_of_new_password(db: AsyncSession, person: Person, *, now: datetime) -> None:
    await enqueue(db, "people.tell_new_password", now=now, person_id=person.id)


async def _choose(db: AsyncSession, person: Person, password: str, *, now: datetime) -> None:
    """For a person whose row is locked: whoever signs in meanwhile with the old one is too late.

    The secret address of a calendar lets somebody in too, so it ends as well.
    """
    require_strong(password, name=person.name, email=person.email)
    person.password_hash = await hash_password(password)
    person.verified_at = person.verified_at or now
    await end_all_logins(db, person)
    await revoke_all_keys(db, person, now=now)
    await forget_links(db, person.email)
    await addresses.forget(db, person)
    await enqueue(db, "calendars.revoke", now=now, person_id=person.id)


async def require_password(actor: Person, password: str) -> None:
    """That the actor, as the request found her, has this password."""
    if not await is_password(password, actor.password_hash):
        raise WrongPassword


async def confirm_login(db: AsyncSession, login_id: UUID | None, *, now: datetime) -> None:
    """The holder of a login has proved once more who she is; a new password ended it meanwhile?
    Then there is nothing to confirm."""
    await db.execute(update(Login).where(Login.id == login_id).values(confirmed_at=now))


async def make_admin(db: AsyncSession, email: str, *, now: datetime) -> Person:
    """An operator's act: the first admin of an installation."""
    person: Person | None = await db.scalar(select(Person).where(Person.has_account(email)))
    if person is None:
        raise NotFound(f"Nobody has an account with {email}: sign up first.")
    person.is_admin = True
    audit.record(db, None, "person.make_admin", person.id, now=now)
    return person


async def forget_unverified(db: AsyncSession, *, now: datetime, after: timedelta) -> None:
    """Accounts whose address nobody proved, which earlier versions opened; what others worked
    with keeps its person."""
    old = select(Person.id).where(
        Person.verified_at.is_(None), ~Person.is_placeholder, Person.created_at < now - after
    )
    for person_id in (await db.scalars(old.limit(200))).all():
        with suppress(IntegrityError):
            async with db.begin_nested():
                await db.execute(delete(Person).where(Person.id == person_id))


async def forget_old(db: AsyncSession, *, now: datetime) -> None:
    """Logins, links and browsers that do not count any more."""
    await db.execute(delete(Login).where(Login.expires_at < now))
    await db.execute(delete(MailedLink).where(MailedLink.expires_at < now))
    await db.execute(delete(PendingLogin).where(PendingLogin.expires_at < now))
    await addresses.forget_old(db, now=now)
    await db.execute(delete(KnownDevice).where(KnownDevice.seen_at < now - DEVICE_LIVES))
