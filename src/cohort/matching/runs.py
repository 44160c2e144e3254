"""Solving a run: what is read before, and what is stored after, each in a short transaction."""

import asyncio
import math
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, Publishing
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.matching import events
from cohort.matching.gather import gather
from cohort.matching.models import (
    KeptEvidence,
    Pair,
    RoundState,
    Run,
    RunInput,
    RunState,
    Unmatched,
)
from cohort.matching.moves import service as moves
from cohort.matching.results import advice
from cohort.matching.solving import Refused, Solved, solve_pool
from cohort.matching.verdicts.service import seal_of
from cohort.mentors.service import organisers_of
from cohort.pairing.insight import Stake
from cohort.pairing.pool import Pool
from cohort.people.models import Act

NEWER_ROUND = "The round was set aside or replaced by a newer one before this run was solved."
NOT_SOLVED = (
    "An error of this platform ended this run, or the worker stopped each time that it tried. Run "
    "it again; if that does not help, tell those who operate this platform."
)


ENDED = (RunState.SOLVED, RunState.CANCELLED)
"""For good; one that failed may be tried again by whoever retries its job."""


async def begin(db: AsyncSession, run_id: UUID, *, now: datetime) -> Pool | None:
    """What a run has to solve; None where it is solved, or its round is not open any more."""
    run = await read(db, run_id)
    if run.state in ENDED or _fails_as_replaced(db, run, now=now):
        return None
    return await gather(db, run, now=now)


async def store(
    db: AsyncSession, run_id: UUID, found: Solved | Refused, *, read_at: datetime, seconds: float
) -> None:
    """Store what a run found, with its end and its proof: nobody sees half a run.

    `seconds` have passed since its pool was read. What cannot be solved however often it is tried
    fails with a sentence for the organiser.
    """
    run = await read(db, run_id, lock=True)
    now = read_at + timedelta(seconds=seconds)
    if run.state in ENDED or _fails_as_replaced(db, run, now=now):
        return
    if isinstance(found, Refused):
        _fail(db, run, found.sentence, now=now)
    else:
        run.seconds, run.finished_at = seconds, now
        await _store_solved(db, run, found)
        await advice.enqueue(db, run, found.pool, found.advice, now=read_at)
        _record(db, events.RUN_SOLVED, run, now=now)
    await _tell_if_weekly(db, run, now=read_at)


async def solve(db: AsyncSession, run_id: UUID, *, now: datetime) -> None:
    """All of it at once, in this process and in the caller's transaction, as for the demo."""
    pool = await begin(db, run_id, now=now)
    if pool is not None:
        began = time.perf_counter()
        found = await asyncio.to_thread(solve_pool, pool, math.inf, progress=_unseen)
        await store(db, run_id, found, read_at=now, seconds=time.perf_counter() - began)


def _unseen(_step: str, _share: float) -> None:
    """Nobody looks how far it is."""


async def give_up(db: AsyncSession, run_id: UUID, *, now: datetime) -> None:
    run = await read(db, run_id, lock=True)
    if run.state is RunState.QUEUED:
        _fail(db, run, NOT_SOLVED, now=now)
        await _tell_if_weekly(db, run, now=now)


async def read(db: AsyncSession, run_id: UUID, *, lock: bool = False) -> Run:
    """A run with its round and rules; locked until the end of the transaction, if that is asked."""
    whole = select(Run).where(Run.id == run_id)
    whole = whole.options(joinedload(Run.round, innerjoin=True), joinedload(Run.rules))
    if lock:
        whole = whole.with_for_update(of=Run).execution_options(populate_existing=True)
    return (await db.scalars(whole)).one()


def _fail(db: AsyncSession, run: Run, sentence: str, *, now: datetime) -> None:
    run.state, run.error, run.finished_at = RunState.FAILED, sentence, now
    _record(db, events.RUN_FAILED, run, now=now)


def _record(db: AsyncSession, kind: event_log.EventKind, run: Run, *, now: datetime) -> None:
    ids = {"round_id": run.round_id, "run_id": run.id}
    event_log.record(db, kind, run.round.cohort_id, now=now, **ids)


def _fails_as_replaced(db: AsyncSession, run: Run, *, now: datetime) -> bool:
    if run.round.state is RoundState.OPEN:
        return False
    _fail(db, run, NEWER_ROUND, now=now)
    return True


