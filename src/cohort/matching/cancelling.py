"""Stopping a run that nobody wants any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict
from cohort.jobs import event_log, outbox
from cohort.matching import events, runs
from cohort.matching.models import Run, RunState
from cohort.matching.results import service as results
from cohort.people import audit
from cohort.people.models import Person


class RunEnded(Conflict):
    code = "run_ended"
    title = "This run has ended"


async def cancel(db: AsyncSession, actor: Person, run_id: UUID, *, now: datetime) -> Run:
    """Stop a run that waits or is being solved. A second time changes nothing.

    The job is taken first, then the run, in the order of a worker that stores: the two never wait
    for each other. A worker that solves sees that its job is gone, and ends the process.
    """
    await results.get_run(db, actor, run_id)
    await outbox.withdraw(db, "matching.solve_run", run_id=run_id)
    run = await runs.read(db, run_id, lock=True)
    if run.state is RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, now
        cohort_id = run.round.cohort_id
        audit.record(db, actor, "run.cancel", run_id, now=now, cohort_id=cohort_id)
        ids = {"round_id": run.round_id, "run_id": run_id}
        event_log.record(db, events.RUN_CANCELLED, cohort_id, now=now, **ids)
    if run.state is not RunState.CANCELLED:
        raise RunEnded(f"This run is {run.state} already, so there is nothing left to cancel.")
    return run
