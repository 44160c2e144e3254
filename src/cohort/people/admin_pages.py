"""Accounts, as admins see them in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people import rights, suspending
from cohort.people.auth import platform_admin
from cohort.people.models import Person
from cohort.people.schemas import RightsIn, SuspensionIn


@dataclass(frozen=True, slots=True)
class AccountsView:
    """Accounts that were looked for."""

    people: Sequence[Person]
    looked_for: str
    next: str | None
    first: str | None


async def _people(request: Asked, db: AsyncSession, part: Slice, form: Form[Any]) -> Response[str]:
    looked_for = str(request.query_params.get("q", ""))[:200]
    found = await suspending.find_people(db, part, looked_for=looked_for)
    view = AccountsView(found.items, looked_for, found.next, part.cursor)
    return page(request, "people/people.html", view, form=form)


@get("/people", guards=[platform_admin])
async def people_page(
    request: Asked, db: NamedDependency[AsyncSession], part: NamedDependency[Slice]
) -> Response[str]:
    return await _people(request, db, part, Form())


@post("/people/{person_id:uuid}/suspend", guards=[platform_admin], opt={"confirmed_login": True})
async def suspend(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    *,
    person_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, SuspensionIn)
    if form.value is not None:
        try:
            person = await suspending.suspend(db, actor, person_id, form.value.reason, now=clock())
        except suspending.NotYourself as refusal:
            form = form.refused(refusal)
        else:
            return see("/people", saying=f"{person.name} is suspended, and told by mail.")
    return await _people(request, db, part, form)


@post(
    "/people/{person_id:uuid}/end_suspension",
    guards=[platform_admin],
    opt={"confirmed_login": True},
)
async def end_suspension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    person_id: FromPath[UUID],
) -> Redirect:
    person = await suspending.end_suspension(db, actor, person_id, now=clock())
    return see("/people", saying=f"{person.name} may sign in again, and is told by mail.")


@post("/people/{person_id:uuid}/rights", guards=[platform_admin], opt={"confirmed_login": True})
async def set_rights(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    *,
    person_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, RightsIn)
    if form.value is None:
        return await _people(request, db, part, form)
    person = await rights.set_rights(db, actor, person_id, form.value, now=clock())
    may = "may open cohorts now" if person.opens_cohorts else "opens no more cohorts"
    return see("/people", saying=f"{person.name} {may}.")


router = Router(
    "",
    route_handlers=[people_page, suspend, end_suspension, set_rights],
    include_in_schema=False,
)