async def _tell_if_weekly(db: AsyncSession, run: Run, *, now: datetime) -> None:
    """Of a round that the weekly clock opened, organisers hear by mail: nobody may be looking.

    Where it may be published by itself, a job decides that, so that it happens once and after
    what was found is kept.
    """
    if run.round.opened_by is not None:
        return
    cohort = await db.get_one(Cohort, run.round.cohort_id)
    if run.state is RunState.SOLVED and cohort.publishing is not Publishing.BY_HAND:
        await enqueue(db, "matching.publish_weekly", now=now, cohort_id=cohort.id, run_id=run.id)
        return
    await tell_organisers(db, run, now=now)


async def tell_organisers(db: AsyncSession, run: Run, *, now: datetime) -> None:
    """Whoever asked for this run needs no mail: the page of the round shows her what it found."""
    cohort_id, asked_by = run.round.cohort_id, await _asked_by(db, run)
    told = [one for one in await organisers_of(db, cohort_id) if one != asked_by]
    arguments = {"cohort_id": cohort_id, "run_id": run.id}
    each = [{**arguments, "organiser_id": one} for one in told]
    await enqueue_each(db, "matching.tell_organiser", each, now=now)


async def _asked_by(db: AsyncSession, run: Run) -> UUID | None:
    """None where the weekly clock did."""
    asked = select(Act.actor_id).where(Act.cohort_id == run.round.cohort_id)
    asked = asked.where(Act.verb == "round.run", Act.subject_id == run.round_id)
    return await db.scalar(asked.where(Act.at == run.queued_at))


async def _store_solved(db: AsyncSession, run: Run, found: Solved) -> None:
    result = found.result
    run.state, run.error = RunState.SOLVED, None
    run.researchers, run.mentors, run.places = found.researchers, found.mentors, found.places
    run.total, run.bound, run.gap = result.total, result.bound, result.gap
    run.stopped = result.stopped
    run.cover_bonus = found.cover_bonus
    if found.ahead:
        run.ahead = found.ahead
    run.input_digest = found.digest
    run.researcher_prices = dict(result.researcher_prices)
    run.mentor_prices = dict(result.mentor_prices)
    await _store_pairs(db, run, found)
    await _store_unmatched(db, run, found)
    await moves.store(db, run, found.moves)
    if found.weighed.evidence is not None:
        run.seal, run.seal_salt = seal_of(found.weighed.evidence)
        await _keep_evidence(db, run, found.weighed.evidence)
    if found.input is not None:
        await db.execute(insert(RunInput).values(run_id=run.id, pool=found.input))


async def _keep_evidence(db: AsyncSession, run: Run, packed: bytes) -> None:
    """The round's newest solved run can be asked; what an older one solved is let go."""
    kept = upsert(KeptEvidence).values(round_id=run.round_id, run_id=run.id, packed=packed)
    newest = {"run_id": kept.excluded.run_id, "packed": kept.excluded.packed}
    await db.execute(kept.on_conflict_do_update(index_elements=["round_id"], set_=newest))


async def _store_pairs(db: AsyncSession, run: Run, found: Solved) -> None:
    rows = [
        {
            "run_id": run.id,
            "enrolment_id": UUID(one.researcher),
            "mentor_id": UUID(one.mentor),
            "score": one.score,
            "fit": one.fit,
            "best_score": one.best,
            "possible_mentors": one.possible,
            "factors": one.factors,
            "reason": one.sentence,
            "pinned": one.pinned,
            **_loss(found.weighed.stakes.get((one.researcher, one.mentor))),
        }
        for one in found.result.pairs
    ]
    if rows:
        await db.execute(insert(Pair), rows)


def _loss(stake: Stake | None) -> dict[str, float | None]:
    """A pair that must be has no price."""
    if stake is None or not math.isfinite(stake.loss):
        return {"loss": None, "fewer_placed": 0}
    return asdict(stake)


async def _store_unmatched(db: AsyncSession, run: Run, found: Solved) -> None:
    rows = [
        {
            "run_id": run.id,
            "enrolment_id": UUID(enrolment_id),
            "code": why.code,
            "reason": f"{why.sentence} {why.next_step}",
            "detail": why.detail,
        }
        for enrolment_id, why in found.result.unmatched.items()
    ]
    if rows:
        await db.execute(insert(Unmatched), rows)
