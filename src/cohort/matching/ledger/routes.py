"""Decisions about pairs and their price over the API; for organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, page_within, shown
from cohort.http.problems import may_refuse
from cohort.matching.ledger import service as ledger
from cohort.matching.ledger.schemas import DecisionOut, DecisionsCostOut
from cohort.matching.showing import change_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{cohort_id:uuid}/decisions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_decisions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[DecisionOut]:
    """Who decided what about pairs, when, why, and what it cost; the newest first."""
    every = await ledger.decisions(db, actor, cohort_id)
    return shown(page_within(every, part), _decision_out)


@get("/cohorts/{cohort_id:uuid}/decisions/cost", guards=[signed_in], responses=may_refuse(NotFound))
async def read_cost_of_decisions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> DecisionsCostOut:
    """What all standing pins and vetoes cost now: those who wait, matched with and without them."""
    found = await ledger.running_cost(db, actor, cohort_id, now=clock())
    return DecisionsCostOut(
        standing=found.standing,
        cost=found.loss,
        fewer_placed=found.fewer_placed,
        why=found.why,
        changes=[change_out(one, found.names) for one in found.changes],
    )


def _decision_out(one: ledger.LedgerLine) -> DecisionOut:
    researcher, mentor = one.two or (None, None)
    return DecisionOut(
        id=one.id,
        kind=one.kind,
        researcher=researcher,
        mentor=mentor,
        pairs=one.pairs,
        standing=one.standing,
        reason=one.reason,
        cost=one.cost,
        fewer_placed=one.fewer_placed,
        made_by=one.made_by,
        made_by_name=one.made_by_name,
        made_at=one.made_at,
    )


router = Router(
    "",
    route_handlers=[list_decisions, read_cost_of_decisions],
    tags=["matching"],
    opt={"room": "matching"},
)
