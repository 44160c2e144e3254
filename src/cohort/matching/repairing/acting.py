"""Locking pairs, swapping two mentors, repairing a drop-out: several pins in one act."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotFound
from cohort.matching import service
from cohort.matching.comparing.service import solved_run
from cohort.matching.gather import taking_part
from cohort.matching.models import (
    Override,
    OverrideKind,
    PinSet,
    Round,
    RoundState,
    Run,
)
from cohort.matching.overrides import service as overrides
from cohort.matching.overrides.lifting import lift
from cohort.matching.policy import pin_sets_visible_to
from cohort.matching.repairing.planning import PinPlan, plan
from cohort.matching.repairing.schemas import PinSetIn
from cohort.people import audit
from cohort.people.models import Person

PLANNED_AT_MOST = 3


class RunPassed(Conflict):
    code = "run_passed"
    title = "This run is not the newest any more"


async def preview(
    db: AsyncSession, actor: Person, run_id: UUID, form: PinSetIn, *, now: datetime
) -> PinPlan:
    """What the act would pin, and what that costs; nothing is kept."""
    run = await solved_run(db, actor, run_id)
    await _check_newest(db, run)
    return await plan(db, actor, run, form, now=now)


async def act(
    db: AsyncSession, actor: Person, run_id: UUID, form: PinSetIn, *, now: datetime
) -> tuple[PinSet, PinPlan | None]:
    """Pin what is asked for, for this round, and run it again.

    It is planned while others go on with the round, which takes seconds for a large one, and the
    round is locked only to keep the plan. Of two who act on one run, the second then finds that
    the run has passed; the same asked twice is done once, and there is no plan the second time.
    Where people or decisions changed meanwhile, it is planned anew.
    """
    run = await solved_run(db, actor, run_id)
    asked = form.model_dump(mode="json", exclude={"reason", "dry_run"})
    if (made := await _made_on(db, run_id, asked)) is not None:
        return made, None
    await _check_newest(db, run)
    for _ in range(PLANNED_AT_MOST):
        planned = await plan(db, actor, run, form, now=now)
        async with db.begin_nested() as held:
            await db.execute(select(Round.id).where(Round.id == run.round_id).with_for_update())
            if (made := await _made_on(db, run_id, asked)) is not None:
                return made, None
            await _check_newest(db, run)
            if await taking_part(db, run.round, now=now) == planned.basis:
                kept = await _keep(db, actor, planned, asked, form.reason, now=now)
                await service.solve_again(db, actor, run.round_id, now=now)
                return kept, planned
            await held.rollback()  # lets go of the round
    raise Conflict(
        "People or decisions of this round kept changing while the price was worked out. Look at "
        "the price again, then decide."
    )


async def _made_on(db: AsyncSession, run_id: UUID, asked: dict[str, Any]) -> PinSet | None:
    """The act that was done on this run, if it is the very same."""
    made = await db.scalar(select(PinSet).where(PinSet.run_id == run_id))
    return made if made is not None and made.asked == asked else None


async def lift_set(db: AsyncSession, actor: Person, set_id: UUID, *, now: datetime) -> PinSet:
    """Take all its pins back, from the next run on; done twice, it changes nothing more."""
    found = await db.scalar(pin_sets_visible_to(actor).where(PinSet.id == set_id))
    if found is None:
        raise NotFound
    if await lift(db, Override.pin_set_id == set_id, now=now):
        audit.record(db, actor, "override.lift", set_id, now=now, cohort_id=found.cohort_id)
    return found


async def pins_in(db: AsyncSession, set_id: UUID) -> int:
    count = select(func.count()).where(Override.pin_set_id == set_id)
    return await db.scalar(count) or 0


async def _check_newest(db: AsyncSession, run: Run) -> None:
    state = await db.scalar(select(Round.state).where(Round.id == run.round_id))
    if state is not RoundState.OPEN:
        raise service.RoundClosed(service.CLOSED)
    newest = await service.newest_run(db, run.round_id)
    if newest is None or newest.id != run.id:
        raise RunPassed(
            "The round was run again since, by somebody else or in another window. Look at its "
            "newest run first."
        )


async def _keep(
    db: AsyncSession,
    actor: Person,
    planned: PinPlan,
    asked: dict[str, Any],
    reason: str,
    *,
    now: datetime,
) -> PinSet:
    cohort_id = planned.run.round.cohort_id
    made = PinSet(
        cohort_id=cohort_id,
        run_id=planned.run.id,
        kind=planned.kind,
        asked=asked,
        reason=reason,
        cost=planned.cost,
        fewer_placed=planned.fewer_placed,
        made_by=actor.id,
        made_at=now,
    )
    db.add(made)
    await db.flush()
    await lift(db, Override.id.in_([one.id for one in planned.lifted]), now=now)
    if planned.veto is not None:
        veto = (*planned.veto, reason)
        await overrides.veto_each(db, actor, cohort_id, [veto], now=now)
    row = {
        "cohort_id": cohort_id,
        "kind": OverrideKind.PIN,
        "reason": reason,
        "made_by": actor.id,
        "made_at": now,
        "pin_set_id": made.id,
    }
    rows = [
        {**row, "enrolment_id": researcher, "mentor_id": mentor}
        for researcher, mentor in planned.new
    ]
    if rows:
        try:
            async with db.begin_nested():
                await db.execute(insert(Override), rows)
        except IntegrityError as clash:
            raise overrides.ContradictsOverride(
                "Someone decided about one of these people at this moment. Look again."
            ) from clash
    name = f"override.{made.kind}"
    audit.record(db, actor, name, made.id, now=now, cohort_id=cohort_id, pins=len(rows))
    return made
