"""Redis and PostgreSQL die and come back: nothing that was acknowledged is lost."""

from collections.abc import AsyncGenerator, Generator

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from sqlalchemy import select

from cohort.app import create_app
from cohort.local import servers as embedded
from cohort.migrate import upgrade
from cohort.people.models import Person
from cohort.settings import Settings

pytestmark = pytest.mark.anyio


def sign_up(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name}@example.org", "password": "a sentence that is long"}


@pytest.fixture(scope="module")
def servers() -> Generator[embedded.Servers]:
    with embedded.throwaway(durable=True) as servers:
        upgrade(Settings(database_url=servers.database_url, redis_url=servers.redis_url))
        yield servers


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
        kept = set(await db.scalars(select(Person.email)))
    assert set(told) <= kept
    assert len(told) == 12  # a connection that died is replaced before it is used
    assert not any(email.startswith("down") for email in kept)
