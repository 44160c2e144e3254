"""Signing in, in a browser."""

from typing import Any
from urllib.parse import quote

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, local, page, see
from cohort.people import service as people
from cohort.people.auth import charge_password, entrance_of, public
from cohort.people.links import ASKED_AT, LinkSpent, require_link
from cohort.people.models import LinkPurpose
from cohort.people.schemas import EmailIn, SignInIn, TokenIn
from cohort.people.throttle import Tries
from cohort.settings import Settings
from cohort.signin import codes, cookies, service, steps
from cohort.signin.entering import PENDING, after_first_step, enter
from cohort.signin.passkeys import site_of as passkeys_site
from cohort.signin.schemas import CodeIn


def _asking(request: Asked, settings: Settings, what: str, form: Form[Any]) -> Response[str]:
    """A page for one step, with the other ways to go; each keeps where one wanted to go."""
    onward = quote(local(request.query_params.get("next")))
    passkeys = passkeys_site(settings) is not None
    return page(
        request,
        f"signin/{what}.html",
        form=form,
        passkeys=passkeys,
        providers=settings.oidc_providers,
        onward=f"?next={onward}",
    )


@get("/login", guards=[public])
async def login_page(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    return _asking(request, settings, "login", Form())


@post("/login", guards=[public], opt={"same_for_everyone": True, "repeatable": True})
async def log_in(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    onward = local(request.query_params.get("next"))
    form = await read_form(request, SignInIn)
    if form.value is not None:
        now, at = clock(), entrance_of(request, settings)
        await charge_password(db, tries, form.value.email, at, now=now)
        try:
            person = await people.check_password(db, form.value)
        except people.WrongPassword as refusal:
            form = form.refused(refusal, at="email")
        else:
            return await after_first_step(request, db, settings, person, onward, now=now)
    return _asking(request, settings, "login", form)


@get("/login/link", guards=[public])
async def link_page(request: Asked) -> Response[str]:
    return page(request, "signin/link.html", form=Form())


@post("/login/link", guards=[public], opt={"same_for_everyone": True})
async def ask_for_link(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, EmailIn)
    if form.value is None:
        return page(request, "signin/link.html", form=form)
    if await tries.mail(form.value.email):
        await service.ask_for_link(db, form.value.email, now=clock())
    return see("/login", saying="If we know that address, a link is on its way to it.")


@get("/login/link/{token:str}", guards=[public])
async def use_link_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A form, not the link itself: mail scanners open links before people do.
    await require_link(db, token, LinkPurpose.SIGN_IN, now=clock())
    return page(request, "signin/use_link.html")


@post("/login/link/{token:str}", guards=[public], opt={"same_for_everyone": True})
async def use_link(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    token: FromPath[str],
) -> Redirect:
    form = checked(TokenIn, {"token": token})
    if form.value is None:
        raise LinkSpent(ASKED_AT[LinkPurpose.SIGN_IN])
    now = clock()
    person = await service.use_sign_in_link(db, form.value.token, now=now)
    return await after_first_step(request, db, settings, person, "/", now=now)


@get("/login/code", guards=[public])
async def code_page(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    return _asking(request, settings, "code", Form())


@post("/login/code", guards=[public], opt={"same_for_everyone": True})
async def send_code(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, CodeIn)
    if form.value is None:
        return _asking(request, settings, "code", form)
    now, token = clock(), cookies.kept(request, settings, PENDING) or ""
    try:
        person = await steps.who_is_pending(db, token, now=now)
        await tries.code(person.id)
        await codes.use_code(db, person, form.value.code, now=now)
        await steps.finish(db, token)
    except codes.WrongCode as refusal:
        return _asking(request, settings, "code", form.refused(refusal, at="code"))
    except steps.TooLate as refusal:
        return see("/login", saying=refusal.sentence)
    onward = local(request.query_params.get("next"))
    return await enter(request, db, settings, person, onward, now=now)


router = Router(
    "",
    route_handlers=[
        login_page,
        log_in,
        link_page,
        ask_for_link,
        use_link_page,
        use_link,
        code_page,
        send_code,
    ],
    include_in_schema=False,
)
