"""What an act on many pairs would pin, and what that costs; nothing is kept."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.matching.gather import gather, standing_overrides, taking_part
from cohort.matching.models import Override, OverrideKind, Pair, PinSetKind, RoundKind, Run
from cohort.matching.overrides.service import ContradictsOverride, said_already
from cohort.matching.repairing import asking
from cohort.matching.repairing.schemas import PinSetIn
from cohort.matching.results import what_ifs
from cohort.pairing.alternatives import Change
from cohort.pairing.pins import pins_by_position
from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.pricing import DecisionCost, cost_of_pins
from cohort.pairing.repairing import pairs_after
from cohort.people.models import Person
from cohort.rules import service as rules

LONGEST = 5.0
"""Seconds for the price of a lock, which needs two solves."""


class CannotPin(Conflict):
    code = "cannot_pin"
    title = "These pins cannot hold"


class StillTakesPart(Conflict):
    code = "still_takes_part"
    title = "Whoever is to be replaced still takes part"


@dataclass(frozen=True)
class PinPlan:
    """new  the pairs to pin that are not pinned yet, by enrolment and mentor.

    veto     the pair to keep apart from now on.
    lifted   earlier pins of the same round that would be lifted for it.
    cost     of the total; None where it is not known.
    changes  what would move by it; of a lock, what it keeps from moving.
    basis    what it was planned on; once that is not `taking_part` any more, it has to be planned
             anew.
    """

    run: Run
    kind: PinSetKind
    new: Sequence[tuple[UUID, UUID]]
    veto: tuple[UUID, UUID] | None
    lifted: Sequence[Override]
    cost: float | None
    fewer_placed: int
    changes: Sequence[Change]
    names: Mapping[str, str]
    basis: frozenset[Any]


async def plan(
    db: AsyncSession, actor: Person, run: Run, form: PinSetIn, *, now: datetime
) -> PinPlan:
    if run.round.kind is RoundKind.INTRODUCTIONS:
        raise CannotPin(
            "In a round of introductions everybody meets several mentors, so that no pairs are "
            "locked, swapped or repaired. Veto a pair instead, and run the round again."
        )
    basis = await taking_part(db, run.round, now=now)  # first: what changes later is noticed
    pool = await pool_now(db, run, now=now)
    if form.kind is PinSetKind.LOCK:
        pins, cost = await _lock(db, run, form, pool)
    elif form.kind is PinSetKind.SWAP:
        pins, cost = await _swap(db, actor, run, form)
    else:
        pins, cost = await _repair(db, actor, run, form, pool)
    veto = _veto(form)
    standing = await standing_overrides(db, run.round.cohort_id)
    pinned = {str(one.enrolment_id): one for one in standing if one.kind is OverrideKind.PIN}
    new = [two for two in pins if two[0] not in pinned or str(pinned[two[0]].mentor_id) != two[1]]
    lifted = [pinned[researcher] for researcher, _ in new if researcher in pinned]
    for one in (*lifted, *_vetoes_of(standing, new)):
        if one.pin_set_id is None:
            raise ContradictsOverride(said_already(one))
    _check(pool, new, lifted, veto)
    return PinPlan(
        run=run,
        kind=form.kind,
        new=[(UUID(researcher), UUID(mentor)) for researcher, mentor in new],
        veto=veto,
        lifted=lifted,
        cost=cost.loss,
        fewer_placed=cost.fewer_placed,
        changes=cost.changes,
        names=await asking.names_in(db, cost.changes),
        basis=basis,
    )


async def pool_now(db: AsyncSession, run: Run, *, now: datetime) -> Pool:
    """What the next run of the round would solve."""
    standing = await rules.standing(db, run.round.cohort_id, now=now)
    following = Run(
        round=run.round,
        round_id=run.round_id,
        rules=standing,
        number=run.number + 1,
        balance=run.round.balance,
    )
    return await gather(db, following, now=now)


async def _lock(
    db: AsyncSession, run: Run, form: PinSetIn, pool: Pool
) -> tuple[list[IdPair], DecisionCost]:
    """The pairs of the run, all or those of some, which may still be: whose researcher waits, and
    whose mentor neither paused nor left. What keeps them is priced on what holds now."""
    found = select(Pair.enrolment_id, Pair.mentor_id).where(Pair.run_id == run.id)
    pairs = [(str(i), str(j)) for i, j in await db.execute(found.order_by(Pair.enrolment_id))]
    there = {one.id for one in pool.mentors}
    kept = [two for two in pairs if two[1] in there]
    wanted = [str(one) for one in form.enrolment_ids]
    for place, one in enumerate(wanted):
        if one not in {researcher for researcher, _ in pairs}:
            raise Invalid.at(f"enrolment_ids/{place}", "This run has no pair with this researcher.")
        if one not in {researcher for researcher, _ in kept}:
            raise Invalid.at(
                f"enrolment_ids/{place}", "The mentor of this pair is paused or not approved now."
            )
    waiting = {one.id for one in pool.researchers}
    pins = [two for two in kept if two[0] in waiting and (not wanted or two[0] in wanted)]
    return pins, await _priced(pool, pins)


async def _priced(pool: Pool, pins: Sequence[IdPair]) -> DecisionCost:
    if len(pool.researchers) * len(pool.mentors) > what_ifs.MOST_PAIRS:
        return DecisionCost(None, 0, ())
    until = time.perf_counter() + LONGEST
    try:
        return await asyncio.to_thread(
            cost_of_pins, pool, pins, out_of_time=lambda: time.perf_counter() > until
        )
    except ValueError as refused:
        raise CannotPin(str(refused)) from refused


async def _swap(
    db: AsyncSession, actor: Person, run: Run, form: PinSetIn
) -> tuple[list[IdPair], DecisionCost]:
    if len(form.enrolment_ids) != 2:
        raise Invalid.at("enrolment_ids", "Name the two researchers who swap their mentors.")
    found = await asking.swap(db, actor, run.id, *form.enrolment_ids)
    price = found.price
    return list(price.pins), DecisionCost(price.cost, price.fewer_placed, price.changes)


async def _repair(
    db: AsyncSession, actor: Person, run: Run, form: PinSetIn, pool: Pool
) -> tuple[list[IdPair], DecisionCost]:
    """All pairs of the chosen way on; whoever is to be replaced must have left by now."""
    researcher = form.enrolment_ids[0] if form.enrolment_ids else None
    found = await asking.repairs(db, actor, run.id, researcher, form.mentor_id)
    option = next((one for one in found.options if one.moved == form.moved), None)
    if option is None:
        raise Invalid.at("moved", "There is no way on that moves so many people. Look again.")
    gone = None if researcher and form.mentor_id else str(researcher or form.mentor_id)
    if gone in {*(one.id for one in pool.researchers), *(one.id for one in pool.mentors)}:
        raise StillTakesPart(
            f"{found.researcher or found.mentor} still takes part. Let them withdraw or pause "
            "first; the ways on stay the same until the round is run again."
        )
    pins = await what_ifs.answer(db, run, lambda known: pairs_after(known, option, gone=gone))
    return pins, DecisionCost(option.loss, option.fewer_placed, option.changes)


def _veto(form: PinSetIn) -> tuple[UUID, UUID] | None:
    """A repair of a pair keeps the two apart from now on."""
    if form.kind is not PinSetKind.REPAIR or not form.enrolment_ids or form.mentor_id is None:
        return None
    return form.enrolment_ids[0], form.mentor_id


def _vetoes_of(standing: Sequence[Override], pins: Sequence[IdPair]) -> list[Override]:
    wanted = set(pins)
    return [
        one
        for one in standing
        if one.kind is OverrideKind.VETO and (str(one.enrolment_id), str(one.mentor_id)) in wanted
    ]


def _check(
    pool: Pool,
    new: Sequence[IdPair],
    lifted: Sequence[Override],
    veto: tuple[UUID, UUID] | None,
) -> None:
    """That the next run can honour them all, as it would check itself."""
    gone = {(str(one.enrolment_id), str(one.mentor_id)) for one in lifted}
    vetoes = [*pool.vetoes, *([(str(veto[0]), str(veto[1]))] if veto else [])]
    pins = [*[pin for pin in pool.pins if pin not in gone], *new]
    try:
        pins_by_position(replace(pool, pins=pins, vetoes=vetoes))
    except ValueError as refused:
        raise CannotPin(str(refused)) from refused
