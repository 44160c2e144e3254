"""Signing up, in and out, in a browser."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.people import logins, service
from cohort.people.auth import Credential, no_cookie, public, signed_in
from cohort.people.models import Person
from cohort.people.schemas import EmailIn
from cohort.people.throttle import Tries
from cohort.settings import Settings


@post("/logout", guards=[signed_in], opt={"before_two_steps": True})
async def log_out(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    settings: NamedDependency[Settings],
) -> Redirect:
    await logins.sign_out(db, actor, credential.login_id)
    response = see("/login", saying="You are signed out.", cookies=[no_cookie(settings)])
    # The next one at this browser must not find pages with the way back.
    response.set_header("Clear-Site-Data", '"cache"')
    return response


@get("/join", guards=[public])
async def join_page(request: Asked) -> Response[str]:
    return page(request, "people/join.html", form=Form())


@post("/join", guards=[public], opt={"same_for_everyone": True})
async def join(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, EmailIn)
    if form.value is None:
        return page(request, "people/join.html", form=form)
    if await tries.mail(form.value.email):
        await service.sign_up(db, form.value.email, now=clock())
    return see("/login", saying="Thank you. Open the newest link that we sent to that address.")


@get("/forgotten", guards=[public])
async def forgotten_page(request: Asked) -> Response[str]:
    return page(request, "people/forgotten.html", form=Form())


@post("/forgotten", guards=[public], opt={"same_for_everyone": True})
async def forgotten(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, EmailIn)
    if form.value is None:
        return page(request, "people/forgotten.html", form=form)
    if await tries.mail(form.value.email):
        await service.ask_for_password(db, form.value.email, now=clock())
    return see("/login", saying="If we know that address, a link is on its way to it.")


router = Router(
    "",
    route_handlers=[
        log_out,
        join_page,
        join,
        forgotten_page,
        forgotten,
    ],
    include_in_schema=False,
)
