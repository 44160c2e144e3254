"""One-time codes of an app, and ten recovery codes for the day when it is lost."""

import base64
import hmac
import re
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotSignedIn
from cohort.jobs.outbox import enqueue
from cohort.people.models import Person
from cohort.people.tokens import hash_token
from cohort.signin.models import CodeGenerator, Passkey, RecoveryCode

STEP = 30
"""Seconds for which an app shows a code; the one before and the one after count too."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10


class CodeNeeded(NotSignedIn):
    code = "code_needed"
    title = "A code is needed"

    def __init__(self) -> None:
        super().__init__(
            "This account signs in in two steps. Send `code` too: what your app shows now, or a"
            " recovery code."
        )


class WrongCode(NotSignedIn):
    code = "wrong_code"
    title = "That code is not right"

    def __init__(self) -> None:
        super().__init__("Type the code that your app shows now. Each works once.")


class CodesAreOn(Conflict):
    code = "codes_are_on"
    title = "One-time codes are on"


class NotSetUp(Conflict):
    code = "codes_not_set_up"
    title = "There is nothing to confirm"


async def set_up(db: AsyncSession, actor: Person) -> CodeGenerator:
    """A new secret, in place of one whose first code was never typed."""
    secret = pyotp.random_base32()
    made: CodeGenerator | None = await db.scalar(
        insert(CodeGenerator)
        .values(person_id=actor.id, secret=secret)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_={"secret": secret},
            where=CodeGenerator.confirmed_at.is_(None),
        )
        .returning(CodeGenerator)
    )
    if made is None:
        raise CodesAreOn("Turn them off before you set them up for another app.")
    return made


def address_of(person: Person, generator: CodeGenerator) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(generator.secret).provisioning_uri(name=person.email, issuer_name="cohort")


def picture_of(address: str) -> Markup:
    """A QR code, dark on light in every theme: cameras want it so."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704  drawn by us, of squares


async def confirm(db: AsyncSession, actor: Person, code: str, *, now: datetime) -> list[str]:
    """Turn the codes on, by the first of them: the recovery codes, if these are the first."""
    await lock(db, actor.id)
    found = await db.get(CodeGenerator, actor.id)
    if found is None or found.confirmed_at is not None:
        raise NotSetUp("Set up one-time codes first.")
    step = step_of(found.secret, code, now=now)
    if step is None:
        raise WrongCode
    found.confirmed_at, found.last_step = now, step
    await db.flush()
    return await something_was_added(db, actor, "codes_on", now=now)


async def turn_off(db: AsyncSession, actor: Person, *, now: datetime) -> None:
    await lock(db, actor.id)
    of_hers = delete(CodeGenerator).where(CodeGenerator.person_id == actor.id)
    if await db.scalar(of_hers.returning(CodeGenerator.confirmed_at)) is not None:
        await something_was_removed(db, actor, "codes_off", now=now)


async def something_was_added(
    db: AsyncSession, actor: Person, what: str, *, now: datetime
) -> list[str]:
    """Two steps from now on; the recovery codes, where there are none yet."""
    await _note_steps(db, actor.id)
    await tell(db, actor, what, now=now)
    return [] if await recovery_codes_left(db, actor) else await new_recovery_codes(db, actor)


async def something_was_removed(
    db: AsyncSession, actor: Person, what: str, *, now: datetime
) -> None:
    """One step again, where nothing is left that answers the second."""
    if not await _note_steps(db, actor.id):
        await db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == actor.id))
    await tell(db, actor, what, now=now)


async def tell(db: AsyncSession, person: Person, what: str, *, now: datetime) -> None:
    await enqueue(db, "signin.tell_change", now=now, person_id=person.id, what=what)


async def lock(db: AsyncSession, person_id: UUID) -> None:
    """One change at a time of how someone signs in."""
    await db.execute(select(Person.id).where(Person.id == person_id).with_for_update())


async def _note_steps(db: AsyncSession, person_id: UUID) -> bool:
    confirmed = CodeGenerator.confirmed_at.is_not(None)
    app = select(CodeGenerator.person_id).where(CodeGenerator.person_id == person_id, confirmed)
    passkey = select(Passkey.id).where(Passkey.person_id == person_id)
    answers = app.exists() | passkey.exists()
    noted = update(Person).where(Person.id == person_id).values(two_steps=answers)
    return bool(await db.scalar(noted.returning(Person.two_steps)))


async def new_recovery_codes(db: AsyncSession, actor: Person) -> list[str]:
    """Ten new ones, told this once; those from before do not work any more."""
    await lock(db, actor.id)
    await db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == actor.id))
    made = [_recovery_code() for _ in range(RECOVERY_CODES)]
    rows = [{"person_id": actor.id, "code_hash": hash_token(_bare(one))} for one in made]
    await db.execute(insert(RecoveryCode), rows)
    return made


async def recovery_codes_left(db: AsyncSession, actor: Person) -> int:
    own = select(func.count()).where(RecoveryCode.person_id == actor.id)
    return await db.scalar(own) or 0


def _recovery_code() -> str:
    """Eighty bits, as nobody can try out: one round of hashing is enough to keep them."""
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _bare(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


async def use_code(db: AsyncSession, person: Person, code: str, *, now: datetime) -> None:
    """Spend a code of the app or a recovery code; of two who send the same one, one gets in."""
    bare = _bare(code)
    if re.fullmatch(r"[0-9]{6}", bare):
        await _use_one_time_code(db, person.id, bare, now=now)
        return
    spent = await db.scalar(
        delete(RecoveryCode)
        .where(RecoveryCode.person_id == person.id, RecoveryCode.code_hash == hash_token(bare))
        .returning(RecoveryCode.id)
    )
    if spent is None:
        raise WrongCode
    await tell(db, person, "recovery_code_used", now=now)


async def _use_one_time_code(
    db: AsyncSession, person_id: UUID, code: str, *, now: datetime
) -> None:
    own = (CodeGenerator.person_id == person_id) & CodeGenerator.confirmed_at.is_not(None)
    secret = await db.scalar(select(CodeGenerator.secret).where(own))
    step = step_of(secret, code, now=now) if secret is not None else None
    if step is None:
        raise WrongCode
    used = await db.scalar(
        update(CodeGenerator)
        .where(own, CodeGenerator.last_step < step)
        .values(last_step=step)
        .returning(CodeGenerator.person_id)
    )
    if used is None:
        raise WrongCode


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The half minute whose code this is: this one, the one before or the one after."""
    totp, this = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    near = range(this - 1, this + 2)
    found = [one for one in near if hmac.compare_digest(totp.generate_otp(one), _bare(code))]
    return max(found, default=None)
