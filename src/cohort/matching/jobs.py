"""Solving what was queued, and opening what is due."""

from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.jobs.context import JobContext
from cohort.matching import emails, runs, service
from cohort.matching.models import Pair, RoundState
from cohort.pairing.fit import WEAK
from cohort.people.models import Person

log = structlog.get_logger()


async def solve_run(context: JobContext, run_id: str) -> None:
    longest, tell = context.settings.longest_solve, context.progress.write
    await runs.solve(context.db, UUID(run_id), now=context.now, longest=longest, tell=tell)


async def tell_organiser(context: JobContext, run_id: str, organiser_id: str) -> None:
    """A weekly round is solved, or could not be; not worth a mail once someone acted on it."""
    run = await runs.read(context.db, UUID(run_id))
    if run.round.state is RoundState.OPEN:
        cohort = await context.db.get_one(Cohort, run.round.cohort_id)
        organiser = await context.db.get_one(Person, UUID(organiser_id))
        weak = func.count().filter(Pair.fit == WEAK)
        counted = await context.db.execute(select(func.count(), weak).where(Pair.run_id == run.id))
        await context.deliver(emails.round_waits(organiser, cohort, run, *counted.one()))


async def give_up_run(context: JobContext, run_id: str) -> None:
    """The last attempt failed: say so on the run, so that a new one can be made."""
    await runs.give_up(context.db, UUID(run_id), now=context.now)


async def open_due_rounds(ctx: dict[str, Any]) -> None:
    """Open the week's round of every cohort that is due; any number of workers may try at once.

    Each cohort is a transaction of its own, so that one that cannot be opened now holds up
    nobody, and is tried again the next minute.
    """
    runner = ctx["runner"]
    now = runner.clock()
    async with unit_of_work(runner.sessions) as db:
        due = await service.due_cohorts(db, now=now)
    for cohort_id, tick in due:
        try:
            async with unit_of_work(runner.sessions) as db:
                await service.open_weekly(db, cohort_id, tick, now=now)
        except SQLAlchemyError as error:
            log.warning("round not opened", cohort=str(cohort_id), exc_info=error)
            continue
        await runner.wake_up.wake(outbox.enqueued_by(db))
