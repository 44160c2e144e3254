"""Repairs and swaps over the API; for organisers."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching.repairing import asking
from cohort.matching.repairing.schemas import RepairOut, RepairsOut, SwapOut
from cohort.matching.results.what_ifs import NoEvidence, NotComparable
from cohort.matching.service import NotSolved
from cohort.matching.showing import change_out
from cohort.pairing.repairing import RepairOption
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/runs/{run_id:uuid}/repairs",
    guards=[signed_in],
    responses=may_refuse(NotFound, NotSolved, NoEvidence, NotComparable),
)
async def list_repairs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    enrolment_id: Annotated[
        UUID | None, QueryParameter(description="A researcher who leaves.")
    ] = None,
    mentor_id: Annotated[
        UUID | None,
        QueryParameter(
            description="A mentor who leaves; with a researcher, their pair must not be."
        ),
    ] = None,
) -> RepairsOut:
    """The ways on without somebody: from one in which nobody else moves to the best one. Nothing
    changes by asking.
    """
    return repairs_out(await asking.repairs(db, actor, run_id, enrolment_id, mentor_id))


@get(
    "/runs/{run_id:uuid}/swaps/{enrolment_id:uuid}/{other_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, NotSolved, NoEvidence, NotComparable, asking.CannotSwap),
)
async def read_swap(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    enrolment_id: FromPath[UUID],
    other_id: FromPath[UUID],
) -> SwapOut:
    """What it would cost that two researchers have each other's mentor; asking changes nothing."""
    found = await asking.swap(db, actor, run_id, enrolment_id, other_id)
    return SwapOut(
        run_id=found.run.id,
        cost=found.price.cost,
        alone=found.price.alone,
        fewer_placed=found.price.fewer_placed,
        sentence=found.sentence,
        changes=[change_out(one, found.names) for one in found.price.changes],
    )


def repairs_out(found: asking.Repairs) -> RepairsOut:
    return RepairsOut(
        run_id=found.run.id,
        enrolment_id=found.enrolment_id,
        mentor_id=found.mentor_id,
        options=[_repair_out(found, one) for one in found.options],
    )


def _repair_out(found: asking.Repairs, one: RepairOption) -> RepairOut:
    return RepairOut(
        moved=one.moved,
        loss=one.loss,
        fewer_placed=one.fewer_placed,
        total=one.total,
        placed=one.placed,
        sentence=found.price(one),
        changes=[change_out(change, found.names) for change in one.changes],
    )


router = Router(
    "",
    route_handlers=[list_repairs, read_swap],
    tags=["matching"],
    opt={"room": "matching"},
)
