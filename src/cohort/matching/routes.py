"""Rounds and their runs over the API, for organisers."""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.jobs.progress import ProgressStore
from cohort.matching import cancelling, service
from cohort.matching.results import service as results
from cohort.matching.schemas import RoundOut, RunOut
from cohort.matching.showing import round_out, run_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{cohort_id:uuid}/rounds", guards=[signed_in], responses=may_refuse(NotFound))
async def list_rounds(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[RoundOut]:
    """The rounds of a cohort, each with its newest run."""
    page = await service.list_rounds(db, actor, cohort_id, part)
    newest = await service.newest_runs(db, [one.id for one in page.items])
    return shown(page, lambda one: round_out(one, newest.get(one.id)))


@post(
    "/cohorts/{cohort_id:uuid}/rounds",
    guards=[signed_in],
    responses=may_refuse(
        NotFound, service.CohortNotMatched, service.RoundClosed, service.RoundIsOpen
    ),
)
async def open_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> RoundOut:
    """Open a round now, or run the open one again; the worker solves it in a moment."""
    opened = await service.open_round(db, actor, cohort_id, now=clock())
    return round_out(opened, await service.newest_run(db, opened.id))


@get("/rounds/{round_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    progress: NamedDependency[ProgressStore],
    round_id: FromPath[UUID],
) -> RoundOut:
    """A round and its newest run."""
    found = await service.get_round(db, actor, round_id)
    run = await service.newest_run(db, round_id)
    failed = await service.failed_since(db, run)
    return round_out(found, run, await service.progress_of(run, progress), failed)


@get("/rounds/{round_id:uuid}/runs", guards=[signed_in], responses=may_refuse(NotFound))
async def list_runs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    round_id: FromPath[UUID],
) -> PageOut[RunOut]:
    """Every solve of a round, the first one first."""
    return shown(await results.list_runs(db, actor, round_id, part), run_out)


@post(
    "/rounds/{round_id:uuid}/runs",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.RoundClosed),
)
async def run_round_again(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RunOut:
    """Solve an open round again with what holds now; while a run is queued, it is that one."""
    return run_out(await service.solve_again(db, actor, round_id, now=clock()))


@post(
    "/rounds/{round_id:uuid}/publication",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.RoundClosed, service.NotSolved),
)
async def publish_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RoundOut:
    """Propose the pairs of the newest run to both sides, by mail; a second time changes nothing.

    Pairs that no longer fit are skipped; each says why in `skipped`. A run that was `stopped` is
    published as it is: look at that, and at its gap, first.
    """
    published = await service.publish(db, actor, round_id, now=clock())
    return round_out(published, await service.newest_run(db, round_id))


@get("/runs/{run_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_run(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    progress: NamedDependency[ProgressStore],
    run_id: FromPath[UUID],
) -> RunOut:
    """One solve of a round."""
    run = await results.get_run(db, actor, run_id)
    return run_out(run, await service.progress_of(run, progress))


@post(
    "/runs/{run_id:uuid}/cancellation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, cancelling.RunEnded),
)
async def cancel_run(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    run_id: FromPath[UUID],
) -> RunOut:
    """Stop a run that waits or is being solved; its round can be run again at once.

    The process that solves it ends within seconds. A second time changes nothing.
    """
    return run_out(await cancelling.cancel(db, actor, run_id, now=clock()))


router = Router(
    "",
    route_handlers=[
        list_rounds,
        open_round,
        read_round,
        list_runs,
        run_round_again,
        publish_round,
        read_run,
        cancel_run,
    ],
    tags=["matching"],
    opt={"room": "matching"},
)
