"""Jobs over the API: what is waiting, what failed, and trying it again."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Conflict, NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.jobs.outbox import JobState
from cohort.operations import service
from cohort.operations.schemas import JobOut
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/jobs", guards=[signed_in], responses=may_refuse())
async def list_jobs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    which: Annotated[
        JobState,
        QueryParameter(name="state", description="`dead`: failed for good, until retried."),
    ] = JobState.DEAD,
) -> PageOut[JobOut]:
    """List the jobs of the cohorts that you organise; an admin sees all of them."""
    page = await service.list_jobs(db, actor, which, part)
    return shown(page, JobOut.model_validate)


@post(
    "/jobs/{job_id:uuid}/retry",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, Conflict),
)
async def retry_job(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    job_id: FromPath[UUID],
) -> JobOut:
    """Give failed work its attempts again, from now."""
    return JobOut.model_validate(await service.retry_job(db, actor, job_id, now=clock()))


router = Router(
    "",
    route_handlers=[list_jobs, retry_job],
    tags=["operations"],
    opt={"room": "dashboard"},
)
