"""Pins and vetoes over the API, for organisers."""

from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.matching.overrides import service as overrides
from cohort.matching.overrides.schemas import OverrideIn, OverrideOut
from cohort.matching.showing import override_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{cohort_id:uuid}/overrides", guards=[signed_in], responses=may_refuse(NotFound))
async def list_overrides(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[OverrideOut]:
    """The pins and vetoes that stand."""
    return shown(await overrides.list_overrides(db, actor, cohort_id, part), override_out)


@post(
    "/cohorts/{cohort_id:uuid}/overrides",
    guards=[signed_in],
    responses=may_refuse(NotFound, overrides.ContradictsOverride),
)
async def make_override(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[OverrideIn],
) -> OverrideOut:
    """Pin or veto a pair, from the next run on."""
    return override_out(await overrides.make_override(db, actor, cohort_id, data, now=clock()))


@delete("/overrides/{override_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def lift_override(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    override_id: FromPath[UUID],
) -> None:
    """Take a pin or a veto back, from the next run on."""
    await overrides.lift_override(db, actor, override_id, now=clock())


router = Router(
    "",
    route_handlers=[
        list_overrides,
        make_override,
        lift_override,
    ],
    tags=["matching"],
    opt={"room": "matching"},
)
