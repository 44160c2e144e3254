"""Advice on a solved run, what would help; worked out after the pairs, by a job of its own."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.jobs import event_log, outbox
from cohort.jobs.outbox import Queue
from cohort.matching import events
from cohort.matching.models import AdviceInput, AdviceState, KeptEvidence, Round, Run
from cohort.matching.results.service import get_solved_run
from cohort.matching.results.what_ifs import NoEvidence
from cohort.matching.solving import Advised
from cohort.pairing.advising import Advice
from cohort.people.models import Person

UNFINISHED = (AdviceState.FAILED, AdviceState.CUT_SHORT)


async def enqueue(
    db: AsyncSession, run: Run, packed_pool: bytes | None, known: Advice | None, *, now: datetime
) -> None:
    """Ask for advice on a run that was just solved, or keep what is `known` of a large pool.

    What earlier runs of its round solved is let go, as nobody asks them any more.
    """
    earlier = select(Run.id).where(Run.round_id == run.round_id)
    await db.execute(delete(AdviceInput).where(AdviceInput.run_id.in_(earlier)))
    if packed_pool is None:
        run.advice_state = AdviceState.NONE if known is None else AdviceState.READY
        run.advice = None if known is None else asdict(known)
        return
    run.advice_state = AdviceState.PENDING
    await db.execute(insert(AdviceInput).values(run_id=run.id, pool=packed_pool))
    await _enqueue(db, run, now=now)


async def _enqueue(db: AsyncSession, run: Run, *, now: datetime) -> None:
    cohort_id = await db.scalar(select(Round.cohort_id).where(Round.id == run.round_id))
    await outbox.enqueue(
        db,
        "matching.work_out_advice",
        now=now,
        queue=Queue.COMPUTING,
        cohort_id=cohort_id,
        run_id=run.id,
    )


async def begin(db: AsyncSession, run_id: UUID, *, now: datetime) -> tuple[bytes, bytes] | None:
    """The pool and the evidence of a run to advise on.

    None where a newer run or a newer round of the cohort took its place, as nobody asks it then.
    """
    newer = aliased(Round)
    later = select(newer.id).where(
        newer.cohort_id == Round.cohort_id, newer.opened_at > Round.opened_at
    )
    wanted = (
        select(AdviceInput.pool, KeptEvidence.packed)
        .join(KeptEvidence, KeptEvidence.run_id == AdviceInput.run_id)
        .join(Round, Round.id == KeptEvidence.round_id)
        .where(AdviceInput.run_id == run_id, ~later.exists())
    )
    found = (await db.execute(wanted)).one_or_none()
    if found is None:
        await _end(db, run_id, AdviceState.NONE, now=now)
        await db.execute(delete(AdviceInput).where(AdviceInput.run_id == run_id))
        return None
    pool, evidence = found
    return pool, evidence


async def store(db: AsyncSession, run_id: UUID, found: Advised, *, now: datetime) -> None:
    """Its input is kept only where a second try could find more."""
    state = AdviceState.CUT_SHORT if found.cut_short else AdviceState.READY
    await _end(db, run_id, state, now=now, advice=asdict(found.advice))
    if not found.cut_short:
        await db.execute(delete(AdviceInput).where(AdviceInput.run_id == run_id))


async def give_up(db: AsyncSession, run_id: UUID, *, now: datetime) -> None:
    await _end(db, run_id, AdviceState.FAILED, now=now)


async def _end(
    db: AsyncSession, run_id: UUID, state: AdviceState, *, now: datetime, **found: object
) -> None:
    unfinished = (AdviceState.PENDING, *UNFINISHED)
    whose = update(Run).where(Run.id == run_id, Run.advice_state.in_(unfinished))
    whose = whose.where(Run.round_id == Round.id).values(advice_state=state, **found)
    ended = (await db.execute(whose.returning(Round.id, Round.cohort_id))).one_or_none()
    if ended is not None:
        round_id, cohort_id = ended
        ids = {"round_id": round_id, "run_id": run_id}
        event_log.record(db, events.RUN_ADVISED, cohort_id, now=now, **ids)


async def ask_again(db: AsyncSession, actor: Person, run_id: UUID, *, now: datetime) -> Run:
    """Work it out once more where it failed or was cut short; else nothing changes."""
    run = await get_solved_run(db, actor, run_id)
    if run.advice_state not in UNFINISHED:
        return run
    there = select(AdviceInput.run_id).where(AdviceInput.run_id == run_id)
    if await db.scalar(there) is None:
        raise NoEvidence("A newer run took the place of this one. Look at that one's advice.")
    unfinished = update(Run).where(Run.id == run_id, Run.advice_state.in_(UNFINISHED))
    pending = unfinished.values(advice_state=AdviceState.PENDING).returning(Run.id)
    if await db.scalar(pending) is not None:  # of two clicks, one gets here
        await _enqueue(db, run, now=now)
    return run
