"""A drill: the Caddyfile that ships, two processes behind it, and each of them started anew.

Behind Debian's Caddy (`apt-get install caddy`). Without it there is nothing to try.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from cohort.db import create_engine, create_sessions, unit_of_work
from cohort.local import servers as embedded
from cohort.local.child import Child
from cohort.migrate import upgrade
from cohort.people import logins
from cohort.people import service as people
from cohort.people.models import ApiKey
from cohort.settings import Settings
from tests.faults.processes import environment, free_port

CADDY = shutil.which("caddy")
CADDYFILE = Path(__file__).parents[2] / "deploy" / "Caddyfile"
A_SECOND = 30
"""Requests."""

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        CADDY is None,
        reason="NOT TRIED: rolling restarts need Caddy; install it with `apt-get install caddy`.",
    ),
]


@dataclass
class Process:
    """One API process, at an address that it keeps when it is started anew."""

    settings: Settings
    port: int = field(default_factory=free_port)
    child: Child | None = None

    async def start(self) -> None:
        serve = (sys.executable, "-m", "cohort", "serve", "--port", str(self.port))
        self.child = Child(serve, environment=environment(self.settings))
        async with httpx.AsyncClient() as client:
            for _ in range(300):
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.address}/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("the process did not become ready")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def restart(self) -> float:
        """Returns how many seconds it went on after it was asked to stop."""
        assert self.child
        began = time.monotonic()
        await asyncio.to_thread(self.child.stop, patience=20)
        lasted = time.monotonic() - began
        await self.start()
        return lasted


@dataclass
class Site:
    servers: embedded.Servers
    processes: list[Process]
    client: httpx.AsyncClient
    settings: Settings


@pytest.fixture
def servers() -> Generator[embedded.Servers]:
    with embedded.throwaway(durable=True) as servers:
        yield servers


@pytest.fixture
async def site(servers: embedded.Servers) -> AsyncGenerator[Site]:
    settings = Settings(
        database_url=servers.database_url, redis_url=servers.redis_url, development=True
    )
    await asyncio.to_thread(upgrade, settings)
    token = await a_login(settings)
    processes = [Process(settings), Process(settings)]
    await asyncio.gather(*[one.start() for one in processes])
    async with (
        behind_caddy(processes) as address,
        httpx.AsyncClient(
            base_url=address, headers={"authorization": f"Bearer {token}"}, timeout=30
        ) as client,
    ):
        yield Site(servers, processes, client, settings)
    for one in processes:
        assert one.child
        one.child.kill()


async def a_login(settings: Settings) -> str:
    engine = create_engine(settings)
    now = datetime.now(UTC)
    async with unit_of_work(create_sessions(engine)) as db:
        ada = await people.open_account(db, "ada@example.org", "Ada Example", now=now)
        assert ada
        ada.verified_at = now
        entry = logins.open_login(db, ada, now=now, days=1)
    await engine.dispose()
    return entry.token


@asynccontextmanager
async def behind_caddy(processes: list[Process]) -> AsyncGenerator[str]:
    address = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "CADDY_ADMIN": f"unix/{folder}/admin",
            "SITE_HOST": address,
            "API_UPSTREAMS": " ".join(f"127.0.0.1:{one.port}" for one in processes),
        }
        log = (Path(folder) / "log").open("wb")
        command = (str(CADDY), "run", "--adapter", "caddyfile", "--config", CADDYFILE)
        caddy = Child(command, environment=settings, output=log)
        try:
            async with httpx.AsyncClient() as client:
                for _ in range(100):
                    with suppress(httpx.TransportError):
                        await client.get(f"{address}/health/live")
                        break
                    await asyncio.sleep(0.1)
            yield address
        finally:
            caddy.stop(patience=5)
            log.close()


@dataclass
class Traffic:
    """Reads and writes at a steady rate, none of which is sent again."""

    client: httpx.AsyncClient
    answers: list[httpx.Response] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    sent: int = 0

    async def during(self, act: Callable[[], Awaitable[object]], *, at_least: int) -> None:
        acting = asyncio.ensure_future(act())
        began, asking = time.monotonic(), []
        while not acting.done() or self.sent < at_least:
            asking.append(asyncio.create_task(self.ask(self.sent)))
            self.sent += 1
            await asyncio.sleep(max(0, began + self.sent / A_SECOND - time.monotonic()))
        await asyncio.gather(acting, *asking)

    async def ask(self, number: int) -> None:
        try:
            match number % 4:
                case 0:
                    wish = {"name": f"key {number}", "scopes": ["study:read"]}
                    answer = await self.client.post("/api/v1/api_keys", json=wish)
                    if answer.status_code == 201:
                        self.acknowledged.append(f"key {number}")
                case 1:
                    answer = await self.client.get("/login")
                case 2:
                    answer = await self.client.get("/api/v1/api_keys")
                case _:
                    answer = await self.client.get("/api/v1/me")
        except httpx.HTTPError as error:
            self.broken.append(type(error).__name__)
        else:
            self.answers.append(answer)

    def statuses(self) -> Counter[int]:
        return Counter(answer.status_code for answer in self.answers)


async def kept_by(settings: Settings) -> Counter[str]:
    engine = create_engine(settings)
    async with create_sessions(engine)() as db:
        names = Counter(await db.scalars(select(ApiKey.name)))
    await engine.dispose()
    return names


async def test_each_process_is_started_anew_and_no_request_fails(site: Site) -> None:
    traffic = Traffic(site.client)
    lasted: list[float] = []

    async def restart_one_after_the_other() -> None:
        await asyncio.sleep(2)
        for process in site.processes:
            lasted.append(await process.restart())
            await asyncio.sleep(3)  # Caddy must see that it is back

    await traffic.during(restart_one_after_the_other, at_least=1000)

    assert traffic.broken == []
    assert set(traffic.statuses()) == {200, 201}
    assert sum(traffic.statuses().values()) == traffic.sent >= 1000
    assert min(lasted) > 4  # it said no for a while before it closed its door
    assert await kept_by(site.settings) == Counter(traffic.acknowledged)


async def test_while_postgres_is_started_anew_people_are_asked_to_come_again(site: Site) -> None:
    traffic = Traffic(site.client)

    async def restart_postgres() -> None:
        await asyncio.sleep(2)
        await asyncio.to_thread(site.servers.postgres.stop)
        await asyncio.sleep(7)  # longer than Caddy waits for somebody who is ready
        await asyncio.to_thread(site.servers.postgres.start)
        await asyncio.sleep(6)

    await traffic.during(restart_postgres, at_least=300)

    assert traffic.broken == []
    assert set(traffic.statuses()) == {200, 201, 503}
    for answer in traffic.answers:
        assert answer.status_code != 503 or answer.headers["retry-after"] == "5"
    kept = await kept_by(site.settings)
    assert set(traffic.acknowledged) <= set(kept)
    assert max(kept.values()) == 1
    # What came when it was back was done.
    assert (await site.client.get("/api/v1/me")).status_code == 200
