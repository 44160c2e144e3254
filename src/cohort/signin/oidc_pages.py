"""Signing in with an account elsewhere, in a browser."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.db import unit_of_work
from cohort.http.pages import Asked, local, page, see
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.settings import Settings
from cohort.signin import cookies, identities, memory, oidc
from cohort.signin.account_pages import CHANGES_ACCESS, HERE
from cohort.signin.entering import after_first_step

TRIP = "trip"


@dataclass(frozen=True, slots=True)
class OnwardView:
    """A way to another site, for a person to take."""

    label: str
    address: str


async def _set_out(redis: Redis, settings: Settings, name: str, **values: str) -> tuple[str, str]:
    """The provider's address, and the token of what is remembered of this trip."""
    provider = oidc.provider_named(settings, name)
    trip = await oidc.set_out(settings, provider)
    kept = trip._asdict() | values | {"provider": name}
    return trip.address, await memory.remember(redis, TRIP, kept)


@get("/login/with/{name:str}", guards=[public])
async def set_out(
    request: Asked,
    redis: NamedDependency[Redis],
    settings: NamedDependency[Settings],
    tries: NamedDependency[Tries],
    name: FromPath[str],
) -> Redirect:
    oidc.provider_named(settings, name)
    await tries.start()
    onward = local(request.query_params.get("next"))
    address, token = await _set_out(redis, settings, name, onward=onward)
    return see(address, cookies=[cookies.keep(settings, TRIP, token)])


@post("/account/identities/with/{name:str}", guards=[signed_in], opt=CHANGES_ACCESS)
async def connect(
    request: Asked,
    db: NamedDependency[AsyncSession],
    redis: NamedDependency[Redis],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
    name: FromPath[str],
) -> Response[str]:
    """A page with a link, as our forms lead nowhere else; a link alone would let another site
    connect its visitor's account with one of its own."""
    label = oidc.provider_named(settings, name).label
    await db.close()  # nothing is held while the provider is asked
    address, token = await _set_out(redis, settings, name, onward=HERE, person=str(actor.id))
    response = page(request, "signin/onward.html", OnwardView(label, address))
    response.set_cookie(cookies.keep(settings, TRIP, token))
    return response


@get("/login/with/{name:str}/callback", guards=[public])
async def come_back(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    redis: NamedDependency[Redis],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    name: FromPath[str],
) -> Redirect:
    """The provider sends the browser here, so it is a GET that signs in: what it brings along is
    worth something once, and only in the browser that set out."""
    provider, said = oidc.provider_named(settings, name), request.query_params
    trip = await memory.recall(redis, TRIP, cookies.kept(request, settings, TRIP))
    if trip is None or trip["provider"] != name or trip["state"] != said.get("state"):
        return see("/login", saying="That took too long, or began in another browser. Try again.")
    code = said.get("code")
    if not code or said.get("iss", provider.issuer) != provider.issuer:
        raise oidc.NotVouchedFor(provider)
    await db.close()  # nothing is held while the provider is asked
    vouched = await oidc.come_back(
        settings, provider, code=code, nonce=trip["nonce"], verifier=trip["verifier"], now=clock()
    )
    async with unit_of_work(request.app.state.sessions) as writing:
        answer = await _arrive(request, writing, settings, provider.label, vouched, trip, clock)
    await request.app.state.wake_up.after_commit(writing)
    return answer


async def _arrive(
    request: Asked,
    db: AsyncSession,
    settings: Settings,
    label: str,
    vouched: oidc.Vouched,
    trip: dict[str, str],
    clock: Clock,
) -> Redirect:
    now, actor = clock(), request.scope.get("user")
    if "person" not in trip:
        person = await identities.whose(db, vouched, label, now=now)
        return await after_first_step(request, db, settings, person, trip["onward"], now=now)
    if actor is None or str(actor.id) != trip["person"]:
        return see("/login", saying="You were signed out meanwhile. Sign in, and connect it anew.")
    await identities.connect(db, actor, vouched, now=now)
    return see(HERE, saying=f"{label} signs you in from now on.")


@post("/account/identities/{identity_id:uuid}/remove", guards=[signed_in], opt=CHANGES_ACCESS)
async def disconnect(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    identity_id: FromPath[UUID],
) -> Redirect:
    await identities.disconnect(db, actor, identity_id, now=clock())
    return see(HERE, saying="That account does not sign you in any more.")


router = Router(
    "",
    route_handlers=[set_out, connect, come_back, disconnect],
    include_in_schema=False,
)
