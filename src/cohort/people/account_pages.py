"""One's own account in a browser: address and password, where one is signed in, API keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people import addresses, keys, logins, service
from cohort.people.account_routes import CHANGED, as_out
from cohort.people.auth import Credential, signed_in
from cohort.people.links import LinkSpent
from cohort.people.models import ApiKey, Person
from cohort.people.schemas import (
    ApiKeyIn,
    EmailIn,
    PasswordIn,
    Scope,
    StandingLoginOut,
    TokenIn,
)
from cohort.people.throttle import Tries

AT_MOST = Slice(None, 50)
"""Logins on the page; keys are fewer (`keys.MOST_KEYS`)."""
SCOPES = [{"value": scope, "label": scope.replace(":", ": ")} for scope in get_args(Scope)]


@dataclass(frozen=True, slots=True)
class AccountView:
    """One's own account."""

    logins: Sequence[StandingLoginOut]
    keys: Sequence[ApiKey]
    scopes: Sequence[dict[str, str]]
    secret: str
    """Of a key that was just made: said this once."""
    sent: str
    """Which of the page's forms was sent, and has the errors."""


async def _account(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    clock: Clock,
    form: Form[Any],
    *,
    secret: str = "",
    sent: str = "",
) -> Response[str]:
    now = clock()
    found = await logins.list_logins(db, actor, AT_MOST, now=now)
    standing = await keys.list_api_keys(db, actor, AT_MOST, now=now)
    view = AccountView(
        logins=[as_out(login, request.auth) for login in reversed(found.items)],
        keys=standing.items,
        scopes=SCOPES,
        secret=secret,
        sent=sent,
    )
    return page(request, "people/account.html", view, form=form)


@get("/account", guards=[signed_in])
async def account_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Response[str]:
    return await _account(request, db, actor, clock, Form())


@post("/account/password", guards=[signed_in], opt={"confirmed_login": True})
async def change_password(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
) -> Response[str] | Redirect:
    form = await read_form(request, PasswordIn)
    if form.value is not None:
        password = form.value.password.get_secret_value()
        try:
            await service.change_password(
                db, actor, password, login_id=credential.login_id, now=clock()
            )
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            saying = "Your new password works. Everywhere else you are signed out."
            return see("/account", saying=saying)
    return await _account(request, db, actor, clock, form, sent="password")


@post("/account/address", guards=[signed_in], opt={"confirmed_login": True})
async def change_address(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, EmailIn)
    if form.value is not None:
        try:
            if await tries.mail(form.value.email):
                await addresses.ask(db, actor, form.value.email, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            saying = "Open the link that we sent there. Until then, nothing changes."
            return see("/account", saying=saying)
    return await _account(request, db, actor, clock, form, sent="address")


@get("/address/{token:str}", guards=[signed_in])
async def new_address_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A form, not the link itself: mail scanners open links before people do.
    await addresses.require_link(db, actor, token, now=clock())
    return page(request, "people/address.html", form=Form())


@post("/address/{token:str}", guards=[signed_in])
async def confirm_address(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Redirect:
    form = await read_form(request, TokenIn, token=token)
    if form.value is None:
        raise LinkSpent(addresses.ASKED_AT)
    await addresses.confirm(db, actor, token, now=clock())
    return see("/account", saying=CHANGED)


@post("/account/logins/{login_id:uuid}/end", guards=[signed_in])
async def end_login(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], login_id: FromPath[UUID]
) -> Redirect:
    await logins.end_own_login(db, actor, login_id)
    return see("/account", saying="That login has ended.")


@post("/account/logins/end_others", guards=[signed_in], opt={"confirmed_login": True})
async def end_other_logins(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
) -> Redirect:
    await logins.end_all_logins(db, actor, but=credential.login_id)
    return see("/account", saying="Everywhere else you are signed out.")


@post("/account/keys", guards=[signed_in], opt={"confirmed_login": True, "secret_answer": True})
async def make_key(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
) -> Response[str]:
    form, secret = await read_form(request, ApiKeyIn), ""
    if form.value is not None:
        try:
            _, secret = await keys.make_api_key(
                db, actor, form.value, login_id=credential.login_id, now=clock()
            )
            form = Form()
        except (Invalid, keys.TooManyKeys) as refusal:
            form = form.refused(refusal)
    return await _account(request, db, actor, clock, form, secret=secret, sent="key")


@post("/account/keys/{key_id:uuid}/revoke", guards=[signed_in])
async def revoke_key(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    key_id: FromPath[UUID],
) -> Redirect:
    await keys.revoke_api_key(db, actor, key_id, now=clock())
    return see("/account", saying="That key does not work any more.")


router = Router(
    "",
    route_handlers=[
        account_page,
        change_password,
        change_address,
        new_address_page,
        confirm_address,
        end_login,
        end_other_logins,
        make_key,
        revoke_key,
    ],
    include_in_schema=False,
)
