"""New dates over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.extensions import service
from cohort.extensions.models import Extension, ExtensionState
from cohort.extensions.schemas import (
    ExtensionIn,
    ExtensionOut,
    ExtensionRefusalIn,
    GrantIn,
    ListedExtensionOut,
)
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.service import AlreadyPassed, PlanFrozen

DECIDING = may_refuse(NotFound, service.ExtensionDecided, PlanFrozen, AlreadyPassed)


@post(
    "/plan_items/{item_id:uuid}/extensions",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.ExtensionAsked, AlreadyPassed, PlanFrozen),
)
async def ask_for_extension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    item_id: FromPath[UUID],
    data: JSONBody[ExtensionIn],
) -> ExtensionOut:
    """Ask the organisers for a later date of one item of your plan, with the reason."""
    return ExtensionOut.model_validate(await service.ask(db, actor, item_id, data, now=clock()))


@get("/plan_items/{item_id:uuid}/extensions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_extensions(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], item_id: FromPath[UUID]
) -> list[ExtensionOut]:
    """New dates that were asked for an item, the newest first: to its researcher and organisers."""
    found = await service.of_item(db, actor, item_id)
    return [ExtensionOut.model_validate(one) for one in found]


@get("/cohorts/{cohort_id:uuid}/extensions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_cohort_extensions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    *,
    cohort_id: FromPath[UUID],
    in_state: Annotated[
        ExtensionState | None,
        QueryParameter(
            name="state", description="Only those in this state; `asked` waits for an answer."
        ),
    ] = None,
) -> PageOut[ListedExtensionOut]:
    """New dates that researchers of a cohort asked for, the oldest first; for organisers."""
    return shown(await service.in_cohort(db, actor, cohort_id, part, in_state), as_listed)


@post(
    "/extensions/{extension_id:uuid}/grant",
    guards=[signed_in],
    status_code=200,
    responses=DECIDING,
)
async def grant_extension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
    data: JSONBody[GrantIn],
) -> ExtensionOut:
    """Give a later date: the one that was asked for, or another. The hour of the day stays."""
    granted = await service.grant(db, actor, extension_id, data, now=clock())
    return ExtensionOut.model_validate(granted)


@post(
    "/extensions/{extension_id:uuid}/refusal",
    guards=[signed_in],
    status_code=200,
    responses=DECIDING,
)
async def decline_extension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
    data: JSONBody[ExtensionRefusalIn],
) -> ExtensionOut:
    """Say no, with a sentence that helps. The date stays as it is."""
    declined = await service.decline(db, actor, extension_id, data, now=clock())
    return ExtensionOut.model_validate(declined)


@delete(
    "/extensions/{extension_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.ExtensionDecided),
)
async def withdraw_extension(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
) -> None:
    """Take back what you asked for, while nobody has answered."""
    await service.withdraw(db, actor, extension_id, now=clock())


def as_listed(extension: Extension) -> ListedExtensionOut:
    item = extension.plan_item
    told = ExtensionOut.model_validate(extension).model_dump()
    return ListedExtensionOut(
        **told,
        enrolment_id=item.enrolment_id,
        researcher=item.enrolment.person.name,
        milestone=item.milestone.title,
    )


router = Router(
    "",
    route_handlers=[
        ask_for_extension,
        list_extensions,
        list_cohort_extensions,
        grant_extension,
        decline_extension,
        withdraw_extension,
    ],
    tags=["study"],
    opt={"room": "study"},
)
