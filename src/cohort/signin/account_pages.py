"""One's own ways to sign in, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.settings import OidcProvider, Settings
from cohort.signin import codes, identities, passkeys
from cohort.signin.models import CodeGenerator, Identity, Passkey
from cohort.signin.schemas import CodeIn

HERE = "/account/signing-in"
CHANGES_ACCESS = {"confirmed_login": True}


@dataclass(frozen=True, slots=True)
class WaysView:
    """How one signs in."""

    has_password: bool
    codes_since: datetime | None
    recovery_codes_left: int
    site: str | None
    """What passkeys are bound to, where there can be any."""
    passkeys: Sequence[Passkey]
    identities: Sequence[Identity]
    providers: Sequence[OidcProvider]
    label_of: Mapping[str, str]
    """Of each provider, by issuer."""


@dataclass(frozen=True, slots=True)
class CodesView:
    """An app that is being set up."""

    picture: Markup
    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class RecoveryView:
    """Recovery codes, told once."""

    codes: Sequence[str]


@get(HERE, guards=[signed_in])
async def ways_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[str]:
    generator = await db.get(CodeGenerator, actor.id)
    view = WaysView(
        has_password=actor.password_hash is not None,
        codes_since=generator.confirmed_at if generator else None,
        recovery_codes_left=await codes.recovery_codes_left(db, actor),
        site=passkeys.site_of(settings),
        passkeys=await passkeys.list_passkeys(db, actor),
        identities=await identities.list_identities(db, actor),
        providers=settings.oidc_providers,
        label_of={one.issuer: one.label for one in settings.oidc_providers},
    )
    return page(request, "signin/ways.html", view)


@post("/account/codes", guards=[signed_in], opt=CHANGES_ACCESS)
async def set_up_codes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Redirect:
    await codes.set_up(db, actor)
    return see("/account/codes")


async def _setting_up(
    request: Asked, db: AsyncSession, actor: Person, form: Form[CodeIn]
) -> Response[str] | Redirect:
    generator = await db.get(CodeGenerator, actor.id)
    if generator is None or generator.confirmed_at is not None:
        return see(HERE)
    address = codes.address_of(actor, generator)
    view = CodesView(codes.picture_of(address), generator.secret, address)
    return page(request, "signin/codes.html", view, form=form)


@get("/account/codes", guards=[signed_in])
async def codes_page(
    request: Asked, db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Response[str] | Redirect:
    return await _setting_up(request, db, actor, Form())


@post("/account/codes/confirm", guards=[signed_in])
async def confirm_codes(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    form = await read_form(request, CodeIn)
    if form.value is not None:
        await tries.code(actor.id)
        try:
            made = await codes.confirm(db, actor, form.value.code, now=clock())
        except codes.WrongCode as refusal:
            form = form.refused(refusal, at="code")
        else:
            return told(request, made)
    return await _setting_up(request, db, actor, form)


def told(request: Asked, made: Sequence[str]) -> Response[str] | Redirect:
    if not made:
        return see(HERE, saying="It is on. Your recovery codes stay the same.")
    return page(request, "signin/recovery_codes.html", RecoveryView(made))


@post("/account/codes/off", guards=[signed_in], opt=CHANGES_ACCESS)
async def turn_codes_off(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Redirect:
    await codes.turn_off(db, actor, now=clock())
    return see(HERE, saying="One-time codes are off.")


@post("/account/recovery-codes", guards=[signed_in], opt=CHANGES_ACCESS)
async def make_recovery_codes(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Response[str] | Redirect:
    if not actor.two_steps:
        return see(HERE, saying="Set up a second step first.")
    made = await codes.new_recovery_codes(db, actor)
    await codes.tell(db, actor, "recovery_codes_made", now=clock())
    return told(request, made)


router = Router(
    "",
    route_handlers=[
        ways_page,
        set_up_codes,
        codes_page,
        confirm_codes,
        turn_codes_off,
        make_recovery_codes,
    ],
    include_in_schema=False,
    opt={"before_two_steps": True},
)
