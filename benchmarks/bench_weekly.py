"""The weekly job through real workers: from due to stored, in memory, and beside it the mail.

Run `make bench`; `--all` adds a thousand cohorts, which takes minutes. Each case fills a database
of its own (PostgreSQL with fsync, Redis), starts `cohort work` as an operator would, waits until
its processes are warm, lets the cohorts become due, and reads the times that the tables hold: a
round's `opened_at` (when the worker asked what is due) and when its run is seen as solved.
Meanwhile a mail is enqueued twice a second; its wait is from enqueued to sent (kept, here).
Memory is the largest sum of what the worker and its processes held at once (RSS, so that pages
which they share count for each), without advice, which is worked out after the pairs.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import psutil
from sqlalchemy import func, select, update
from weekly_data import Crowd

from cohort.cohorts.models import Cohort
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.jobs import outbox, wake
from cohort.jobs.outbox import Job, JobState
from cohort.local.child import Child
from cohort.local.servers import throwaway
from cohort.matching.models import AdviceState, Round, Run, RunState
from cohort.migrate import upgrade
from cohort.settings import Settings

MAIL_EVERY = 0.5
PATIENCE = 1200
WARM = 50 * 2**20
STOP_PATIENCE = 30


@dataclass(frozen=True)
class Case:
    cohorts: int
    researchers: int
    mentors: int
    workers: int
    goal: str = ""


CASES = (
    Case(1, 2000, 667, 1, goal="stored <= 2 s, <= 400 MB, mail <= 2 s"),
    Case(200, 60, 20, 1, goal="mail <= 2 s"),
    Case(200, 60, 20, 2, goal="mail <= 2 s"),
)
LONG = (
    Case(1000, 60, 20, 1, goal="mail <= 2 s"),
    Case(1000, 60, 20, 2, goal="mail <= 2 s"),
)


async def main(cases: list[Case]) -> None:
    heads = f"{'stored':>9} {'a cohort':>9} {'memory':>8} {'mail, median':>13} {'longest':>8}"
    print(f"{'cohorts':>22} {'workers':>8} {heads} {'advice':>8}  goal")
    for case in cases:
        with throwaway(durable=True) as servers:
            settings = Settings(
                database_url=servers.database_url,
                redis_url=servers.redis_url,
                development=True,
                log_level="ERROR",
            )
            await asyncio.to_thread(upgrade, settings)
            print(await measured(case, settings), flush=True)


async def measured(case: Case, settings: Settings) -> str:
    engine = create_engine(settings, patience=60)
    sessions = create_sessions(engine)
    await fill(sessions, case)
    with workers(settings, case.workers) as running:
        await all_warm(running)
        async with mail_meanwhile(settings, sessions), memory_of(running) as peak:
            await become_due(sessions)
            began = await opened(sessions)
            await until_solved(sessions, case.cohorts)
            stored = time.time() - began
        waits = await mail_waits(sessions)
        advised = await until_advised(sessions, began)
    await engine.dispose()
    size = f"{case.cohorts} x ({case.researchers} x {case.mentors})"
    return (
        f"{size:>22} {case.workers:>8} {stored:>8.2f}s {stored / case.cohorts:>8.3f}s"
        f" {max(peak) / 1e6:>5.0f} MB {median(waits):>12.2f}s {max(waits):>7.2f}s"
        f" {advised:>7.1f}s  {case.goal}"
    )


async def fill(sessions: Sessions, case: Case) -> None:
    async with unit_of_work(sessions) as db:
        crowd = Crowd(db)
        await crowd.settle_in()
        for k in range(case.cohorts):
            await crowd.gather_in(f"c{k}", case.researchers, case.mentors)


@contextmanager
def workers(settings: Settings, count: int) -> Generator[list[Child]]:
    """They end when we do, however that comes."""
    environment = {
        **os.environ,
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_DEVELOPMENT": "true",
        "COHORT_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "cohort", "work"]
    running = [Child(command, environment=environment) for _ in range(count)]
    try:
        yield running
    finally:
        for one in running:
            one.stop(patience=STOP_PATIENCE)


async def all_warm(running: list[Child]) -> None:
    while not all(_is_warm(one) for one in running):
        if any(one.has_ended() for one in running):
            raise SystemExit("A worker ended.")
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)


def _is_warm(worker: Child) -> bool:
    """Whether the worker and a process that computes for it have imported what they need."""
    return sum(memory > WARM for memory in _memory(worker)) > 1


def _memory(worker: Child) -> list[int]:
    """Of the worker and its processes, in bytes; not of the shell that watches over it."""
    found = []
    for one in psutil.Process(worker.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if one.name() != "sh":
                found.append(one.memory_info().rss)
    return found


@asynccontextmanager
async def mail_meanwhile(settings: Settings, sessions: Sessions) -> AsyncGenerator[None]:
    redis = wake.connect(settings.redis_url)
    over = asyncio.Event()

    async def keep_sending() -> None:
        while not over.is_set():
            async with unit_of_work(sessions) as db:
                now = datetime.now(UTC)
                await outbox.enqueue(
                    db, "people.answer_sign_up", now=now, email="waits@example.org"
                )
            await wake.WakeUp(redis).wake(outbox.enqueued_by(db))
            await asyncio.sleep(MAIL_EVERY)

    sending = asyncio.create_task(keep_sending())
    try:
        yield
    finally:
        over.set()
        await sending
        await redis.aclose()


@asynccontextmanager
async def memory_of(running: list[Child]) -> AsyncGenerator[list[int]]:
    peak = [0]

    async def keep_looking() -> None:
        while True:
            peak.append(sum(sum(_memory(one)) for one in running))
            await asyncio.sleep(0.05)

    looking = asyncio.create_task(keep_looking())
    try:
        yield peak
    finally:
        looking.cancel()


async def become_due(sessions: Sessions) -> None:
    """As if they had been running for a week: the worker finds it when it next asks."""
    async with unit_of_work(sessions) as db:
        since = datetime.now(UTC) - timedelta(days=8)
        await db.execute(update(Cohort).values(running_since=since))


async def opened(sessions: Sessions) -> float:
    found: datetime | None = None
    while found is None:
        await asyncio.sleep(0.02)
        async with sessions() as db:
            found = await db.scalar(select(func.min(Round.opened_at)))
    return found.timestamp()


async def until_solved(sessions: Sessions, cohorts: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await _solved(sessions) < cohorts:  # noqa: ASYNC110  (it is in another process)
            await asyncio.sleep(0.02)


async def _solved(sessions: Sessions) -> int:
    async with sessions() as db:
        states = dict((await db.execute(select(Run.state, func.count()).group_by("state"))).all())
    if states.get(RunState.FAILED):
        raise SystemExit("A run failed.")
    return states.get(RunState.SOLVED, 0)


async def until_advised(sessions: Sessions, began: float) -> float:
    pending = select(func.count()).where(Run.advice_state == AdviceState.PENDING)
    async with asyncio.timeout(PATIENCE):
        while True:
            async with sessions() as db:
                if not await db.scalar(pending):
                    return time.time() - began
            await asyncio.sleep(0.1)


async def mail_waits(sessions: Sessions) -> list[float]:
    mails = select(Job.id, Job.ended_at, Job.enqueued_at, Job.state)
    async with sessions() as db:
        found = (await db.execute(mails.where(Job.name == "people.answer_sign_up"))).all()
    now = datetime.now(UTC)
    return [_wait(*one, now=now) for one in found]


def _wait(
    _id: UUID, ended: datetime | None, enqueued: datetime, state: JobState, *, now: datetime
) -> float:
    if state is JobState.DEAD:
        raise SystemExit("A mail was not sent.")
    return ((ended or now) - enqueued).total_seconds()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--all", action="store_true", help="a thousand cohorts too")
    asked.add_argument("--only", type=int, help="one case, by its number from 0")
    given = asked.parse_args()
    chosen = [*CASES, *(LONG if given.all or given.only is not None else ())]
    asyncio.run(main(chosen if given.only is None else [chosen[given.only]]))
