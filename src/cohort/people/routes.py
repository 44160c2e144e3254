"""Accounts over the API."""

from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound, TooMany
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people import keys, logins, service
from cohort.people.auth import (
    Credential,
    NotConfirmed,
    no_cookie,
    public,
    signed_in,
)
from cohort.people.links import LinkSpent
from cohort.people.models import Person
from cohort.people.schemas import (
    ApiKeyIn,
    ApiKeyOut,
    EmailIn,
    JoinIn,
    NewApiKeyOut,
    NewPasswordIn,
    NoticeOut,
    PersonOut,
)
from cohort.people.throttle import Tries
from cohort.settings import Settings

CHECK_MAIL = "Thank you. We have sent a link to that address: open it to go on."


@post(
    "/people",
    guards=[public],
    opt={"same_for_everyone": True},
    status_code=202,
    responses=may_refuse(TooMany),
)
async def sign_up(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    data: JSONBody[EmailIn],
) -> NoticeOut:
    """Ask for a link to open an account with.

    The answer is the same whether or not the address has one; nothing is kept of an account before
    the link was opened.
    """
    if await tries.mail(data.email):
        await service.sign_up(db, data.email, now=clock())
    return NoticeOut(detail=CHECK_MAIL)


@post("/verifications", guards=[public], status_code=200, responses=may_refuse(LinkSpent))
async def verify_address(
    db: NamedDependency[AsyncSession], clock: NamedDependency[Clock], data: JSONBody[JoinIn]
) -> PersonOut:
    """Open an account, with the token of the link that we sent to its address."""
    return PersonOut.model_validate(await service.join(db, data, now=clock()))


@post(
    "/password_links",
    guards=[public],
    opt={"same_for_everyone": True},
    status_code=202,
    responses=may_refuse(TooMany),
)
async def ask_for_password(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    data: JSONBody[EmailIn],
) -> NoticeOut:
    """Ask for a link to choose a new password."""
    if await tries.mail(data.email):
        await service.ask_for_password(db, data.email, now=clock())
    return NoticeOut(detail=CHECK_MAIL)


@post("/passwords", guards=[public], status_code=200, responses=may_refuse(LinkSpent))
async def set_password(
    db: NamedDependency[AsyncSession], clock: NamedDependency[Clock], data: JSONBody[NewPasswordIn]
) -> PersonOut:
    """Choose a new password with the token of a link; every login, key and link ends."""
    return PersonOut.model_validate((await service.set_password(db, data, now=clock())).person)


@delete(
    "/logins/current",
    guards=[signed_in],
    opt={"before_two_steps": True},
    status_code=204,
    responses=may_refuse(),
)
async def sign_out(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    settings: NamedDependency[Settings],
) -> Response[None]:
    """End this login."""
    await logins.sign_out(db, actor, credential.login_id)
    return Response(None, cookies=[no_cookie(settings)])


@get(
    "/me",
    guards=[signed_in],
    opt={"any_scope": True, "before_two_steps": True},
    responses=may_refuse(),
)
async def read_me(actor: NamedDependency[Person]) -> PersonOut:
    """Who is asking."""
    return PersonOut.model_validate(actor)


@get("/api_keys", guards=[signed_in], responses=may_refuse())
async def list_api_keys(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
) -> PageOut[ApiKeyOut]:
    """Your API keys that still work."""
    page = await keys.list_api_keys(db, actor, part, now=clock())
    return shown(page, ApiKeyOut.model_validate)


@post(
    "/api_keys",
    guards=[signed_in],
    opt={"secret_answer": True, "confirmed_login": True},
    responses=may_refuse(keys.TooManyKeys, NotConfirmed),
)
async def make_api_key(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
    data: JSONBody[ApiKeyIn],
) -> NewApiKeyOut:
    """Make a key for a script, with no more scopes than it needs."""
    key, secret = await keys.make_api_key(
        db, actor, data, login_id=credential.login_id, now=clock()
    )
    return NewApiKeyOut(**ApiKeyOut.model_validate(key).model_dump(), secret=secret)


@delete("/api_keys/{key_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def revoke_api_key(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    key_id: FromPath[UUID],
) -> None:
    """Stop a key from working, at once."""
    await keys.revoke_api_key(db, actor, key_id, now=clock())


router = Router(
    "",
    route_handlers=[
        sign_up,
        verify_address,
        ask_for_password,
        set_password,
        sign_out,
        read_me,
        list_api_keys,
        make_api_key,
        revoke_api_key,
    ],
    tags=["people"],
)
