"""A whole cohort dated anew, over the API."""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.schedules import whole_cohort
from cohort.schedules.models import CohortRedating, Redating
from cohort.schedules.schemas import (
    CohortRedatingIn,
    CohortRedatingOut,
    CohortRedatingSummaryOut,
    KeptMoveOut,
    RedatedPlanOut,
)


@post("/cohorts/{cohort_id:uuid}/redatings", guards=[signed_in], responses=may_refuse(NotFound))
async def redate_cohort(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[CohortRedatingIn],
) -> CohortRedatingOut:
    """Look at what new days of a cohort would do to everybody's plan: a dry run, in a job.

    Shift the cohort by weeks, give it other days, or neither, so that everybody gets dates from
    today on. Read it again until its state is `planned`; then it may be applied. A new look
    replaces those that were not applied.
    """
    redating = await whole_cohort.ask(db, actor, cohort_id, data, now=clock())
    return CohortRedatingOut.model_validate(redating)


@get("/cohorts/{cohort_id:uuid}/redatings", guards=[signed_in], responses=may_refuse(NotFound))
async def list_cohort_redatings(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[CohortRedatingOut]:
    """Every time that a cohort was dated anew, and the look that waits, the newest first."""
    found = await whole_cohort.list_in(db, actor, cohort_id, part)
    return shown(found, CohortRedatingOut.model_validate)


@get("/cohort_redatings/{redating_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_cohort_redating(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], redating_id: FromPath[UUID]
) -> CohortRedatingSummaryOut:
    """One of them, with how many plans it moves; once applied, how far that is."""
    redating = await whole_cohort.get(db, actor, redating_id)
    return await summary_out(db, redating)


@get(
    "/cohort_redatings/{redating_id:uuid}/plans",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_redated_plans(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    redating_id: FromPath[UUID],
) -> PageOut[RedatedPlanOut]:
    """The plans in which something moves, each with the milestones, both dates, and why."""
    return shown(await whole_cohort.plans_in(db, actor, redating_id, part), plan_out)


@post(
    "/cohort_redatings/{redating_id:uuid}/application",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, whole_cohort.RedatingStale),
)
async def apply_cohort_redating(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    redating_id: FromPath[UUID],
) -> CohortRedatingSummaryOut:
    """Give the cohort its new days, and by jobs each plan its dates.

    A plan that has changed since the dry run is left as it is, and counted as `stale`; whoever
    has new dates is told in one mail. A second time changes nothing.
    """
    redating = await whole_cohort.apply(db, actor, redating_id, now=clock())
    return await summary_out(db, redating)


async def summary_out(db: AsyncSession, redating: CohortRedating) -> CohortRedatingSummaryOut:
    counted = await whole_cohort.counts(db, redating.id)
    seen = CohortRedatingOut.model_validate(redating)
    return CohortRedatingSummaryOut(
        **seen.model_dump(),
        proposed=counted.proposed,
        applied=counted.applied,
        stale=counted.stale,
        milestones=counted.milestones,
        over=counted.over,
    )


def plan_out(one: Redating) -> RedatedPlanOut:
    return RedatedPlanOut(
        id=one.id,
        enrolment_id=one.enrolment_id,
        name=one.enrolment.person.name,
        state=one.state,
        minutes_over=one.minutes_over,
        changes=[KeptMoveOut.model_validate(change) for change in one.changes],
    )


router = Router(
    "",
    route_handlers=[
        redate_cohort,
        list_cohort_redatings,
        read_cohort_redating,
        list_redated_plans,
        apply_cohort_redating,
    ],
    tags=["study"],
    opt={"room": "study"},
)
