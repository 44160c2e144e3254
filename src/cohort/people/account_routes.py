"""One's own logins and password over the API."""

from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound, TooMany
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people import addresses, logins, service
from cohort.people.auth import Credential, NotConfirmed, signed_in
from cohort.people.devices import device_of
from cohort.people.links import LinkSpent
from cohort.people.models import Login, Person
from cohort.people.schemas import (
    EmailIn,
    NoticeOut,
    PasswordIn,
    StandingLoginOut,
    TokenIn,
)
from cohort.people.throttle import Tries

CHANGED = "Your account has its new address. The old one is told."


@get("/logins", guards=[signed_in], responses=may_refuse())
async def list_logins(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
) -> PageOut[StandingLoginOut]:
    """Where you are signed in."""
    page = await logins.list_logins(db, actor, part, now=clock())
    return shown(page, lambda login: as_out(login, credential))


def as_out(login: Login, credential: Credential) -> StandingLoginOut:
    return StandingLoginOut(
        id=login.id,
        device=device_of(login.device),
        began_at=login.began_at,
        used_at=login.used_at,
        expires_at=login.expires_at,
        is_current=login.id == credential.login_id,
    )


@delete("/logins/{login_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def end_login(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], login_id: FromPath[UUID]
) -> None:
    """End one of your logins, at once."""
    await logins.end_own_login(db, actor, login_id)


@delete(
    "/logins/others",
    guards=[signed_in],
    opt={"confirmed_login": True},
    responses=may_refuse(NotConfirmed),
)
async def end_other_logins(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
) -> None:
    """End all of your logins but the one that asks."""
    await logins.end_all_logins(db, actor, but=credential.login_id)


@put(
    "/me/password",
    guards=[signed_in],
    opt={"confirmed_login": True},
    status_code=204,
    responses=may_refuse(NotConfirmed),
)
async def change_password(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    credential: NamedDependency[Credential],
    clock: NamedDependency[Clock],
    data: JSONBody[PasswordIn],
) -> None:
    """Choose another password. Every other login ends, and a mail tells you; API keys stay."""
    password = data.password.get_secret_value()
    await service.change_password(db, actor, password, login_id=credential.login_id, now=clock())


@post(
    "/me/address",
    guards=[signed_in],
    opt={"confirmed_login": True},
    status_code=202,
    responses=may_refuse(NotConfirmed, TooMany),
)
async def change_address(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    data: JSONBody[EmailIn],
) -> NoticeOut:
    """Ask for another address. A link is mailed there; until it is opened, nothing changes.

    The answer is the same where somebody has that address.
    """
    if await tries.mail(data.email):
        await addresses.ask(db, actor, data.email, now=clock())
    return NoticeOut(detail="We have sent a link there. Until you open it, nothing changes.")


@post(
    "/addresses",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(LinkSpent, addresses.AddressTaken),
)
async def confirm_address(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    data: JSONBody[TokenIn],
) -> NoticeOut:
    """Take the new address, with the token of the link that was mailed there and your login."""
    await addresses.confirm(db, actor, data.token, now=clock())
    return NoticeOut(detail=CHANGED)


router = Router(
    "",
    route_handlers=[
        list_logins,
        end_login,
        end_other_logins,
        change_password,
        change_address,
        confirm_address,
    ],
    tags=["people"],
)
