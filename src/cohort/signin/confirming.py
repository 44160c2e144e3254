"""Proving once more who one is, for what decides about access: one login, for some minutes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Invalid
from cohort.people import service as people
from cohort.people.auth import charge_password
from cohort.people.links import LinkSpent
from cohort.people.logins import Entrance
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.signin import codes, service, steps
from cohort.signin.schemas import ConfirmationIn

ONE_OF = "Send your password, a code, or the token of a mailed link."


async def require_proof(
    db: AsyncSession,
    tries: Tries,
    actor: Person,
    form: ConfirmationIn,
    at: Entrance,
    *,
    now: datetime,
) -> None:
    """One of them is enough; a mailed link is half the way where one signs in in two steps."""
    if form.password is not None:
        await charge_password(db, tries, actor.email, at, now=now)
        await people.require_password(actor, form.password.get_secret_value())
    elif form.token is not None:
        person = await service.use_sign_in_link(db, form.token, now=now)
        if person.id != actor.id:
            raise LinkSpent
        await steps.require_code(db, tries, person, form.code, now=now)
    elif form.code is not None:
        await tries.code(actor.id)
        await codes.use_code(db, actor, form.code, now=now)
    else:
        raise Invalid.at("password", ONE_OF)
