"""Choosing a password by a mailed link, in a browser; what else signs in is told."""

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.forms import Form
from cohort.http.pages import Asked, page, see
from cohort.people import service
from cohort.people.auth import public
from cohort.people.pages import with_token
from cohort.people.schemas import NewPasswordIn
from cohort.signin import remaining


@get("/password/{token:str}", guards=[public])
async def password_page(request: Asked) -> Response[str]:
    return page(request, "people/password.html", form=Form())


@post("/password/{token:str}", guards=[public])
async def choose_password(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str] | Redirect:
    form = await with_token(request, NewPasswordIn, token)
    if form.value is None:
        return page(request, "people/password.html", form=form)
    try:
        person = await service.set_password(db, form.value, now=clock())
    except Invalid as refusal:
        return page(request, "people/password.html", form=form.refused(refusal))
    left = await remaining.of(db, person)
    if not left:
        return see("/login", saying="Your new password works. Sign in with it.")
    saying = (
        f"Your new password works. So do {left.in_short}: sign in, and end there what you do not "
        "know."
    )
    return see("/login?next=/account/signing-in", saying=saying)


router = Router("", route_handlers=[password_page, choose_password], include_in_schema=False)
