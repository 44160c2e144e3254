"""Server-sent events to a thousand clients of one process, and what is left when they have gone.

Run `make bench`. One API process on a database and a Redis of its own. Each client holds a stream
of the same cohort open, as its organiser; then an event is committed some ten times, as a worker
does it, and each time the moments are noted at which the first and the last client have it. Then
all clients go without a word, and the process is asked what it still has open: connections, streams
and tasks. They come and go three times, so that what is left behind each time would be seen to
grow. Memory is the resident size of the API process.
"""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from statistics import median
from uuid import UUID, uuid4

import psutil
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Organiser
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.guides.models import Guide
from cohort.jobs import event_log, wake
from cohort.local.servers import throwaway
from cohort.migrate import upgrade
from cohort.people import logins
from cohort.people import service as people
from cohort.settings import Settings

CLIENTS = 1000
EVENTS = 10
TIMES = 3
HAPPENED = event_log.EventKind("something.happened", "Something happened.", ())


async def fill(db: AsyncSession) -> tuple[UUID, str]:
    """A cohort, and the token of its organiser."""
    now = datetime.now(UTC)
    olga = await people.open_account(db, "olga@example.org", "Olga Example", now=now)
    assert olga is not None  # noqa: S101  (the database is empty)
    olga.verified_at = now
    guide = Guide(
        id=uuid4(),
        slug="guide",
        title="Guide",
        description="",
        author="",
        published_on=None,
        tags=[],
        imported_at=now,
    )
    db.add(guide)
    await db.flush()
    cohort = Cohort(
        id=uuid4(),
        guide_id=guide.id,
        slug="live",
        name="Live",
        description="",
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 6, 1),
        time_zone="UTC",
        seats=10,
        state=CohortState.RUNNING,
        matching_time=time_of_day(6),
        running_since=now + timedelta(days=365),
        created_at=now,
    )
    db.add(cohort)
    await db.flush()
    db.add(Organiser(cohort_id=cohort.id, person_id=olga.id, since=now))
    return cohort.id, logins.open_login(db, olga, now=now, days=1).token


@contextmanager
def serving(settings: Settings) -> Generator[tuple[int, psutil.Process]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "COHORT_DATABASE_URL": settings.database_url.replace("+asyncpg", ""),
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_LOG_LEVEL": "ERROR",
        "COHORT_DRAIN_SECONDS": "0",
    }
    command = [sys.executable, "-m", "cohort", "serve", "--port", str(port)]
    running = subprocess.Popen(command, env=environment)  # noqa: S603  (our own command)
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port, psutil.Process(running.pid)
    finally:
        running.terminate()
        running.wait(30)


class Client:
    """One open stream; `seen` is the moment at which each event came, by its number."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.seen: dict[int, float] = {}

    async def read(self) -> None:
        while line := await self.reader.readline():
            if line.startswith(b"data: {") and b"number" in line:
                self.seen[json.loads(line[6:])["number"]] = time.perf_counter()


@asynccontextmanager
async def following(port: int, cohort_id: UUID, token: str) -> AsyncGenerator[list[Client]]:
    path = f"/api/v1/cohorts/{cohort_id}/events/stream"
    asked = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    clients: list[Client] = []
    for _ in range(CLIENTS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        while await reader.readline() != b"event: stream.began\n":
            pass
        clients.append(Client(reader, writer))
    reading = [asyncio.create_task(one.read()) for one in clients]
    try:
        yield clients
    finally:
        for task, one in zip(reading, clients, strict=True):
            task.cancel()
            one.writer.close()
        await asyncio.gather(*reading, return_exceptions=True)


async def happen(sessions: Sessions, waker: wake.WakeUp, cohort_id: UUID) -> float:
    async with unit_of_work(sessions) as db:
        event_log.record(db, HAPPENED, cohort_id, now=datetime.now(UTC))
    committed = time.perf_counter()
    await waker.after_commit(db)
    return committed


def left_in(process: psutil.Process, port: int) -> str:
    """What the process has open, as it and the system tell."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    told = dict(
        line.split() for line in lines if line.startswith(("cohort_streams", "cohort_tasks"))
    )
    there = sum(one.status == "ESTABLISHED" for one in process.net_connections("tcp"))
    size = process.memory_info().rss / 2**20
    streams, tasks = (float(told[one]) for one in ("cohort_streams", "cohort_tasks"))
    return f"{size:.0f} MB, {there} connections, {streams:.0f} streams, {tasks:.0f} tasks"


async def measure(settings: Settings) -> None:
    engine = create_engine(settings)
    sessions, redis = create_sessions(engine), wake.connect(settings.redis_url)
    async with unit_of_work(sessions) as db:
        cohort_id, token = await fill(db)
    print(f"server-sent events, {CLIENTS:,} clients of one process, {EVENTS} events")
    with serving(settings) as (port, process):
        first, last, seen = [], [], 0
        print(f"  before: {left_in(process, port)}")
        for _ in range(TIMES):
            async with following(port, cohort_id, token) as clients:
                for number in range(seen + 1, seen + EVENTS + 1):
                    committed = await happen(sessions, wake.WakeUp(redis), cohort_id)
                    while not all(number in one.seen for one in clients):  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                    came = [one.seen[number] - committed for one in clients]
                    first.append(min(came))
                    last.append(max(came))
                seen += EVENTS
                print(f"  with them: {process.memory_info().rss / 2**20:.0f} MB")
            await asyncio.sleep(2)
            print(f"  two seconds after they went: {left_in(process, port)}")
    print(f"  first client {median(first):.3f} s, last client {median(last):.3f} s,")
    print(f"  the longest {max(last):.3f} s (goal: 1)")
    await redis.aclose()
    await engine.dispose()


def main() -> None:
    with throwaway() as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        upgrade(settings)
        asyncio.run(measure(settings))


if __name__ == "__main__":
    main()
