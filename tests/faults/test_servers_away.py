"""Redis and PostgreSQL die and come back: nothing that was acknowledged is lost."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from sqlalchemy import select

from cohort.app import create_app
from cohort.jobs import wake
from cohort.jobs.outbox import Job
from cohort.local import servers as embedded
from cohort.migrate import upgrade
from cohort.settings import Settings

pytestmark = pytest.mark.anyio


def sign_up(name: str) -> dict[str, str]:
    return {"email": f"{name}@example.org"}


@pytest.fixture(scope="module")
def servers() -> Generator[embedded.Servers]:
    with embedded.throwaway(durable=True) as servers:
        upgrade(Settings(database_url=servers.database_url, redis_url=servers.redis_url))
        yield servers


@asynccontextmanager
async def running(settings: Settings, app: Litestar | None = None) -> AsyncGenerator[AsyncClient]:
    app = app or create_app(settings)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.lifespan(),
        AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        yield client


@pytest.fixture
async def app(servers: embedded.Servers) -> AsyncGenerator[Litestar]:
    settings = Settings(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        development=True,
        log_level="ERROR",
    )
    app = create_app(settings)
    async with app.lifespan():
        yield app


@pytest.fixture
async def anyone(app: Litestar) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(
        transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1:8000"
    ) as client:
        yield client


async def test_without_redis_people_sign_up_all_the_same(
    servers: embedded.Servers, anyone: AsyncClient
) -> None:
    servers.redis.kill()
    try:
        answer = await anyone.post("/api/v1/people", json=sign_up("ada"))
        ready = await anyone.get("/health/ready")
    finally:
        servers.redis.start()

    assert answer.status_code == 202
    assert ready.json()["redis"].startswith("away")
    assert (await anyone.get("/health/ready")).json()["redis"] == "ready"


async def test_when_postgres_dies_nobody_is_told_of_work_that_was_lost(
    servers: embedded.Servers, app: Litestar, anyone: AsyncClient
) -> None:
    told = []
    for number in range(12):
        if number % 4 == 2:
            servers.postgres.kill()
            down = await anyone.post("/api/v1/people", json=sign_up(f"down{number}"))
            assert (down.status_code, down.json()["code"]) == (503, "unavailable")
            assert (await anyone.get("/health/ready")).status_code == 503
            assert (await anyone.get("/health/live")).status_code == 200
            servers.postgres.start()
        answer = await anyone.post("/api/v1/people", json=sign_up(f"person{number}"))
        if answer.status_code == 202:
            told.append(f"person{number}@example.org")

    async with app.state.sessions() as db:
        promised = await db.scalars(select(Job.arguments))
        kept = {arguments["email"] for arguments in promised}
    assert set(told) <= kept
    assert len(told) == 12  # a connection that died is replaced before it is used
    assert not any(email.startswith("down") for email in kept)


NOT_NOW = {
    "57P03": "the database system is starting up",
    "57P01": "terminating connection due to administrator command",
    "53300": "sorry, too many clients already",
    "08004": "the server rejected the connection",
    "28P01": "password authentication failed",
    "3D000": "this database does not exist",
    "": "nothing: it hangs up",
}


@pytest.mark.parametrize("sqlstate", NOT_NOW)
async def test_every_kind_of_cannot_connect_now_asks_to_come_again(
    servers: embedded.Servers, sqlstate: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that speaks PostgreSQL's protocol, and says no to whoever comes."""

    async def say_no(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await reader.read(1024))[4:8] == SSL_PLEASE:
            writer.write(b"N")
        if sqlstate and asked:
            fields = b"".join(
                kind + text.encode() + b"\0"
                for kind, text in ((b"S", "FATAL"), (b"C", sqlstate), (b"M", NOT_NOW[sqlstate]))
            )
            writer.write(b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0")
        writer.close()

    refusing = await asyncio.start_server(say_no, "127.0.0.1", 0)
    port = refusing.sockets[0].getsockname()[1]
    settings = Settings(
        database_url=f"postgresql://cohort:secret@127.0.0.1:{port}/cohort",
        redis_url=servers.redis_url,
        log_level="ERROR",
    )
    async with wake.connect(servers.redis_url) as redis:
        await redis.flushdb()  # what others tried is not counted against us
    async with refusing, running(settings) as anyone:
        for address in ("/api/v1/cohorts", "/api/v1/people", "/health/ready", "/login", "/"):
            # With a login: who is asking has to be looked up first.
            asked = {"cookie": "cohort_login=0123456789abcdef"}
            method = "POST" if address in {"/api/v1/people", "/login"} else "GET"
            sent = sign_up("ada") if method == "POST" else None
            typed = {"data": {"email": "ada@example.org", "password": "a long sentence"}}
            body = typed if address == "/login" else {"json": sent}
            answer = await anyone.request(method, address, headers=asked, **body)
            assert answer.status_code == 503, address
            assert int(answer.headers["retry-after"]) > 0
            is_page = "html" in answer.headers["content-type"]
            assert is_page is (address in {"/login", "/"})
            assert is_page or answer.json()["code"] == "unavailable"
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err


SSL_PLEASE = (80877103).to_bytes(4, "big")


async def test_when_all_connections_are_taken_we_ask_to_come_again(
    servers: embedded.Servers,
) -> None:
    settings = Settings(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        log_level="ERROR",
        pool_size=1,
        pool_overflow=0,
    )
    app = create_app(settings)
    async with running(settings, app) as anyone:
        async with app.state.sessions() as db:
            await db.execute(select(Job))
            busy = await anyone.get("/health/ready")
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")
        assert (await anyone.get("/health/ready")).status_code == 200
