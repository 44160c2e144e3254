"""The figures and the people of a cohort over the API."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts.models import EnrolmentState
from cohort.dashboard import people, service
from cohort.dashboard.schemas import (
    EnrolmentSort,
    Include,
    ListedEnrolmentOut,
    Matching,
    OverviewOut,
)
from cohort.errors import NotFound
from cohort.http.listing import ListQuery, PartOfName, pattern
from cohort.http.paging import PageOut, Slice, listed
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


class IncludeInOverview(StrEnum):
    LATEST_ROUND = "latest_round"


def wanted_people(
    q: PartOfName = None,
    in_state: Annotated[
        EnrolmentState | None, QueryParameter(name="state", description="Only those in this state.")
    ] = None,
    matching: Annotated[
        Matching | None,
        QueryParameter(
            description="Only those who have a mentor (`matched`), are proposed to one, or have "
            "neither (`waiting`)."
        ),
    ] = None,
    late: Annotated[
        bool | None,
        QueryParameter(
            description="Only those who are behind: with a milestone past its date that they have "
            "to hand in (true), or without any (false)."
        ),
    ] = None,
    sort: Annotated[
        EnrolmentSort,
        QueryParameter(
            description="The order. `progress`: who passed the smallest share first; `-late`: who "
            "is late with the most first; `handed_in_at`: who was quiet the longest first."
        ),
    ] = EnrolmentSort.OLDEST,
) -> ListQuery:
    filters = {"q": pattern(q), "state": in_state, "matching": matching, "late": late}
    return ListQuery(sort, filters)


@get(
    "/cohorts/{cohort_id:uuid}/enrolments",
    guards=[signed_in],
    dependencies={"wanted": Provide(wanted_people, sync_to_thread=False)},
    responses=may_refuse(NotFound),
    tags=["cohorts"],
    opt={"room": "cohorts"},
)
async def list_enrolments(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
    include: Annotated[
        list[Include] | None,
        QueryParameter(
            description="What to bring along: how far each is with the plan (`progress`), who the "
            "mentor is (`matching`). Send it once for each.",
            max_items=2,
        ),
    ] = None,
) -> PageOut[ListedEnrolmentOut]:
    """The cohort's researchers for its organisers; for others only their own enrolment."""
    page = await people.list_in(
        db, actor, cohort_id, wanted, part, include=include or (), now=clock()
    )
    return listed(page, people.listed_json)


@get(
    "/cohorts/{cohort_id:uuid}/overview",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_overview(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
    include: Annotated[
        list[IncludeInOverview] | None,
        QueryParameter(description="What to bring along.", max_items=1),
    ] = None,
) -> OverviewOut:
    """Read the figures of a cohort that you organise."""
    return await service.overview(db, actor, cohort_id, latest_round=bool(include))


router = Router(
    "",
    route_handlers=[list_enrolments, read_overview],
    tags=["dashboard"],
    opt={"room": "dashboard"},
)
