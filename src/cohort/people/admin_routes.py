"""What admins do about accounts, over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people import rights, suspending
from cohort.people.auth import NotConfirmed, platform_admin
from cohort.people.models import Person
from cohort.people.schemas import AccountOut, RightsIn, SuspensionIn


@get("/people", guards=[platform_admin], responses=may_refuse())
async def list_people(
    db: NamedDependency[AsyncSession],
    part: NamedDependency[Slice],
    q: Annotated[
        str, QueryParameter(description="A part of the name or of the address.", max_length=100)
    ] = "",
    suspended: Annotated[
        bool | None, QueryParameter(description="Only those who are suspended, or are not.")
    ] = None,
) -> PageOut[AccountOut]:
    """The accounts of the platform: for its admins."""
    found = await suspending.find_people(db, part, looked_for=q, suspended=suspended)
    return shown(found, AccountOut.model_validate)


@put(
    "/people/{person_id:uuid}/suspension",
    guards=[platform_admin],
    opt={"confirmed_login": True},
    responses=may_refuse(NotFound, NotConfirmed, suspending.NotYourself),
)
async def suspend_person(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    person_id: FromPath[UUID],
    data: JSONBody[SuspensionIn],
) -> AccountOut:
    """Keep someone out: all logins and keys end, and a mail says why. For admins."""
    person = await suspending.suspend(db, actor, person_id, data.reason, now=clock())
    return AccountOut.model_validate(person)


@delete(
    "/people/{person_id:uuid}/suspension",
    guards=[platform_admin],
    opt={"confirmed_login": True},
    status_code=200,
    responses=may_refuse(NotFound, NotConfirmed),
)
async def end_suspension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    person_id: FromPath[UUID],
) -> AccountOut:
    """Let someone in again, who is told by mail. For admins."""
    person = await suspending.end_suspension(db, actor, person_id, now=clock())
    return AccountOut.model_validate(person)


@put(
    "/people/{person_id:uuid}/rights",
    guards=[platform_admin],
    opt={"confirmed_login": True},
    responses=may_refuse(NotFound, NotConfirmed),
)
async def set_rights(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    person_id: FromPath[UUID],
    data: JSONBody[RightsIn],
) -> AccountOut:
    """Say whether someone may bring guides in and open cohorts of her own. For admins."""
    person = await rights.set_rights(db, actor, person_id, data, now=clock())
    return AccountOut.model_validate(person)


router = Router(
    "",
    route_handlers=[list_people, suspend_person, end_suspension, set_rights],
    tags=["people"],
)
