"""Real workers on real servers, killed and stopped in the middle of a round.

To catch a solve in the middle, its process is stopped (SIGSTOP) before the round is opened. The
worker that comes next works in this process, by a clock that is set ahead: nobody waits for a
lease to end.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psutil
import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text, update

from cohort.cohorts.models import Cohort, Publishing
from cohort.db import unit_of_work
from cohort.jobs import wake
from cohort.jobs.outbox import (
    LEASE,
    Enqueued,
    Job,
    JobState,
    Queue,
    due,
    enqueue_each,
    pause_after,
)
from cohort.mail import MailboxMessage
from cohort.matching.jobs import open_due_rounds
from cohort.matching.models import NextOffer, Pair, Round, RoundState, Run, RunState
from cohort.mentorships.models import Proposal, ProposalState
from cohort.worker import sweep
from tests.conftest import Cast, Platform
from tests.rooms.accounts import EMAIL
from tests.rooms.matching_world import Stage, keep_runs, open_and_solve, set_the_stage

PATIENCE = 40
STORING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND query LIKE 'INSERT INTO pairs%'"
)
PUBLISHING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND query LIKE 'INSERT INTO acts%'"
)
OFFERING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND query LIKE 'INSERT INTO next_offers%'"
)
IN_TRANSACTION = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - interval '200 ms'"
)
SOLVER_IS_READY = 50 * 2**20
"""Bytes that a process holds once it has imported what it solves with."""


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> AsyncGenerator[Stage]:
    """A cohort whose next weekly time is yet to come, by the real clock; and an empty Redis."""
    stage = await set_the_stage(platform, enter)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Cohort).values(running_since=datetime.now(UTC)))
    await flush(platform)
    yield stage
    await flush(platform)


async def flush(platform: Platform) -> None:
    redis = wake.connect(platform.settings.redis_url)
    await redis.flushall()
    await redis.aclose()


@contextmanager
def worker(platform: Platform, **changes: str) -> Generator[subprocess.Popen[bytes]]:
    """A worker in a process of its own; gone at the end, whatever it was doing."""
    settings = platform.settings
    environment = {
        **os.environ,
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_DEVELOPMENT": "true",
        "COHORT_LOG_LEVEL": "ERROR",
    }
    environment |= changes
    with subprocess.Popen([sys.executable, "-m", "cohort", "work"], env=environment) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def caught_while_storing(
    platform: Platform, process: subprocess.Popen[bytes], sent: signal.Signals
) -> None:
    """Send the signal between the solving of a run and the storing of its pairs."""

    async def it_waits_to_store() -> bool:
        async with platform.sessions() as db:
            return bool(await db.scalar(STORING))

    async with platform.sessions() as holder, holder.begin():
        await holder.execute(text("LOCK TABLE pairs IN EXCLUSIVE MODE"))
        await until(it_waits_to_store)
        process.send_signal(sent)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110  (what we wait for is in another process)
            await asyncio.sleep(0.05)


def ended(platform: Platform) -> Callable[[], Awaitable[bool]]:
    async def no_job_waits() -> bool:
        async with platform.sessions() as db:
            kept = select(Job.state).where(Job.name == "matching.solve_run")
            states = (await db.scalars(kept)).all()
            return bool(states) and set(states) == {JobState.SUCCEEDED}

    return no_job_waits


async def the_round_is_solved_once(platform: Platform) -> None:
    async with platform.sessions() as db:
        run = (await db.scalars(select(Run))).one()
        assert (run.state, run.number, run.gap) == (RunState.SOLVED, 1, 0)
        assert await db.scalar(select(func.count()).select_from(Pair)) == 2
        assert await db.scalar(select(func.count()).select_from(Round)) == 1


async def the_next_worker_comes(platform: Platform, *, after: timedelta) -> None:
    platform.clock.now = datetime.now(UTC) + after
    await platform.run_jobs()


async def the_job(platform: Platform) -> Job:
    async with platform.sessions() as db:
        return (await db.scalars(select(Job).where(Job.name == "matching.solve_run"))).one()


async def open_round(stage: Stage) -> None:
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    assert opened.status_code == 201


async def attempts(platform: Platform) -> int:
    return (await the_job(platform)).attempts


@pytest.mark.long
async def test_a_worker_killed_in_mid_round_leaves_it_to_the_next_one(
    stage: Stage, platform: Platform
) -> None:
    await open_round(stage)
    with worker(platform) as first:
        await caught_while_storing(platform, first, signal.SIGKILL)
        first.wait()

    assert (await the_job(platform)).due_at <= datetime.now(UTC) + LEASE
    await the_next_worker_comes(platform, after=LEASE)

    assert await attempts(platform) == 2
    await the_round_is_solved_once(platform)


@pytest.mark.long
async def test_a_worker_killed_while_it_publishes_the_week_leaves_it_to_the_next_one(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        late = {"running_since": platform.clock(), "publishing": Publishing.AUTOMATIC}
        await db.execute(update(Cohort).values(**late))
    platform.clock.now = datetime.now(UTC)
    await open_due_rounds(platform.runner.cron)
    await keep_runs(platform)  # the pairs are stored, and that they are to be published

    async def it_publishes() -> bool:
        async with platform.sessions() as db:
            return bool(await db.scalar(PUBLISHING))

    async with platform.sessions() as holder, holder.begin():
        await holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await holder.execute(text("LOCK TABLE acts IN EXCLUSIVE MODE"))
        with worker(platform) as first:
            await until(it_publishes)
            first.send_signal(signal.SIGKILL)
            first.wait()

    async with platform.sessions() as db:
        assert await db.scalar(select(Round.state)) == RoundState.OPEN
    await the_next_worker_comes(platform, after=2 * LEASE)

    await the_round_is_solved_once(platform)
    async with platform.sessions() as db:
        assert await db.scalar(select(Round.state)) == RoundState.PUBLISHED
        assert await db.scalar(select(func.count()).select_from(Proposal)) == 2
        about = MailboxMessage.subject.contains(" for you: ")
        to = (await db.scalars(select(MailboxMessage.to).where(about))).all()
        assert len(to) == len(set(to)) == 4, to


@pytest.mark.long
async def test_a_worker_killed_while_it_offers_the_next_best_leaves_one_offer_to_the_next_one(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=0, mentors=1)
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    ada = stage.people["Ada"]
    [first] = (await ada.get("/api/v1/proposals")).json()["items"]
    async with unit_of_work(platform.sessions) as db:  # the worker goes by the real clock
        await db.execute(update(Proposal).values(expires_at=datetime.now(UTC) + 9 * LEASE))
    no = await ada.post(f"/api/v1/proposals/{first['id']}/refusal", json={"note": "Not now."})
    assert no.status_code == 200

    async def it_offers() -> bool:
        async with platform.sessions() as db:
            return bool(await db.scalar(OFFERING))

    async with platform.sessions() as holder, holder.begin():
        await holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await holder.execute(text("LOCK TABLE next_offers IN EXCLUSIVE MODE"))
        with worker(platform) as killed:
            await until(it_offers)
            killed.send_signal(signal.SIGKILL)
            killed.wait()

    async with platform.sessions() as db:
        assert await db.scalar(select(func.count()).select_from(NextOffer)) == 0
    await the_next_worker_comes(platform, after=2 * LEASE)

    async with platform.sessions() as db:
        job = (await db.scalars(select(Job).where(Job.name == "matching.offer_next"))).one()
        assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)
        offer = (await db.scalars(select(NextOffer))).one()
        hers = Proposal.enrolment_id == stage.ada.id, Proposal.state == ProposalState.OPEN
        assert (await db.scalars(select(Proposal.id).where(*hers))).all() == [offer.proposal_id]
        about = MailboxMessage.subject.startswith("A mentor for you: ")
        to_her = about, MailboxMessage.to == "ada@example.org"
        told = (await db.scalars(select(MailboxMessage.subject).where(*to_her))).all()
        assert len(told) == 1, told  # of the first she would have heard after her answer


async def test_a_worker_that_was_only_asleep_is_not_overtaken(
    stage: Stage, platform: Platform
) -> None:
    await open_round(stage)
    with worker(platform) as sleeper:
        await caught_while_storing(platform, sleeper, signal.SIGSTOP)
        platform.clock.now = datetime.now(UTC) + LEASE
        [taken] = await due(platform.runner.engine, now=platform.clock(), queue=Queue.COMPUTING)
        await platform.runner.run(taken.job_id)
        assert await attempts(platform) == 1
        assert not await ended(platform)()
        sleeper.send_signal(signal.SIGCONT)
        await until(ended(platform))

    assert await attempts(platform) == 1
    await the_round_is_solved_once(platform)


@pytest.mark.long
async def test_three_workers_open_the_weeks_round_once_and_solve_it(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Cohort).values(running_since=platform.clock()))

    with worker(platform), worker(platform), worker(platform):
        await until(ended(platform))

    await the_round_is_solved_once(platform)


async def test_what_redis_forgot_is_found_by_the_sweep(stage: Stage, platform: Platform) -> None:
    await open_round(stage)
    await flush(platform)

    with worker(platform):
        await until(ended(platform))

    assert await attempts(platform) == 1
    await the_round_is_solved_once(platform)


async def solver_of(process: subprocess.Popen[bytes]) -> psutil.Process:
    """The process in which a worker solves, once it is there and waits for its first call."""

    def found() -> list[psutil.Process]:
        children = psutil.Process(process.pid).children()
        return [one for one in children if one.status() == psutil.STATUS_SLEEPING]

    async def there() -> bool:
        return len(found()) == 1 and found()[0].memory_info().rss > SOLVER_IS_READY

    await until(there)
    return found()[0]


def begun(platform: Platform, times: int = 1) -> Callable[[], Awaitable[bool]]:
    async def attempted() -> bool:
        return await attempts(platform) == times

    return attempted


async def caught_while_solving(
    stage: Stage, platform: Platform, process: subprocess.Popen[bytes]
) -> psutil.Process:
    """Open a round whose solve stands still; its process."""
    solver = await solver_of(process)
    solver.send_signal(signal.SIGSTOP)
    await open_round(stage)
    await until(begun(platform))
    await asyncio.sleep(0.5)  # the pool is read by then
    return solver


async def gone(solver: psutil.Process) -> None:
    async def it_is() -> bool:
        return not solver.is_running() or solver.status() == psutil.STATUS_ZOMBIE

    await until(it_is)


async def test_a_worker_killed_while_it_solves_leaves_no_process_and_no_work_behind(
    stage: Stage, platform: Platform
) -> None:
    with worker(platform) as first:
        solver = await caught_while_solving(stage, platform, first)
        first.send_signal(signal.SIGKILL)
        first.wait()
        await gone(solver)

    assert (await the_job(platform)).due_at <= datetime.now(UTC) + LEASE
    await the_next_worker_comes(platform, after=LEASE)

    assert await attempts(platform) == 2
    await the_round_is_solved_once(platform)


@pytest.mark.long
async def test_no_transaction_is_open_in_a_solve_and_one_that_was_killed_is_made_again(
    stage: Stage, platform: Platform
) -> None:
    """Killed as the kernel does it to what takes too much memory."""

    async def it_has_failed() -> bool:
        return (await the_job(platform)).last_error == "ProcessDied"

    with worker(platform) as process:
        solver = await caught_while_solving(stage, platform, process)
        for _ in range(10):
            async with platform.sessions() as db:
                assert await db.scalar(IN_TRANSACTION) == 0
            await asyncio.sleep(0.1)
        solver.kill()
        await until(it_has_failed)
        await bring_forward(platform)
        await until(ended(platform))

    assert await attempts(platform) == 2
    await the_round_is_solved_once(platform)


async def bring_forward(platform: Platform) -> None:
    """The pause before the next attempt is over, and the worker hears of it."""
    job, now = await the_job(platform), datetime.now(UTC)
    assert job.due_at <= now + pause_after(1)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Job).where(Job.id == job.id).values(due_at=now))
    await platform.app.state.wake_up.wake([Enqueued(job.id, job.queue)], again="soon")


@pytest.mark.long
async def test_a_worker_that_slept_past_its_lease_finds_its_result_refused(
    stage: Stage, platform: Platform
) -> None:
    with worker(platform) as sleeper:
        solver = await caught_while_solving(stage, platform, sleeper)
        sleeper.send_signal(signal.SIGSTOP)
        await the_next_worker_comes(platform, after=LEASE)
        assert await ended(platform)()
        solver.send_signal(signal.SIGCONT)
        sleeper.send_signal(signal.SIGCONT)
        await asyncio.sleep(2)

    assert await attempts(platform) == 2
    await the_round_is_solved_once(platform)


async def test_a_worker_that_is_asked_to_stop_hands_its_solve_to_the_next(
    stage: Stage, platform: Platform
) -> None:
    with worker(platform) as first:
        solver = await caught_while_solving(stage, platform, first)
        first.send_signal(signal.SIGTERM)
        assert first.wait(10) == 0
        await gone(solver)

    await the_next_worker_comes(platform, after=timedelta(0))
    await the_round_is_solved_once(platform)


@pytest.mark.long
async def test_a_cancelled_run_ends_its_process_and_frees_the_worker(
    stage: Stage, platform: Platform
) -> None:
    with worker(platform) as process:
        solver = await caught_while_solving(stage, platform, process)
        [round_] = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/rounds")).json()[
            "items"
        ]
        cancelled = await stage.olga.post(f"/api/v1/runs/{round_['run']['id']}/cancellation")
        assert cancelled.status_code == 200
        await gone(solver)

        assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")).status_code == 201
        await until(ended(platform))

    async with platform.sessions() as db:
        found = await db.execute(select(Run.number, Run.state).order_by(Run.number))
    assert [*map(tuple, found)] == [(1, RunState.CANCELLED), (2, RunState.SOLVED)]


async def test_mail_does_not_wait_behind_matchings(
    stage: Stage, platform: Platform, anyone: AsyncClient
) -> None:
    """More matchings wait than the sweep wakes up at once, and the one place for them is taken."""
    with worker(platform, COHORT_SOLVER_PROCESSES="1") as process:
        solver = await caught_while_solving(stage, platform, process)
        now = datetime.now(UTC) - timedelta(hours=1)
        each = [{"run_id": uuid4()} for _ in range(600)]
        async with unit_of_work(platform.sessions) as db:
            await enqueue_each(db, "matching.solve_run", each, now=now, queue=Queue.COMPUTING)
        await anyone.post("/api/v1/people", json=EMAIL)
        await flush(platform)
        platform.clock.now = datetime.now(UTC)
        await sweep(platform.runner.cron)  # which alone finds the mail, behind all of them

        async def the_mail_is_there() -> bool:
            async with platform.sessions() as db:
                return bool(await db.scalar(select(func.count()).select_from(MailboxMessage)))

        await until(the_mail_is_there)
        assert solver.status() == psutil.STATUS_STOPPED
