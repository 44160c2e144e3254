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
from cohort.jobs.outbox import PromiseState
from cohort.operations import service
from cohort.operations.schemas import PromiseOut
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/promises", guards=[signed_in], responses=may_refuse())
async def list_promises(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    which: Annotated[
        PromiseState,
        QueryParameter(name="state", description="`dead`: failed for good, until retried."),
    ] = PromiseState.DEAD,
) -> PageOut[PromiseOut]:
    """List the work promised for the cohorts that you organise; an admin sees all of it."""
    page = await service.list_promises(db, actor, which, part)
    return shown(page, PromiseOut.model_validate)


@post(
    "/promises/{promise_id:uuid}/retry",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, Conflict),
)
async def retry_promise(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    promise_id: FromPath[UUID],
) -> PromiseOut:
    """Give failed work its attempts again, from now."""
    return PromiseOut.model_validate(
        await service.retry_promise(db, actor, promise_id, now=clock())
    )


router = Router(
    "",
    route_handlers=[list_promises, retry_promise],
    tags=["operations"],
    opt={"room": "operations"},
)
