"""Real workers on real servers, killed and stopped in the middle of a round."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import Stage, set_the_stage

from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs import wake
from cohort.jobs.outbox import Job, JobState
from cohort.matching.models import Pair, Round, Run, RunState

PATIENCE = 40
STORING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND query LIKE 'INSERT INTO pairs%'"
)


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
def worker(platform: Platform) -> Generator[subprocess.Popen[bytes]]:
    """A worker in a process of its own; gone at the end, whatever it was doing."""
    settings = platform.settings
    environment = {
        **os.environ,
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_DEVELOPMENT": "true",
        "COHORT_LOG_LEVEL": "ERROR",
    }
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


async def open_round(stage: Stage) -> None:
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    assert opened.status_code == 201


async def attempts(platform: Platform) -> int:
    async with platform.sessions() as db:
        made = select(Job.attempts).where(Job.name == "matching.solve_run")
        return (await db.scalars(made)).one()


async def test_a_worker_killed_in_mid_round_leaves_it_to_the_next_one(
    stage: Stage, platform: Platform
) -> None:
    await open_round(stage)
    with worker(platform) as first:
        await caught_while_storing(platform, first, signal.SIGKILL)
        first.wait()

    with worker(platform):
        await until(ended(platform))

    assert await attempts(platform) == 2
    await the_round_is_solved_once(platform)


async def test_a_worker_that_was_only_asleep_is_not_overtaken(
    stage: Stage, platform: Platform
) -> None:
    await open_round(stage)
    with worker(platform) as sleeper:
        await caught_while_storing(platform, sleeper, signal.SIGSTOP)
        with worker(platform) as second:
            await asyncio.sleep(16)  # the pause of 5 s is over, and a sweep of every 10 s was made
            assert second.poll() is None
            assert not await ended(platform)()
        sleeper.send_signal(signal.SIGCONT)
        await until(ended(platform))

    assert await attempts(platform) == 1
    await the_round_is_solved_once(platform)


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
