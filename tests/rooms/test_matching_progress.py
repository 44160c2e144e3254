"""While a run is solved, its page says how far the worker is; nothing depends on it."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from cohort.jobs import wake
from cohort.jobs.progress import ProgressStore
from cohort.matching import runs
from cohort.matching.solving import Solved, solve_pool
from cohort.matching.view import STEPS
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import Stage, keep_runs, read_round, set_the_stage


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def open_round(stage: Stage) -> Any:
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    return opened.json()


async def test_the_page_and_the_api_say_what_the_worker_does(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_round(stage)
    run_id = round_["run"]["id"]
    progress = ProgressStore(platform.app.state.wake_up.redis)
    assert (await read_round(stage, round_["id"]))["run"]["progress"] is None

    await progress.write(UUID(run_id), "solving", 0.4)

    told = {"step": "solving", "share": 0.4}
    assert (await read_round(stage, round_["id"]))["run"]["progress"] == told
    assert (await stage.olga.get(f"/api/v1/runs/{run_id}")).json()["progress"] == told
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    assert "Step 2 of 5: finding the best pairs, 40%." in page.text

    await keep_runs(platform)
    assert (await read_round(stage, round_["id"]))["run"]["progress"] is None


async def test_whoever_solves_tells_by_name_what_they_do(stage: Stage, platform: Platform) -> None:
    run_id = UUID((await open_round(stage))["run"]["id"])
    told = []

    async def tell(step: str, _share: float) -> None:
        told.append(step)

    async with platform.sessions() as db:
        pool = await runs.begin(db, run_id, now=platform.clock())
    solved = await platform.runner.processes.call(solve_pool, pool, 10.0, on_progress=tell)

    assert isinstance(solved, Solved)
    assert told == list(STEPS)


async def test_without_redis_the_page_only_says_that_it_is_being_solved(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform.app.state.wake_up, "redis", wake.connect("redis://127.0.0.1:1"))
    away = ProgressStore(platform.app.state.wake_up.redis)
    round_ = await open_round(stage)
    await away.write(UUID(round_["run"]["id"]), "solving", 0.0)

    page = await stage.olga.get(f"/rounds/{round_['id']}")

    assert page.status_code == 200
    assert "Being solved" in page.text
    assert not re.search(r"Step \d of", page.text)
    assert await away.read(uuid4()) is None
