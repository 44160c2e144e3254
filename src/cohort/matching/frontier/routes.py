"""The points of a run over the API, and choosing one for the round; for organisers."""

from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching import service
from cohort.matching.frontier import service as frontier
from cohort.matching.frontier.schemas import BalanceIn, FrontierOut
from cohort.matching.results import service as results
from cohort.matching.schemas import RoundOut
from cohort.matching.showing import frontier_out, round_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/runs/{run_id:uuid}/frontier",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.NotSolved),
)
async def read_frontier(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], run_id: FromPath[UUID]
) -> FrontierOut:
    """What could be had instead: fit against people placed against pairs kept."""
    return frontier_out(await results.get_solved_run(db, actor, run_id))


@post(
    "/rounds/{round_id:uuid}/balance",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.RoundClosed, frontier.LookAgain),
)
async def use_balance(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
    data: JSONBody[BalanceIn],
) -> RoundOut:
    """Choose a point for this round: its balance stands before what the rules aim at, and a run
    that follows it is queued. Take `placing` and `keeping` from a point of the frontier.
    """
    found = await frontier.use_balance(db, actor, round_id, data, now=clock())
    return round_out(found, await service.newest_run(db, round_id))


@delete(
    "/rounds/{round_id:uuid}/balance",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.RoundClosed, frontier.LookAgain),
)
async def lift_balance(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RoundOut:
    """Let the round follow the rules of its cohort again; a run that does is queued."""
    found = await frontier.lift_balance(db, actor, round_id, now=clock())
    return round_out(found, await service.newest_run(db, round_id))


router = Router(
    "",
    route_handlers=[read_frontier, use_balance, lift_balance],
    tags=["matching"],
    opt={"room": "matching"},
)
