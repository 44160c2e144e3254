"""Solving a run: gather, find the pairs off the event loop, store them with their proof."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.jobs.outbox import enqueue_each
from cohort.matching.gather import gather
from cohort.matching.models import KeptEvidence, Pair, RoundState, Run, RunState, Unmatched
from cohort.mentors.service import organisers_of
from cohort.pairing.find import Result, find_pairs
from cohort.pairing.insight import Stake
from cohort.pairing.pool import Pool
from cohort.pairing.weighing import Weighed, weigh

NEWER_ROUND = "A newer round took the place of this one before this run was solved."
WORKER_DIED = (
    "The worker stopped every time that it tried to solve this run. Run it again; if that does "
    "not help, tell those who operate this platform."
)

LONGEST_QUESTION = 10.0
"""Seconds for each of the questions that are asked once the pairs are found."""
LOOKS_EVERY = 0.3
Tell = Callable[[UUID, str, float], Awaitable[None]]


@dataclass
class Seen:
    """How far the thread is; it writes, the event loop reads."""

    step: str = "scoring"
    share: float = 0.0

    def note(self, step: str, share: float) -> None:
        self.step, self.share = step, share


async def _nobody(_about: UUID, _step: str, _share: float) -> None:
    """Nobody looks how far it is."""


async def solve(
    db: AsyncSession,
    run_id: UUID,
    *,
    now: datetime,
    longest: float = math.inf,
    tell: Tell = _nobody,
) -> None:
    """Solve a run once, within the caller's transaction; `tell` each step before it begins.

    After `longest` seconds the best pairs so far are kept, with how far from the best they may
    be. The pairs, the proof and the run's end are one commit: nobody sees half a run. What cannot
    be solved however often it is tried fails with a sentence for the organiser.
    """
    run = await read(db, run_id)
    if run.state is RunState.SOLVED:
        return
    if run.round.state is not RoundState.OPEN:
        fail(run, NEWER_ROUND, now=now)
        return
    await _find_and_store(db, run, now=now, longest=longest, tell=tell)
    if run.round.opened_by is None:
        await _tell_organisers(db, run, now=now)


async def _find_and_store(
    db: AsyncSession, run: Run, *, now: datetime, longest: float, tell: Tell
) -> None:
    pool = await gather(db, run, now=now)
    seen, began = Seen(), time.perf_counter()
    telling = asyncio.create_task(_keep_telling(run.id, seen, tell))
    try:
        result, weighed = await asyncio.to_thread(_find, pool, seen, began + longest)
    except ValueError as refused:
        fail(run, str(refused), now=now)
        return
    finally:
        telling.cancel()
    run.seconds = time.perf_counter() - began
    run.finished_at = now + timedelta(seconds=run.seconds)
    _store(db, run, pool, result, weighed)
    if weighed.evidence is not None:
        await _keep_evidence(db, run, weighed.evidence)


def _find(pool: Pool, seen: Seen, until: float) -> tuple[Result, Weighed]:
    result = find_pairs(pool, progress=seen.note, out_of_time=lambda: time.perf_counter() > until)
    seen.note("weighing", 0.0)
    return result, weigh(pool, result.held, a_while)


def a_while() -> Callable[[], bool]:
    until = time.perf_counter() + LONGEST_QUESTION
    return lambda: time.perf_counter() > until


async def _keep_telling(run_id: UUID, seen: Seen, tell: Tell) -> None:
    """Until it is cancelled."""
    told = ("", 0.0)
    while True:
        if told != (seen.step, seen.share):
            told = (seen.step, seen.share)
            await tell(run_id, *told)
        await asyncio.sleep(LOOKS_EVERY)


async def _tell_organisers(db: AsyncSession, run: Run, *, now: datetime) -> None:
    """The weekly clock opened this round: nobody may be looking."""
    cohort_id = run.round.cohort_id
    told = {"cohort_id": cohort_id, "run_id": run.id}
    each = [{**told, "organiser_id": one} for one in await organisers_of(db, cohort_id)]
    await enqueue_each(db, "matching.tell_organiser", each, now=now)


async def give_up(db: AsyncSession, run_id: UUID, *, now: datetime) -> None:
    run = await read(db, run_id)
    if run.state is RunState.QUEUED:
        fail(run, WORKER_DIED, now=now)


async def read(db: AsyncSession, run_id: UUID) -> Run:
    whole = (joinedload(Run.round), joinedload(Run.rules))
    return (await db.scalars(select(Run).where(Run.id == run_id).options(*whole))).one()


def _loss(stake: Stake | None) -> dict[str, float]:
    """A pair that must be has no price."""
    return asdict(stake) if stake and math.isfinite(stake.loss) else {}


def fail(run: Run, sentence: str, *, now: datetime) -> None:
    run.state, run.error, run.finished_at = RunState.FAILED, sentence, now


async def _keep_evidence(db: AsyncSession, run: Run, packed: bytes) -> None:
    """The round's newest solved run can be asked; what an older one solved is let go."""
    newest = {"run_id": run.id, "packed": packed}
    kept = insert(KeptEvidence).values(round_id=run.round_id, **newest)
    await db.execute(kept.on_conflict_do_update(index_elements=["round_id"], set_=newest))


def _store(db: AsyncSession, run: Run, pool: Pool, result: Result, weighed: Weighed) -> None:
    run.state, run.error = RunState.SOLVED, None
    run.researchers, run.mentors = len(pool.researchers), len(pool.mentors)
    run.places = sum(pool.places)
    run.total, run.bound, run.gap = result.total, result.bound, result.gap
    run.stopped = result.stopped
    run.cover_bonus = result.held.solution.cover_bonus if result.held else None
    run.input_digest = pool.digest()
    run.advice = asdict(weighed.advice) if weighed.advice else None
    run.researcher_prices = dict(result.researcher_prices)
    run.mentor_prices = dict(result.mentor_prices)
    db.add_all(
        Pair(
            run_id=run.id,
            enrolment_id=UUID(found.researcher),
            mentor_id=UUID(found.mentor),
            score=found.score,
            fit=found.fit,
            best_score=found.best,
            possible_mentors=found.possible,
            factors=found.factors,
            reason=found.sentence,
            pinned=found.pinned,
            **_loss(weighed.stakes.get((found.researcher, found.mentor))),
        )
        for found in result.pairs
    )
    db.add_all(
        Unmatched(
            run_id=run.id,
            enrolment_id=UUID(enrolment_id),
            code=why.code,
            reason=f"{why.sentence} {why.next_step}",
            detail=why.detail,
        )
        for enrolment_id, why in result.unmatched.items()
    )
