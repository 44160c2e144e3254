"""A point chosen for one round: its runs count people placed and pairs kept by a balance."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.matching import service
from cohort.matching.frontier.schemas import BalanceIn
from cohort.matching.models import Round, RoundKind, RoundState, Run, RunState
from cohort.people import audit
from cohort.people.models import Person


class LookAgain(Conflict):
    code = "look_again"
    title = "There is something newer"


async def use_balance(
    db: AsyncSession, actor: Person, round_id: UUID, form: BalanceIn, *, now: datetime
) -> Round:
    """From now on the runs of this round follow a balance; the next one is queued at once.

    A second time changes nothing.
    """
    round_ = await _open(db, actor, round_id)
    run = await db.scalar(select(Run).where(Run.id == form.run_id, Run.round_id == round_id))
    if run is None or run.state is not RunState.SOLVED:
        raise Invalid.at("run_id", "This is not a solved run of this round.")
    before = run.balance["before"] if run.balance else await _solved_before(db, run)
    wanted = {"placing": form.placing, "keeping": form.keeping, "before": before}
    if round_.balance == wanted:
        return round_
    newest = await service.newest_run(db, round_id)
    if newest is None or newest.id != run.id:
        raise LookAgain("A newer run took the place of this one. Choose among its points.")
    return await _follow(db, actor, round_, wanted, now=now)


async def lift_balance(db: AsyncSession, actor: Person, round_id: UUID, *, now: datetime) -> Round:
    """Back to the rules of the cohort; a second time changes nothing."""
    round_ = await _open(db, actor, round_id)
    if round_.balance is None:
        return round_
    newest = await service.newest_run(db, round_id)
    if newest is not None and newest.state is RunState.QUEUED:
        raise LookAgain("A run of this round is being solved. Wait for it, or cancel it first.")
    return await _follow(db, actor, round_, None, now=now)


async def _follow(
    db: AsyncSession,
    actor: Person,
    round_: Round,
    balance: dict[str, Any] | None,
    *,
    now: datetime,
) -> Round:
    round_.balance = balance
    audit.record(db, actor, "round.balance", round_.id, now=now, cohort_id=round_.cohort_id)
    await service.solve_again(db, actor, round_.id, now=now)
    return round_


async def _open(db: AsyncSession, actor: Person, round_id: UUID) -> Round:
    """The round, locked, so that of two clicks one waits for the other; it must be open."""
    await service.get_round(db, actor, round_id)
    locked = select(Round).where(Round.id == round_id).with_for_update()
    found = (await db.scalars(locked.execution_options(populate_existing=True))).one()
    if found.kind is RoundKind.INTRODUCTIONS:
        raise LookAgain("A round of introductions follows no balance: it only says who meets whom.")
    if found.state is not RoundState.OPEN:
        raise service.RoundClosed(service.CLOSED)
    return found


async def _solved_before(db: AsyncSession, run: Run) -> int | None:
    """The number of the run whose pairs this one could keep."""
    solved = select(func.max(Run.number)).where(Run.state == RunState.SOLVED)
    number: int | None = await db.scalar(
        solved.where(Run.round_id == run.round_id, Run.number < run.number)
    )
    return number
