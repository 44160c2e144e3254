"""Signing in, in a browser."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, local, page, see
from cohort.people import logins
from cohort.people import service as people
from cohort.people.auth import charge_password, entrance_of, login_cookies, public
from cohort.people.links import LinkSpent
from cohort.people.schemas import EmailIn, SignInIn, TokenIn
from cohort.people.throttle import Tries
from cohort.settings import Settings
from cohort.signin import service


@get("/login", guards=[public])
async def login_page(request: Asked) -> Response[str]:
    return page(request, "signin/login.html", form=Form())


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
            entry = await logins.enter(db, person, at, now=now, days=settings.unused_login_days)
            return see(onward, cookies=login_cookies(settings, entry))
    return page(request, "signin/login.html", form=form)


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
async def use_link_page(request: Asked) -> Response[str]:
    # A form, not the link itself: mail scanners open links before people do.
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
        raise LinkSpent
    now, at = clock(), entrance_of(request, settings)
    person = await service.use_sign_in_link(db, form.value.token, now=now)
    entry = await logins.enter(db, person, at, now=now, days=settings.unused_login_days)
    return see("/", cookies=login_cookies(settings, entry))


router = Router(
    "",
    route_handlers=[login_page, log_in, link_page, ask_for_link, use_link_page, use_link],
    include_in_schema=False,
)
