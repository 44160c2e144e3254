"""Decisions about pairs and their price in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.http.pages import Asked, page, see
from cohort.matching.ledger import service as ledger
from cohort.pairing import saying, saying_changes
from cohort.people.auth import signed_in
from cohort.people.models import Person

ROWS = 50


@dataclass(frozen=True, slots=True)
class LedgerView:
    cohort: Cohort
    found: ledger.RunningCost
    cost: str
    moves: Sequence[str]
    lines: Sequence[ledger.LedgerLine]
    number: int
    more: bool


@get("/cohorts/{slug:str}/decisions", guards=[signed_in])
async def decisions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    decisions: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    every = await ledger.decisions(db, actor, cohort.id)
    found = await ledger.running_cost(db, actor, cohort.id, now=clock())
    first = (decisions - 1) * ROWS
    view = LedgerView(
        cohort=cohort,
        found=found,
        cost=found.why or saying_changes.lock_cost(found.loss, found.fewer_placed, 0.0),
        moves=[saying.move(one, found.names) for one in found.changes],
        lines=every[first : first + ROWS],
        number=decisions,
        more=len(every) > first + ROWS,
    )
    return page(request, "matching/decisions.html", view)


@post("/cohorts/{slug:str}/decisions/{override_id:uuid}/end", guards=[signed_in])
async def lift_from_ledger(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    override_id: FromPath[UUID],
) -> Redirect:
    """A pin, a veto or a set of pins, from the next run on."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await ledger.lift(db, actor, cohort.id, override_id, now=clock())
    return see(f"/cohorts/{slug}/decisions", saying="Lifted, for the next run.")


router = Router("", route_handlers=[decisions_page, lift_from_ledger], include_in_schema=False)
