"""Proving once more who one is, in a browser: beside the form that waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people import service as people
from cohort.people.auth import Credential, entrance_of, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.settings import OidcProvider, Settings
from cohort.signin import codes, confirming, identities, passkeys, service
from cohort.signin.models import CodeGenerator
from cohort.signin.schemas import ConfirmationIn

HERE = "/account/confirm"


@dataclass(frozen=True, slots=True)
class ConfirmLoginView:
    """The ways in which somebody can prove once more who she is."""

    is_confirmed: bool
    minutes: int
    has_codes: bool
    has_passkey: bool
    providers: Sequence[OidcProvider]


async def _show(
    request: Asked, db: AsyncSession, actor: Person, settings: Settings, form: Form[ConfirmationIn]
) -> Response[str]:
    generator = await db.get(CodeGenerator, actor.id)
    connected = {one.issuer for one in await identities.list_identities(db, actor)}
    has_keys = passkeys.site_of(settings) is not None
    view = ConfirmLoginView(
        is_confirmed=request.auth.lately_confirmed,
        minutes=settings.confirmed_minutes,
        has_codes=generator is not None and generator.confirmed_at is not None,
        has_passkey=has_keys and bool(await passkeys.list_passkeys(db, actor)),
        providers=[one for one in settings.oidc_providers if one.issuer in connected],
    )
    return page(request, "signin/confirm.html", view, form=form)


@get(HERE, guards=[signed_in])
async def confirm_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[str]:
    return await _show(request, db, actor, settings, Form())


@post(HERE, guards=[signed_in])
async def confirm_here(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
    *,
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
) -> Response[str] | Redirect:
    """By a password or a code; or have a link mailed, which signs this browser in anew."""
    sent, now = await sent_by(request), clock()
    if "link" in sent.texts("by"):
        if await tries.mail(actor.email):
            await service.ask_for_link(db, actor.email, now=now)
        return see(HERE, saying="A link is on its way. Open it in this browser, then go on.")
    typed = {name: text for name in ("password", "code") for text in sent.texts(name) if text}
    form = checked(ConfirmationIn, typed)
    if form.value is not None:
        at = entrance_of(request, settings)
        try:
            await confirming.require_proof(db, tries, actor, form.value, at, now=now)
        except people.WrongPassword as refusal:
            form = form.refused(refusal, at="password")
        except codes.WrongCode as refusal:
            form = form.refused(refusal, at="code")
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            await people.confirm_login(db, credential.login_id, now=now)
            return see(HERE)
    return await _show(request, db, actor, settings, form)


router = Router(
    "",
    route_handlers=[confirm_page, confirm_here],
    include_in_schema=False,
    opt={"before_two_steps": True},
)
