"""API keys: for scripts, with a few scopes, a last day, and a limit in number."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import NOW, Prepared, Sessions, given, unit_of_work
from cohort.errors import Conflict, Invalid, NotFound, NotSignedIn
from cohort.http.paging import Page, Slice, page_of
from cohort.people.logins import detached
from cohort.people.models import ApiKey, Login, Person
from cohort.people.schemas import ApiKeyIn
from cohort.people.tokens import hash_token, new_token

KEY_LIVES = timedelta(days=90)
"""Where no end is asked for."""
LONGEST_KEY = timedelta(days=366)
MOST_KEYS = 20


class TooManyKeys(Conflict):
    code = "too_many_keys"
    title = "You have as many keys as one may have"


class KeyShown(NamedTuple):
    """An API key that was shown: whose it is, what it may, when it was used last."""

    person: Person
    id: UUID
    scopes: frozenset[str]
    last_used_at: datetime | None


WITH_KEY = Prepared(
    select(
        *Person.__table__.columns,
        ApiKey.id.label("key_id"),
        ApiKey.scopes,
        ApiKey.last_used_at,
    )
    .join(ApiKey, ApiKey.person_id == Person.id)
    .where(ApiKey.secret_hash == given("hash", LargeBinary()), ApiKey.revoked_at.is_(None))
    .where(ApiKey.expires_at > NOW)
)


async def who_has_key(db: AsyncSession, secret: str, *, now: datetime) -> KeyShown | None:
    found = await WITH_KEY.row(db, hash=hash_token(secret), now=now)
    if found is None:
        return None
    its = dict(found)
    key_id, scopes, used_at = (its.pop(name) for name in ("key_id", "scopes", "last_used_at"))
    return KeyShown(detached(its), key_id, frozenset(scopes), used_at)


async def still_valid(
    db: AsyncSession, token_hashes: Collection[bytes], *, now: datetime
) -> set[bytes]:
    """Which of these logins and keys would still be let in."""
    logins = select(Login.token_hash).where(Login.token_hash.in_(token_hashes))
    keys = select(ApiKey.secret_hash).where(ApiKey.secret_hash.in_(token_hashes))
    standing = keys.where(ApiKey.revoked_at.is_(None), ApiKey.expires_at > now)
    return set(await db.scalars(logins.where(Login.expires_at > now).union(standing)))


async def note_key_use(sessions: Sessions, key_id: UUID, *, now: datetime) -> None:
    """In a transaction of its own, as whoever reads has none that could be committed."""
    async with unit_of_work(sessions) as db:
        await db.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


async def make_api_key(
    db: AsyncSession, actor: Person, form: ApiKeyIn, *, login_id: UUID | None, now: datetime
) -> tuple[ApiKey, str]:
    """Under a lock on the person, which also a new password takes: no key outlives the logins that
    a new password ended, and two requests at once do not make one key too many."""
    ends = form.expires_at or now + KEY_LIVES
    if not now < ends <= now + LONGEST_KEY:
        raise Invalid.at("expires_at", "This must be in the future, and within a year from now.")
    await db.execute(select(Person.id).where(Person.id == actor.id).with_for_update())
    if await db.scalar(select(Login.id).where(Login.id == login_id)) is None:
        raise NotSignedIn
    standing = standing_keys(actor, now).with_only_columns(func.count())
    if (await db.scalar(standing) or 0) >= MOST_KEYS:
        raise TooManyKeys(f"You have {MOST_KEYS} keys. Revoke one that nothing uses any more.")
    secret = f"cohort_{new_token()}"
    key = ApiKey(
        person_id=actor.id,
        name=form.name,
        scopes=sorted(set(form.scopes)),
        secret_hash=hash_token(secret),
        created_at=now,
        expires_at=ends,
    )
    db.add(key)
    await db.flush()  # the answer tells its id
    return key, secret


def standing_keys(actor: Person, now: datetime) -> Select[ApiKey]:
    """Those that still work."""
    own = select(ApiKey).where(ApiKey.person_id == actor.id)
    return own.where(ApiKey.revoked_at.is_(None), ApiKey.expires_at > now)


async def list_api_keys(
    db: AsyncSession, actor: Person, part: Slice, *, now: datetime
) -> Page[ApiKey]:
    standing = standing_keys(actor, now)
    return await page_of(db, standing, by=ApiKey.created_at, id=ApiKey.id, part=part)


async def revoke_api_key(db: AsyncSession, actor: Person, key_id: UUID, *, now: datetime) -> None:
    own = (ApiKey.id == key_id) & (ApiKey.person_id == actor.id)
    revoked = await db.scalar(
        update(ApiKey)
        .where(own, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKey.id)
    )
    if revoked is None:
        raise NotFound


async def revoke_all_keys(db: AsyncSession, person: Person, *, now: datetime) -> None:
    await db.execute(
        update(ApiKey)
        .where(ApiKey.person_id == person.id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
