"""A run that nobody wants any more: cancelled while it waits or is solved, and run again."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from cohort.db import unit_of_work
from cohort.matching import runs
from cohort.matching.solving import solve_pool
from cohort.people.models import Act
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    computing,
    items,
    keep_runs,
    pairs_of,
    read_round,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def queued(stage: Stage) -> dict[str, Any]:
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    round_: dict[str, Any] = opened.json()
    return round_


def cancellation(run: dict[str, Any]) -> str:
    return f"/api/v1/runs/{run['id']}/cancellation"


async def test_a_queued_run_is_cancelled_once_and_its_round_is_run_again(
    stage: Stage, platform: Platform
) -> None:
    round_ = await queued(stage)
    first, again = [await stage.olga.post(cancellation(round_["run"])) for _ in range(2)]
    assert first.json()["state"] == "cancelled"
    assert again.json() == first.json()
    assert await computing(platform) == []

    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")).status_code == 201
    await keep_runs(platform)
    run = (await read_round(stage, round_["id"]))["run"]
    assert (run["state"], run["number"]) == ("solved", 2)
    assert await pairs_of(stage, run)

    late = await stage.olga.post(cancellation(run))
    assert (late.status_code, late.json()["code"]) == (409, "run_ended")
    async with platform.sessions() as db:
        acts = list(await db.scalars(select(Act.verb).where(Act.verb == "run.cancel")))
    assert acts == ["run.cancel"]
    events = await items(stage, f"/api/v1/cohorts/{stage.cohort.id}/events?limit=100")
    assert [one["type"] for one in events].count("run.cancelled") == 1


async def test_what_a_worker_finds_afterwards_is_not_kept(stage: Stage, platform: Platform) -> None:
    """It was cancelled between the reading of the pool and the storing of the pairs."""
    round_ = await queued(stage)
    run_id, now = UUID(round_["run"]["id"]), platform.clock()
    async with platform.sessions() as db:
        pool = await runs.begin(db, run_id, now=now)
    assert pool is not None

    assert (await stage.olga.post(cancellation(round_["run"]))).status_code == 200
    found = solve_pool(pool, 10.0, progress=lambda _step, _share: None)
    async with unit_of_work(platform.sessions) as db:
        await runs.store(db, run_id, found, read_at=now, seconds=0.1)

    run = (await read_round(stage, round_["id"]))["run"]
    assert (run["state"], run["total"]) == ("cancelled", None)
    assert await pairs_of(stage, run) == []


async def test_the_page_offers_it_and_says_so(stage: Stage) -> None:
    round_ = await queued(stage)
    page = f"/rounds/{round_['id']}"
    action = f"{page}/runs/{round_['run']['id']}/cancellation"
    assert f'action="{action}"' in (await stage.olga.get(page)).text

    for _ in range(2):
        assert (await stage.olga.post(action)).status_code == 303
    said = words(await stage.olga.get(page))
    assert "This run was cancelled before it found any pairs" in said
    assert "Run again" in said
    assert "Publish" not in said.replace("Published", "")
