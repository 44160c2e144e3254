"""One transaction per request: what is answered is what was kept."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.jobs.outbox import Job
from tests.conftest import Platform
from tests.rooms.accounts import EMAIL

BREAK_THE_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused at commit' USING ERRCODE = '40001'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON jobs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture
async def a_commit_that_fails(platform: Platform) -> AsyncGenerator[None]:
    async def run(statements: str) -> None:
        async with unit_of_work(platform.sessions) as db:
            raw: Any = await (await db.connection()).get_raw_connection()
            await raw.driver_connection.execute(statements)

    await run(BREAK_THE_COMMIT)
    yield
    await run("DROP TRIGGER refuse ON jobs; DROP FUNCTION refuse();")


async def count(db: AsyncSession, model: type[Any]) -> int:
    return await db.scalar(select(func.count()).select_from(model)) or 0


async def test_a_failing_commit_is_never_a_good_answer(
    a_commit_that_fails: None, anyone: AsyncClient, db: AsyncSession
) -> None:
    over_the_api = await anyone.post("/api/v1/people", json=EMAIL, headers={"idempotency-key": "k"})
    on_a_page = await anyone.post("/join", data=EMAIL)

    assert (over_the_api.status_code, over_the_api.json()["code"]) == (409, "conflict")
    assert on_a_page.status_code == 409
    assert "Send yours again" in on_a_page.text
    assert await count(db, Job) == 0


async def test_a_refusal_keeps_nothing_and_enqueues_nothing(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    await anyone.post("/api/v1/people", json=EMAIL)
    before = await count(db, Job)
    refused = await anyone.post("/api/v1/logins", json={"email": "x@example.org", "password": "?"})
    assert refused.status_code == 401
    assert await count(db, Job) == before


async def test_a_database_that_is_busy_is_a_503_and_the_pool_recovers(
    platform: Platform, anyone: AsyncClient
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(text("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"))
        answer = await anyone.post("/api/v1/people", json=EMAIL)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await anyone.get("/health/live")).status_code == 200
    assert (await anyone.post("/api/v1/people", json=EMAIL)).status_code == 202


async def test_no_connection_is_held_after_refusals(
    platform: Platform, anyone: AsyncClient
) -> None:
    for _ in range(20):
        await anyone.get("/api/v1/me", headers={"authorization": "Bearer nonsense"})
        await anyone.post("/api/v1/people", content=b"{")
        await anyone.get("/nowhere")
    pool: Any = platform.sessions.kw["bind"].pool
    assert pool.checkedout() == 0


async def test_every_answer_carries_the_security_headers(anyone: AsyncClient) -> None:
    for path in ("/login", "/api/v1/me", "/nowhere", "/static/cohort.css", "/health/live"):
        headers = (await anyone.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path


async def test_readiness_and_metrics_tell_operators_what_they_need(anyone: AsyncClient) -> None:
    await anyone.post("/api/v1/people", json=EMAIL)
    assert (await anyone.get("/health/ready")).json()["status"] == "ready"
    metrics = (await anyone.get("/metrics")).text
    assert 'cohort_jobs{state="pending"} 1.0' in metrics
    assert 'route="/api/v1/people"' in metrics
    assert "ada@" not in metrics


async def test_a_statement_that_is_wrong_is_our_fault_and_not_a_server_that_is_away(
    platform: Platform, anyone: AsyncClient
) -> None:
    """Whoever reads 503 tries again, and would never be answered."""
    login = {"email": "ada@example.org", "password": "correct horse battery"}
    async with unit_of_work(platform.sessions) as db:
        await db.execute(text("ALTER TABLE people RENAME COLUMN email TO address"))
    try:
        answer = await anyone.post("/api/v1/logins", json=login)
    finally:
        async with unit_of_work(platform.sessions) as db:
            await db.execute(text("ALTER TABLE people RENAME COLUMN address TO email"))
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "retry-after" not in answer.headers
    assert (await anyone.post("/api/v1/logins", json=login)).status_code == 401
