"""Real PostgreSQL, real Redis, the real application; a clock that tests can turn."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from pytest_timeout import Settings as TimeLimit
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cohort.app import create_app
from cohort.cli.loading import leave_alone_what_is_loaded
from cohort.db import Base, Sessions, unit_of_work
from cohort.jobs import outbox
from cohort.jobs.runner import Runner
from cohort.local import servers as embedded
from cohort.migrate import upgrade
from cohort.people import logins
from cohort.people import service as people
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.worker import create_runner
from tests.contract import answers_as_the_contract_says

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONGEST_END = 120.0
"""Seconds, from the failure of a test to the end of what it had opened."""


@dataclass
class TurnableClock:
    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Platform:
    """The application and the worker under test, and what the tests may do behind their backs."""

    app: Litestar
    runner: Runner
    clock: TurnableClock
    settings: Settings
    statements: list[str] = field(default_factory=list)

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.app.state.sessions
        return sessions

    def client(self, token: str | None = None) -> AsyncClient:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        transport = ASGITransport(self.app, raise_app_exceptions=True)
        return AsyncClient(
            transport=transport,
            base_url="http://127.0.0.1:8000",
            headers=headers,
            event_hooks={"response": [answers_as_the_contract_says]},
        )

    async def run_jobs(self) -> None:
        """Do what a woken worker does, until nothing is due."""
        while True:
            waiting = await outbox.due(self.runner.engine, now=self.clock())
            if not waiting:
                return
            for job in waiting:
                await self.runner.run(job.job_id)


@dataclass
class Someone:
    """One of the cast: the person, and her way of talking to the API."""

    person: Person
    http: AsyncClient

    @property
    def id(self) -> str:
        return str(self.person.id)

    def __getattr__(self, verb: str) -> Any:
        return getattr(self.http, verb)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through it in each test."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """A failure lifts the time limit, for a debugger; the end of a test may hang all the same."""
    if isinstance(node, pytest.Item):
        limit = TimeLimit(LONGEST_END, "thread", func_only=False, disable_debugger_detection=False)
        node.ihook.pytest_timeout_set_timer(item=node, settings=limit)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A module has one process, and so have all that drive the one site in browsers.

    In the order of the files: by the number of their tests, the longest would come last.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  (the pure tests run without)

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.partition("::")[0]
            return "site" if module.startswith("tests/browser/") else module

    config.option.loadscopereorder = False
    return ByModule(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop of the server, as it is installed."""
    return "asyncio", {"use_uvloop": sys.platform != "win32"}


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Generator[Settings]:
    """Servers of the environment when it names them, else the embedded ones."""
    files_dir = tmp_path_factory.mktemp("files")
    if "COHORT_DATABASE_URL" in os.environ:
        yield Settings(development=True, log_level="ERROR", files_dir=files_dir)
        return
    with embedded.throwaway() as servers:
        yield Settings(
            database_url=servers.database_url,
            redis_url=servers.redis_url,
            development=True,
            log_level="ERROR",
            files_dir=files_dir,
        )


@pytest.fixture(scope="session")
def migrated(settings: Settings) -> Settings:
    upgrade(settings)
    return settings


def empty_all() -> str:
    """A function that is planned once for each connection: most tables are empty most times."""
    tables = "".join(
        f'IF EXISTS (SELECT FROM "{each.name}") THEN DELETE FROM "{each.name}"; END IF;'
        for each in reversed(Base.metadata.sorted_tables)
    )
    return (
        "CREATE OR REPLACE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql"
        f" AS $$ BEGIN {tables} END $$"
    )


@pytest.fixture(scope="session")
async def _platform(migrated: Settings) -> AsyncGenerator[Platform]:
    clock = TurnableClock()
    app = create_app(migrated, clock=clock)
    runner = create_runner(migrated, clock)
    platform = Platform(app, runner, clock, migrated)
    leave_alone_what_is_loaded()  # as `cohort serve` and `cohort work` do
    async with app.lifespan():
        await at_the_driver(platform, empty_all())
        yield platform
    await runner.close()


@pytest.fixture
async def platform(_platform: Platform) -> Platform:
    return await emptied(_platform)


async def at_the_driver(platform: Platform, statement: str) -> None:
    async with unit_of_work(platform.sessions) as db:
        connection = await (await db.connection()).get_raw_connection()
        driver: Any = connection.driver_connection
        await driver.execute(statement)


async def emptied(platform: Platform) -> Platform:
    """An empty platform on a Monday morning."""
    platform.clock.now = MONDAY
    # On a busy machine it may take longer than a statement of the application may.
    await at_the_driver(platform, "SET LOCAL statement_timeout = 60000; SELECT empty_all()")
    await platform.app.state.wake_up.redis.flushdb()
    return platform


@pytest.fixture
def clock(platform: Platform) -> TurnableClock:
    return platform.clock


@pytest.fixture
async def db(platform: Platform) -> AsyncGenerator[AsyncSession]:
    """For building the world and for looking at what was kept."""
    async with platform.sessions() as db:
        yield db


@pytest.fixture
def run_jobs(platform: Platform) -> Callable[[], Awaitable[None]]:
    return platform.run_jobs


@pytest.fixture
async def anyone(platform: Platform) -> AsyncGenerator[AsyncClient]:
    """A visitor whom nobody knows."""
    async with platform.client() as client:
        yield client


Cast = Callable[..., Awaitable[Someone]]


@pytest.fixture
async def enter(platform: Platform) -> AsyncGenerator[Cast]:
    """Let someone of the cast enter: `ada = await enter("Ada")`, verified and signed in."""
    clients: list[AsyncClient] = []

    async def enter(name: str, *, admin: bool = False) -> Someone:
        now = platform.clock()
        async with unit_of_work(platform.sessions) as db:
            person = await people.open_account(
                db, f"{name.lower()}@example.org", f"{name} Example", now=now
            )
            assert person is not None
            person.verified_at, person.is_admin = now, admin
            entry = logins.open_login(db, person, now=now, days=14)
        clients.append(platform.client(entry.token))
        return Someone(person, clients[-1])

    yield enter
    for client in clients:
        await client.aclose()


@pytest.fixture
def count_statements(_platform: Platform) -> Callable[[], Any]:
    """`async with count_statements() as statements: …; len(statements)`."""

    @asynccontextmanager
    async def counting() -> AsyncGenerator[list[str]]:
        engine: AsyncEngine = _platform.sessions.kw["bind"]
        seen: list[str] = []

        def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        def note_prepared(query: Any) -> None:
            # What SQLAlchemy sends is noted above.
            if query.query.startswith(("SELECT", "INSERT INTO acts")):
                seen.append(query.query)

        def listen(connection: Any, *_rest: Any) -> None:
            connection.driver_connection.add_query_logger(note_prepared)

        def leave(connection: Any, *_rest: Any) -> None:
            if connection is not None:
                connection.driver_connection.remove_query_logger(note_prepared)

        listeners = (
            (engine.sync_engine, "before_cursor_execute", note),
            (engine.sync_engine.pool, "checkout", listen),
            (engine.sync_engine.pool, "checkin", leave),
        )
        for each in listeners:
            event.listen(*each)
        try:
            yield seen
            await asyncio.sleep(0)  # the driver tells its loggers a moment after the answer
        finally:
            for each in listeners:
                event.remove(*each)

    return counting
