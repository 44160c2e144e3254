"""The figures of a cohort, and its failed work, over the API."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.dashboard import service
from cohort.dashboard.schemas import OverviewOut
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/cohorts/{cohort_id:uuid}/overview",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_overview(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
) -> OverviewOut:
    """Read the figures of a cohort that you organise."""
    return await service.overview(db, actor, cohort_id)


router = Router(
    "",
    route_handlers=[read_overview],
    tags=["dashboard"],
    opt={"room": "dashboard"},
)
