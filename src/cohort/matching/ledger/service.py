"""The decisions about pairs of a cohort, and what those that stand cost now."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.service import require_organiser
from cohort.matching import policy
from cohort.matching.models import Override, PinSet, RoundState, Run
from cohort.matching.overrides.service import WHOM, lift_override
from cohort.matching.repairing.acting import lift_set
from cohort.matching.repairing.planning import LONGEST, pool_now
from cohort.matching.results.service import names_of
from cohort.matching.results.what_ifs import MOST_PAIRS
from cohort.matching.service import latest_round, newest_run, round_of_now
from cohort.pairing.alternatives import Change
from cohort.pairing.pool import Pool
from cohort.pairing.pricing import DecisionCost, cost_of_decisions
from cohort.people.models import Person

DecisionKind = Literal["pin", "veto", "lock", "swap", "repair"]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A pin, a veto, or a set of pins (`lock`, `swap`, `repair`).

    pairs  how many it decides; standing  how many of these were not lifted.
    two    researcher and mentor by name; none of a set.
    cost   what the total lost by it, as far as that was known when it was made.
    """

    id: UUID
    kind: DecisionKind
    two: tuple[str, str] | None
    pairs: int
    standing: int
    reason: str
    cost: float | None
    fewer_placed: int
    made_by: UUID
    made_by_name: str
    made_at: datetime


@dataclass(frozen=True)
class RunningCost:
    """What all standing decisions cost now: the cohort matched with them and without them.

    loss  None where it is not known; `why` says why.
    """

    standing: int
    loss: float | None
    fewer_placed: int
    changes: Sequence[Change]
    names: Mapping[str, str]
    why: str = ""


async def decisions(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[LedgerLine]:
    """All of them, those that were lifted too; the newest first. Four statements."""
    await require_organiser(db, actor, cohort_id)
    whose = policy.overrides_visible_to(actor).where(Override.cohort_id == cohort_id)
    alone = (await db.scalars(whose.where(Override.pin_set_id.is_(None)).options(*WHOM))).all()
    sets = policy.pin_sets_visible_to(actor).where(PinSet.cohort_id == cohort_id)
    together = (await db.scalars(sets)).all()
    counted = (
        select(Override.pin_set_id, func.count(), func.count().filter(Override.lifted_at.is_(None)))
        .where(Override.cohort_id == cohort_id, Override.pin_set_id.is_not(None))
        .group_by(Override.pin_set_id)
    )
    counts = {its: (pairs, standing) for its, pairs, standing in await db.execute(counted)}
    actors = {one.made_by for one in alone} | {one.made_by for one in together}
    named = select(Person.id, Person.name).where(Person.id.in_(actors))
    names: dict[UUID, str] = dict((await db.execute(named)).all())
    lines = [
        *[_alone(one, names) for one in alone],
        *[_together(one, names, counts.get(one.id, (0, 0))) for one in together],
    ]
    return sorted(lines, key=lambda one: (one.made_at, one.id), reverse=True)


def _alone(one: Override, names: Mapping[UUID, str]) -> LedgerLine:
    return LedgerLine(
        id=one.id,
        kind=one.kind.value,
        two=(one.enrolment.person.name, one.mentor.person.name),
        pairs=1,
        standing=int(one.lifted_at is None),
        reason=one.reason,
        cost=one.cost,
        fewer_placed=0,
        made_by=one.made_by,
        made_by_name=names[one.made_by],
        made_at=one.made_at,
    )


def _together(one: PinSet, names: Mapping[UUID, str], counts: tuple[int, int]) -> LedgerLine:
    pairs, standing = counts
    return LedgerLine(
        id=one.id,
        kind=one.kind.value,
        two=None,
        pairs=pairs,
        standing=standing,
        reason=one.reason,
        cost=one.cost,
        fewer_placed=one.fewer_placed,
        made_by=one.made_by,
        made_by_name=names[one.made_by],
        made_at=one.made_at,
    )


async def running_cost(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> RunningCost:
    """Those who wait now, matched with what stands and without it; two solves, in a thread.

    Where nothing stands, nobody is read: with thousands of people that takes a second.
    """
    await require_organiser(db, actor, cohort_id)
    stands = Override.cohort_id == cohort_id, Override.lifted_at.is_(None)
    if not await db.scalar(select(select(Override.id).where(*stands).exists())):
        return RunningCost(0, 0.0, 0, (), {})
    pool = await _pool(db, actor, cohort_id, now=now)
    standing = len(pool.pins) + len(pool.vetoes)
    if not standing:
        return RunningCost(0, 0.0, 0, (), {})
    if len(pool.researchers) * len(pool.mentors) > MOST_PAIRS:
        return RunningCost(standing, None, 0, (), {}, "This cohort is too large to say so at once.")
    until = time.perf_counter() + LONGEST
    try:
        cost: DecisionCost = await asyncio.to_thread(
            cost_of_decisions, pool, out_of_time=lambda: time.perf_counter() > until
        )
    except ValueError as refused:
        return RunningCost(standing, None, 0, (), {}, f"They cannot all hold now. {refused}")
    why = ""
    if cost.loss is None:
        why = "There was not time enough." if cost.stopped else "The rules aim at fairness."
    each = [UUID(one) for c in cost.changes for one in (c.researcher, c.origin, c.target) if one]
    names = await names_of(db, each, each)
    return RunningCost(standing, cost.loss, cost.fewer_placed, cost.changes, names, why)


async def _pool(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> Pool:
    """What a run would solve now, in the open round or in the next one."""
    cohort = await require_organiser(db, actor, cohort_id)
    newest = await latest_round(db, actor, cohort_id)
    if newest is None or newest.state is not RoundState.OPEN:
        trial = round_of_now(cohort, now=now)
        return await pool_now(db, Run(round=trial, number=0), now=now)
    run = await newest_run(db, newest.id)
    number = run.number if run else 0
    return await pool_now(db, Run(round=newest, round_id=newest.id, number=number), now=now)


async def lift(
    db: AsyncSession, actor: Person, cohort_id: UUID, decision_id: UUID, *, now: datetime
) -> None:
    """Take back a pin, a veto or a set of pins, from the next run on."""
    await require_organiser(db, actor, cohort_id)
    if await db.scalar(select(PinSet.id).where(PinSet.id == decision_id)) is not None:
        await lift_set(db, actor, decision_id, now=now)
    else:
        await lift_override(db, actor, decision_id, now=now)
