"""Repairs and swaps over the API; for organisers."""

from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching.models import PinSet, Run
from cohort.matching.overrides.service import ContradictsOverride
from cohort.matching.repairing import acting, asking, planning
from cohort.matching.repairing.schemas import (
    PinSetIn,
    PinSetOut,
    RepairOut,
    RepairsOut,
    SwapOut,
)
from cohort.matching.results.what_ifs import NoEvidence, NotComparable
from cohort.matching.service import NotSolved, RoundClosed, newest_run
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


@post(
    "/runs/{run_id:uuid}/pin_sets",
    guards=[signed_in],
    responses=may_refuse(
        NotFound,
        NotSolved,
        NoEvidence,
        NotComparable,
        RoundClosed,
        acting.RunPassed,
        asking.CannotSwap,
        planning.CannotPin,
        planning.StillTakesPart,
        ContradictsOverride,
    ),
)
async def pin_several(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    run_id: FromPath[UUID],
    data: JSONBody[PinSetIn],
) -> PinSetOut:
    """Lock the pairs of the newest run, swap two mentors, or repair a drop-out: several pins in one
    act, which hold for this round. Then the round is run again.

    Ask with `dry_run` first: it says what it costs. Of two who act on one run, one does; the other
    is told that the run has passed. The same asked twice is done once.
    """
    if data.dry_run:
        planned = await acting.preview(db, actor, run_id, data, now=clock())
        return _plan_out(planned, data)
    made, did = await acting.act(db, actor, run_id, data, now=clock())
    return await _made_out(db, made, did)


@delete("/pin_sets/{pin_set_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def lift_several(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    pin_set_id: FromPath[UUID],
) -> None:
    """Take back all that was pinned in one act, from the next run on."""
    await acting.lift_set(db, actor, pin_set_id, now=clock())


def _plan_out(planned: planning.PinPlan, asked: PinSetIn) -> PinSetOut:
    return PinSetOut(
        id=None,
        run_id=planned.run.id,
        next_run_id=None,
        kind=planned.kind,
        reason=asked.reason,
        pins=len(planned.new),
        cost=planned.cost,
        fewer_placed=planned.fewer_placed,
        changes=[change_out(one, planned.names) for one in planned.changes],
        dry_run=True,
    )


async def _made_out(db: AsyncSession, made: PinSet, did: planning.PinPlan | None) -> PinSetOut:
    run = await db.get_one(Run, made.run_id)
    newest = await newest_run(db, run.round_id)
    return PinSetOut(
        id=made.id,
        run_id=made.run_id,
        next_run_id=newest.id if newest else None,
        kind=made.kind,
        reason=made.reason,
        pins=await acting.pins_in(db, made.id),
        cost=made.cost,
        fewer_placed=made.fewer_placed,
        changes=[change_out(one, did.names) for one in did.changes] if did else [],
        dry_run=False,
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
    route_handlers=[list_repairs, read_swap, pin_several, lift_several],
    tags=["matching"],
    opt={"room": "matching"},
)
