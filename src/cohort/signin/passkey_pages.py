"""Passkeys in a browser. The ceremony is the browser's, started by static/passkeys.js."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, local, page, see
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.settings import Settings
from cohort.signin import cookies, memory, passkeys
from cohort.signin.account_pages import CHANGES_ACCESS, HERE, told
from cohort.signin.entering import enter
from cohort.signin.schemas import NewPasskeyIn, PasskeyIn

MAKING, USING = "passkey_new", "passkey"


@dataclass(frozen=True, slots=True)
class CeremonyView:
    """What the browser's part begins with."""

    options: str


async def _ask(
    request: Asked,
    redis: Redis,
    settings: Settings,
    ceremony: passkeys.Ceremony,
    what: str,
    **values: str,
) -> Response[str]:
    token = await memory.remember(redis, what, values | {"challenge": ceremony.challenge})
    response = page(request, f"signin/{what}.html", CeremonyView(ceremony.options), form=Form())
    response.set_cookie(cookies.keep(settings, what, token))
    return response


@get("/login/passkey", guards=[public])
async def passkey_page(
    request: Asked,
    redis: NamedDependency[Redis],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
) -> Response[str]:
    await tries.start()
    return await _ask(request, redis, settings, passkeys.begin_using(settings), USING)


@post("/login/passkey", guards=[public], opt={"same_for_everyone": True})
async def use_passkey(
    request: Asked,
    db: NamedDependency[AsyncSession],
    redis: NamedDependency[Redis],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Redirect:
    form, now = await read_form(request, PasskeyIn), clock()
    known = await memory.recall(redis, USING, cookies.kept(request, settings, USING))
    if form.value is None or known is None:
        return see("/login/passkey", saying="That did not work. Try again.")
    person = await passkeys.use(
        db, settings, challenge=known["challenge"], credential=form.value.credential, now=now
    )
    onward = local(request.query_params.get("next"))
    return await enter(request, db, settings, person, onward, now=now, done_with=USING)


@post("/account/passkeys", guards=[signed_in], opt=CHANGES_ACCESS)
async def begin_passkey(
    request: Asked,
    db: NamedDependency[AsyncSession],
    redis: NamedDependency[Redis],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[str] | Redirect:
    form = await read_form(request, NewPasskeyIn)
    if form.value is None:
        return see(HERE, saying="Give the new passkey a name of up to 200 characters.")
    ceremony = await passkeys.begin_making(db, actor, settings)
    return await _ask(
        request, redis, settings, ceremony, MAKING, person=str(actor.id), name=form.value.name
    )


@post("/account/passkeys/confirm", guards=[signed_in])
async def make_passkey(
    request: Asked,
    db: NamedDependency[AsyncSession],
    redis: NamedDependency[Redis],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[str] | Redirect:
    form = await read_form(request, PasskeyIn)
    known = await memory.recall(redis, MAKING, cookies.kept(request, settings, MAKING))
    if form.value is None or known is None or known["person"] != str(actor.id):
        return see(HERE, saying="That did not work. Try again.")
    made = await passkeys.make(
        db,
        actor,
        settings,
        name=known["name"],
        challenge=known["challenge"],
        credential=form.value.credential,
        now=clock(),
    )
    return told(request, made)


@post("/account/passkeys/{passkey_id:uuid}/remove", guards=[signed_in], opt=CHANGES_ACCESS)
async def remove_passkey(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    passkey_id: FromPath[UUID],
) -> Redirect:
    await passkeys.remove(db, actor, passkey_id, now=clock())
    return see(HERE, saying="That passkey does not sign in any more.")


router = Router(
    "",
    route_handlers=[passkey_page, use_passkey, begin_passkey, make_passkey, remove_passkey],
    include_in_schema=False,
    opt={"before_two_steps": True},
)
