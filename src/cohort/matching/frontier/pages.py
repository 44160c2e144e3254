"""Fit against people placed against pairs kept in a browser: look, and choose for this round."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import read_form
from cohort.http.pages import Asked, page, see
from cohort.matching import service
from cohort.matching.frontier import service as frontier
from cohort.matching.frontier.schemas import BalanceIn
from cohort.matching.frontier.view import FrontierView, frontier_of
from cohort.matching.models import Round, Run
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class FrontierPage:
    round: Round
    run: Run
    frontier: FrontierView


@get("/rounds/{round_id:uuid}/frontier", guards=[signed_in])
async def frontier_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    round_id: FromPath[UUID],
) -> Response[str]:
    found = await service.get_round(db, actor, round_id)
    run = await service.solved_run(db, round_id)
    return page(request, "matching/frontier.html", FrontierPage(found, run, frontier_of(run)))


@post("/rounds/{round_id:uuid}/balance", guards=[signed_in])
async def use_balance_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    form = await read_form(request, BalanceIn)
    if form.value is None:
        said = "This point could not be read. Choose it once more."
        return see(f"/rounds/{round_id}/frontier", saying=said)
    await frontier.use_balance(db, actor, round_id, form.value, now=clock())
    return see(f"/rounds/{round_id}", saying="Chosen for this round; it is being solved again.")


@post("/rounds/{round_id:uuid}/balance/end", guards=[signed_in])
async def lift_balance_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> Redirect:
    await frontier.lift_balance(db, actor, round_id, now=clock())
    return see(f"/rounds/{round_id}", saying="The rules hold again; it is being solved by them.")


router = Router(
    "",
    route_handlers=[frontier_page, use_balance_from_page, lift_balance_from_page],
    include_in_schema=False,
)
