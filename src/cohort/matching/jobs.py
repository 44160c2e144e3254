"""Solving what was queued, working the advice out, and opening what is due."""

import time
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from cohort.cohorts.models import Cohort, CohortState, Publishing
from cohort.db import Prepared
from cohort.jobs.context import CronContext, Delivery, JobContext, Outside
from cohort.jobs.processes import OutOfMemory
from cohort.jobs.progress import JobProgress
from cohort.matching import emails, events, runs, service
from cohort.matching.introducing import waiting
from cohort.matching.models import Pair, Round, RoundState, Run, RunInput
from cohort.matching.results import advice
from cohort.matching.solving import Advised, Refused, Solved, advise_on, solve_pool
from cohort.matching.warnings.service import warnings_of
from cohort.pairing.fit import WEAK
from cohort.people.models import Person

log = structlog.get_logger()

TOO_MUCH_MEMORY = (
    "This run needs more memory than a matching may use here. Match the cohort in parts, or ask "
    "those who operate this platform for more (COHORT_SOLVER_MEMORY)."
)


async def solve_run(context: JobContext, run_id: str) -> Outside[Solved | Refused] | None:
    """Read the pool, solve it in a process of its own, store what it found."""
    run, read_at, began = UUID(run_id), context.now, time.perf_counter()
    pool = await runs.begin(context.db, run, now=read_at)
    if pool is None:
        return None
    round_ = (await runs.read(context.db, run)).round
    ids = {"round_id": round_.id, "run_id": run}

    async def on_progress(step: str, share: float) -> None:
        await context.progress.write(run, step, share)
        now = JobProgress(step, share)
        await context.progress.tell(round_.cohort_id, events.RUN_PROGRESS, ids, now)

    async def work() -> Solved | Refused:
        longest = context.settings.longest_solve
        try:
            return await context.processes.call(solve_pool, pool, longest, on_progress=on_progress)
        except OutOfMemory:
            return Refused(TOO_MUCH_MEMORY)

    async def store(later: JobContext, found: Solved | Refused) -> None:
        seconds = time.perf_counter() - began
        await runs.store(later.db, run, found, read_at=read_at, seconds=seconds)

    return Outside(work, store)


async def give_up_run(context: JobContext, run_id: str) -> None:
    """The run will not be tried again: say so on it, so that a new one can be made."""
    await runs.give_up(context.db, UUID(run_id), now=context.now)


async def work_out_advice(context: JobContext, run_id: str) -> Outside[Advised] | None:
    """What would help; the pairs are there already, and may be published meanwhile."""
    run = UUID(run_id)
    given = await advice.begin(context.db, run, now=context.now)
    if given is None:
        return None

    async def store(later: JobContext, found: Advised) -> None:
        await advice.store(later.db, run, found, now=later.now)

    on_progress = partial(context.progress.write, run)
    return Outside(
        partial(context.processes.call, advise_on, *given, on_progress=on_progress), store
    )


async def give_up_advice(context: JobContext, run_id: str) -> None:
    await advice.give_up(context.db, UUID(run_id), now=context.now)


async def tell_organiser(context: JobContext, run_id: str, organiser_id: str) -> Delivery:
    """A weekly round is solved, or could not be; not worth a mail once someone acted on it."""
    run = await runs.read(context.db, UUID(run_id))
    if run.round.state is not RoundState.OPEN:
        return None
    cohort = await context.db.get_one(Cohort, run.round.cohort_id)
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    weak = func.count().filter(Pair.fit == WEAK)
    counted = await context.db.execute(select(func.count(), weak).where(Pair.run_id == run.id))
    holding = await _holding(context, cohort, run)
    return context.deliver(emails.round_waits(organiser, cohort, run, holding, *counted.one()))


async def tell_introductions_wait(
    context: JobContext, round_id: str, period: str, organiser_id: str
) -> Delivery:
    """The week's matching did not open; nothing to say once somebody decided."""
    round_ = await context.db.get_one(Round, UUID(round_id))
    if round_.state is not RoundState.OPEN:
        return None
    cohort = await context.db.get_one(Cohort, round_.cohort_id)
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.introductions_wait(organiser, cohort, round_, period))


async def publish_weekly(context: JobContext, run_id: str) -> None:
    """A weekly run is solved, and its cohort publishes by itself; else the organisers are told."""
    run = await runs.read(context.db, UUID(run_id))
    newest = await service.newest_run(context.db, run.round_id)
    if run.round.state is not RoundState.OPEN or newest is None or newest.id != run.id:
        return
    cohort = await context.db.get_one(Cohort, run.round.cohort_id)
    if await _holding(context, cohort, run) or cohort.publishing is Publishing.BY_HAND:
        await runs.tell_organisers(context.db, run, now=context.now)
    else:
        await service.publish_by_itself(context.db, run.round, now=context.now)


async def _holding(context: JobContext, cohort: Cohort, run: Run) -> list[str]:
    """What keeps a round from being published by itself, in sentences."""
    if cohort.publishing is not Publishing.UNLESS_WARNED:
        return []
    return [one.sentence for one in await warnings_of(context.db, run) if one.holds]


async def open_due_rounds(context: CronContext) -> None:
    """Open the week's round of every cohort that is due; any number of workers may try at once.

    Each cohort is a transaction of its own, so that one that cannot be opened now holds up
    nobody, and is tried again the next minute.
    """
    now = context.clock()
    async with context.statements() as db:
        due = await service.due_cohorts(db, now=now)
    for cohort_id, tick in due:
        try:
            async with context.transaction() as db:
                await waiting.open_week(db, cohort_id, tick, now=now)
        except SQLAlchemyError as error:
            log.warning("round not opened", cohort=str(cohort_id), exc_info=error)


_OF_ENDED = RunInput.run_id.in_(
    select(Run.id)
    .join(Round, Round.id == Run.round_id)
    .join(Cohort, Cohort.id == Round.cohort_id)
    .where(Cohort.state.in_((CohortState.COMPLETED, CohortState.ARCHIVED)))
)
_INPUT_OF_ENDED = Prepared(select(RunInput.run_id).where(_OF_ENDED).limit(1))


async def forget_inputs(context: CronContext) -> None:
    """Once a cohort has ended nobody replays its runs: what they solved is let go."""
    if await context.finds(_INPUT_OF_ENDED):
        async with context.transaction() as db:
            await db.execute(delete(RunInput).where(_OF_ENDED))
