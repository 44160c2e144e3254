"""Solving what was queued, and opening what is due."""

from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.jobs.context import Work
from cohort.matching import emails, runs, service
from cohort.matching.models import Pair, RoundState
from cohort.people.models import Person

log = structlog.get_logger()


async def solve_run(work: Work, run_id: str) -> None:
    longest, tell = work.settings.longest_solve, work.board.write
    await runs.solve(work.db, UUID(run_id), now=work.now, longest=longest, tell=tell)


async def tell_organiser(work: Work, run_id: str, organiser_id: str) -> None:
    """A weekly round is solved, or could not be; not worth a mail once someone acted on it."""
    run = await runs.read(work.db, UUID(run_id))
    if run.round.state is RoundState.OPEN:
        cohort = await work.db.get_one(Cohort, run.round.cohort_id)
        organiser = await work.db.get_one(Person, UUID(organiser_id))
        paired = await work.db.scalar(select(func.count()).where(Pair.run_id == run.id))
        await work.deliver(emails.round_waits(organiser, cohort, run, paired or 0))


async def give_up_run(work: Work, run_id: str) -> None:
    """The last attempt failed: say so on the run, so that a new one can be made."""
    await runs.give_up(work.db, UUID(run_id), now=work.now)


async def open_due_rounds(ctx: dict[str, Any]) -> None:
    """Open the week's round of every cohort that is due; any number of workers may try at once.

    Each cohort is a transaction of its own, so that one that cannot be opened now holds up
    nobody, and is tried again the next minute.
    """
    keeper = ctx["keeper"]
    now = keeper.clock()
    async with unit_of_work(keeper.sessions) as db:
        due = await service.due_cohorts(db, now=now)
    for cohort_id, tick in due:
        try:
            async with unit_of_work(keeper.sessions) as db:
                await service.open_weekly(db, cohort_id, tick, now=now)
        except SQLAlchemyError as error:
            log.warning("round not opened", cohort=str(cohort_id), exc_info=error)
            continue
        await keeper.bell.ring(outbox.promises_of(db))
