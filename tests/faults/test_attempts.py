"""Attempts at one job: two workers at once, a transaction that is rolled back, none left."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text, update

from cohort.db import unit_of_work
from cohort.jobs.outbox import ATTEMPTS, LEASE, Job, JobState, pause_after
from cohort.jobs.runner import Runner
from cohort.mail import MailboxMessage
from cohort.worker import create_runner
from tests.conftest import Platform

pytestmark = pytest.mark.anyio


@pytest.fixture
async def second(platform: Platform) -> AsyncGenerator[Runner]:
    """Another worker, with connections of its own."""
    runner = create_runner(platform.settings, platform.clock)
    yield runner
    await runner.close()


async def jobs_in(platform: Platform) -> list[Job]:
    async with platform.sessions() as db:
        return list(await db.scalars(select(Job).order_by(Job.enqueued_at, Job.id)))


async def mails_in(platform: Platform) -> list[str]:
    async with platform.sessions() as db:
        return list(await db.scalars(select(MailboxMessage.to)))


async def test_two_workers_that_begin_the_same_jobs_at_once_make_one_attempt_at_each(
    platform: Platform, second: Runner, anyone: AsyncClient
) -> None:
    names = [f"{number}@example.org" for number in range(4)]
    for name in names:
        await anyone.post("/api/v1/people", json={"email": name})
    jobs = await jobs_in(platform)

    await asyncio.gather(*(one.run(job.id) for job in jobs for one in (platform.runner, second)))

    ended = await jobs_in(platform)
    assert [(job.state, job.attempts) for job in ended] == [(JobState.SUCCEEDED, 1)] * 4
    assert sorted(await mails_in(platform)) == names


async def test_an_attempt_that_was_rolled_back_counts_and_leaves_nothing_else(
    platform: Platform, anyone: AsyncClient
) -> None:
    await anyone.post("/api/v1/people", json={"email": "ada@example.org"})
    async with unit_of_work(platform.sessions) as db:
        await db.execute(text("ALTER TABLE mailbox ADD CONSTRAINT no_more CHECK (false) NOT VALID"))
    try:
        await platform.run_jobs()
    finally:
        async with unit_of_work(platform.sessions) as db:
            await db.execute(text("ALTER TABLE mailbox DROP CONSTRAINT no_more"))

    [job] = await jobs_in(platform)
    assert (job.state, job.attempts, job.last_error) == (JobState.PENDING, 1, "IntegrityError")
    assert job.due_at == platform.clock() + pause_after(1)
    assert await mails_in(platform) == []

    platform.clock.now = job.due_at
    await platform.run_jobs()
    [job] = await jobs_in(platform)
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)
    assert await mails_in(platform) == ["ada@example.org"]


async def test_a_job_without_attempts_dies_once_and_not_before_its_last_lease_has_ended(
    platform: Platform, second: Runner, anyone: AsyncClient
) -> None:
    """The last attempt may still be under way, in another worker."""
    await anyone.post("/api/v1/people", json={"email": "ada@example.org"})
    async with unit_of_work(platform.sessions) as db:
        leased = {"attempts": ATTEMPTS, "due_at": platform.clock() + LEASE}
        await db.execute(update(Job).values(**leased))
    [job] = await jobs_in(platform)

    await second.run(job.id)
    [leased_job] = await jobs_in(platform)
    assert leased_job.state is JobState.PENDING

    platform.clock.now += LEASE + timedelta(seconds=1)
    await asyncio.gather(platform.runner.run(job.id), second.run(job.id))
    [dead] = await jobs_in(platform)
    assert (dead.state, dead.attempts) == (JobState.DEAD, ATTEMPTS)
    assert (dead.last_error or "").startswith("The worker stopped in the middle")
    assert await mails_in(platform) == []
