"""Choosing a password by a mailed link, in a browser; what else signs in is told."""

from typing import TypeVar

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.people import service
from cohort.people.auth import public
from cohort.people.links import ASKED_AT, LinkSpent, require_link
from cohort.people.models import LinkPurpose
from cohort.people.schemas import JoinIn, NewPasswordIn, TokenIn
from cohort.settings import Settings
from cohort.signin import remaining
from cohort.signin.entering import HOME, after_first_step

Chosen = TypeVar("Chosen", bound=TokenIn)


@get("/verify/{token:str}", guards=[public])
async def verify_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A form, not the link itself: mail scanners open links before people do.
    await require_link(db, token, LinkPurpose.JOIN, now=clock())
    return page(request, "people/verify.html", form=Form())


@post("/verify/{token:str}", guards=[public])
async def verify(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    token: FromPath[str],
) -> Response[str] | Redirect:
    now, form = clock(), await _with_token(request, JoinIn, token, LinkPurpose.JOIN)
    if form.value is None:
        return page(request, "people/verify.html", form=form)
    try:
        person = await service.join(db, form.value, now=now)
    except Invalid as refusal:
        return page(request, "people/verify.html", form=form.refused(refusal))
    saying = "Your account is open."
    return await after_first_step(request, db, settings, person, HOME, now=now, saying=saying)


@get("/password/{token:str}", guards=[public])
async def password_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    await require_link(db, token, LinkPurpose.PASSWORD, now=clock())
    return page(request, "people/password.html", form=Form())


@post("/password/{token:str}", guards=[public])
async def choose_password(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    token: FromPath[str],
) -> Response[str] | Redirect:
    """Whoever had no password signs in with it at once; who forgot one shows that she knows it."""
    now, form = clock(), await _with_token(request, NewPasswordIn, token, LinkPurpose.PASSWORD)
    if form.value is None:
        return page(request, "people/password.html", form=form)
    try:
        person, is_first = await service.set_password(db, form.value, now=now)
    except Invalid as refusal:
        return page(request, "people/password.html", form=form.refused(refusal))
    left = await remaining.of(db, person)
    if left:
        saying = (
            f"Your new password works. So do {left.in_short}: sign in, and end there what you do "
            "not know."
        )
        return see("/login?next=/account/signing-in", saying=saying)
    if not is_first:
        return see("/login", saying="Your new password works. Sign in with it.")
    saying = "Your password works, and you are signed in."
    return await after_first_step(request, db, settings, person, HOME, now=now, saying=saying)


async def _with_token(
    request: Asked, schema: type[Chosen], token: str, purpose: LinkPurpose
) -> Form[Chosen]:
    form = await read_form(request, schema, token=token)
    if "token" in form.errors:
        raise LinkSpent(ASKED_AT[purpose])
    return form


router = Router(
    "",
    route_handlers=[verify_page, verify, password_page, choose_password],
    include_in_schema=False,
)
