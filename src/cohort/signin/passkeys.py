"""Passkeys (WebAuthn): made for one site, unlocked by a finger or a PIN, so both steps in one."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.signin import codes
from cohort.signin.models import Passkey

MOST_PASSKEYS = 20


class PasskeyRefused(NotAllowed):
    code = "passkey_refused"
    title = "That passkey did not work"

    def __init__(self) -> None:
        super().__init__("Try again, or sign in another way.")


class NoPasskeysHere(Conflict):
    code = "no_passkeys_here"
    title = "This site has no passkeys"

    def __init__(self) -> None:
        super().__init__("Passkeys need a site with a name and TLS. Sign in another way.")


class TooManyPasskeys(Conflict):
    code = "too_many_passkeys"
    title = "You have as many passkeys as one may have"


class Ceremony(NamedTuple):
    """What the browser is handed, and the challenge that it must answer."""

    options: str
    challenge: str


def site_of(settings: Settings) -> str | None:
    """The name that passkeys are bound to; an address of numbers cannot have any, nor can a site
    without TLS, but for this machine."""
    host = urlsplit(settings.public_url).hostname or ""
    if host != "localhost" and not settings.secure:
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return None


def _site(settings: Settings) -> str:
    site = site_of(settings)
    if site is None:
        raise NoPasskeysHere
    return site


async def begin_making(db: AsyncSession, actor: Person, settings: Settings) -> Ceremony:
    own = list(await db.scalars(select(Passkey.credential_id).where(Passkey.person_id == actor.id)))
    options = generate_registration_options(
        rp_id=_site(settings),
        rp_name="cohort",
        user_id=actor.id.bytes,
        user_name=actor.email,
        user_display_name=actor.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in own],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Ceremony(options_to_json(options), bytes_to_base64url(options.challenge))


async def make(
    db: AsyncSession,
    actor: Person,
    settings: Settings,
    *,
    name: str,
    challenge: str,
    credential: str,
    now: datetime,
) -> list[str]:
    """Keep a new passkey: the recovery codes, if it is the first thing that needs them."""
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site(settings),
            expected_origin=settings.public_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    await codes.lock(db, actor.id)
    count = select(func.count()).where(Passkey.person_id == actor.id)
    if (await db.scalar(count) or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys(f"You have {MOST_PASSKEYS} passkeys. Remove one that you do not use.")
    kept = await db.scalar(
        insert(Passkey)
        .values(
            person_id=actor.id,
            name=name,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(Passkey.id)
    )
    if kept is None:
        raise PasskeyRefused
    return await codes.something_was_added(db, actor, "passkey_added", now=now)


def begin_using(settings: Settings) -> Ceremony:
    """For whoever comes: the device knows which passkeys it has for this site."""
    options = generate_authentication_options(
        rp_id=_site(settings), user_verification=UserVerificationRequirement.REQUIRED
    )
    return Ceremony(options_to_json(options), bytes_to_base64url(options.challenge))


async def use(
    db: AsyncSession, settings: Settings, *, challenge: str, credential: str, now: datetime
) -> Person:
    """Whose passkey answered. One whose counter did not move on may be a copy: it is refused."""
    try:
        shown = parse_authentication_credential_json(credential)
        found = await db.scalar(select(Passkey).where(Passkey.credential_id == shown.raw_id))
        if found is None:
            raise PasskeyRefused
        used = verify_authentication_response(
            credential=shown,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_site(settings),
            expected_origin=settings.public_url,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    as_read = (Passkey.id == found.id) & (Passkey.sign_count == found.sign_count)
    person_id = await db.scalar(
        update(Passkey)
        .where(as_read)
        .values(sign_count=used.new_sign_count, used_at=now)
        .returning(Passkey.person_id)
        .execution_options(synchronize_session=False)
    )
    verified = select(Person).where(Person.id == person_id, Person.verified_at.is_not(None))
    person: Person | None = await db.scalar(verified.with_for_update(read=True))
    if person is None:
        raise PasskeyRefused
    return person


async def list_passkeys(db: AsyncSession, actor: Person) -> Sequence[Passkey]:
    own = select(Passkey).where(Passkey.person_id == actor.id)
    return list(await db.scalars(own.order_by(Passkey.created_at, Passkey.id)))


async def remove(db: AsyncSession, actor: Person, passkey_id: UUID, *, now: datetime) -> None:
    await codes.lock(db, actor.id)
    own = delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == actor.id)
    if await db.scalar(own.returning(Passkey.id)) is None:
        raise NotFound
    await codes.something_was_removed(db, actor, "passkey_removed", now=now)
