"""Signing in over the API."""

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import TooMany
from cohort.http.pages import Asked
from cohort.http.problems import may_refuse
from cohort.people import logins
from cohort.people import service as people
from cohort.people.auth import (
    Credential,
    charge_password,
    entrance_of,
    login_cookies,
    public,
    signed_in,
)
from cohort.people.links import LinkSpent
from cohort.people.models import Person
from cohort.people.schemas import EmailIn, LoginOut, NoticeOut, PersonOut, SignInIn
from cohort.people.throttle import Tries
from cohort.settings import Settings
from cohort.signin import confirming, service, steps
from cohort.signin.codes import CodeNeeded, WrongCode
from cohort.signin.schemas import ConfirmationIn, LinkSignInIn


def told(settings: Settings, entry: logins.Entry) -> Response[LoginOut]:
    """The token, for scripts, and the same as a cookie for browsers."""
    out = LoginOut(
        token=entry.token,
        expires_at=entry.expires_at,
        person=PersonOut.model_validate(entry.person),
    )
    return Response(out, cookies=login_cookies(settings, entry))


@post(
    "/logins",
    guards=[public],
    # A second sign-in harms nobody, and the first one's answer may have been lost.
    opt={"same_for_everyone": True, "repeatable": True},
    responses=may_refuse(people.WrongPassword, CodeNeeded, WrongCode, logins.Suspended, TooMany),
)
async def sign_in(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
    *,
    data: JSONBody[SignInIn],
) -> Response[LoginOut]:
    """Sign in: a token for scripts, the same as a cookie for browsers.

    An account with two steps wants `code` as well.

    Sent twice, also with the same Idempotency-Key, it is two logins.
    """
    now, at = clock(), entrance_of(request, settings)
    await charge_password(db, tries, data.email, at, now=now)
    person = await people.check_password(db, data)
    await steps.require_code(db, tries, person, data.code, now=now)
    return told(
        settings, await logins.enter(db, person, at, now=now, days=settings.unused_login_days)
    )


@post(
    "/login_links",
    guards=[public],
    opt={"same_for_everyone": True},
    status_code=202,
    responses=may_refuse(TooMany),
)
async def ask_for_login_link(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    data: JSONBody[EmailIn],
) -> NoticeOut:
    """Ask for a mailed link that signs in, for a few minutes and once.

    The answer is the same whether or not the address has an account.
    """
    if await tries.mail(data.email):
        await service.ask_for_link(db, data.email, now=clock())
    return NoticeOut(detail="If we know that address, a link is on its way to it.")


@post(
    "/logins/by_link",
    guards=[public],
    opt={"same_for_everyone": True, "secret_answer": True},
    responses=may_refuse(LinkSpent, CodeNeeded, WrongCode, logins.Suspended, TooMany),
)
async def sign_in_by_link(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
    *,
    data: JSONBody[LinkSignInIn],
) -> Response[LoginOut]:
    """Sign in with the token of a mailed link; while a code is missing, the link stays good."""
    now, at = clock(), entrance_of(request, settings)
    person = await service.use_sign_in_link(db, data.token, now=now)
    await steps.require_code(db, tries, person, data.code, now=now)
    return told(
        settings, await logins.enter(db, person, at, now=now, days=settings.unused_login_days)
    )


@post(
    "/logins/current/confirmation",
    guards=[signed_in],
    status_code=204,
    responses=may_refuse(people.WrongPassword, CodeNeeded, WrongCode, LinkSpent, TooMany),
)
async def confirm_login(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
    *,
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
    data: JSONBody[ConfirmationIn],
) -> None:
    """Prove once more that it is you, which what is `not_confirmed` wants.

    One of them is enough: your password, a code of your app, or the token of a mailed link.
    """
    at, now = entrance_of(request, settings), clock()
    await confirming.require_proof(db, tries, actor, data, at, now=now)
    await people.confirm_login(db, credential.login_id, now=now)


router = Router(
    "",
    route_handlers=[sign_in, ask_for_login_link, sign_in_by_link, confirm_login],
    tags=["people"],
)
