"""Those who had each other are not matched again, in whatever way they parted."""

from typing import Any

import pytest

from cohort.db import unit_of_work
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
)
from tests.world import mentored


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def publish(stage: Stage, round_: dict[str, Any]) -> None:
    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).status_code == 200


async def everybody_says_yes(stage: Stage) -> None:
    for one in stage.people.values():
        for proposal in (await one.get("/api/v1/proposals?state=open")).json()["items"]:
            said = await one.post(f"/api/v1/proposals/{proposal['id']}/acceptance")
            assert said.status_code == 200, said.text


async def end(stage: Stage, name: str) -> None:
    (mentorship,) = (await stage.people[name].get("/api/v1/mentorships?state=active")).json()[
        "items"
    ]
    address = f"/api/v1/mentorships/{mentorship['id']}/end"
    ended = await stage.people[name].post(address, json={"reason": "We did what we set out to do."})
    assert ended.status_code == 200


async def test_an_ended_pair_is_not_matched_again_and_the_answers_say_so(
    stage: Stage, platform: Platform
) -> None:
    await publish(stage, await open_and_solve(stage, platform))
    await everybody_says_yes(stage)
    await end(stage, "Ada")

    run = (await open_and_solve(stage, platform))["run"]

    assert await pairs_of(stage, run) == []
    assert [one["researcher"] for one in await unmatched_of(stage, run)] == ["Ada Example"]
    two = stage.pair(stage.ada, stage.grace)
    asked = await stage.olga.post(f"/api/v1/runs/{run['id']}/what-if", json=two)
    assert asked.json()["pair"]["ruled_out"] == ["ended"]
    assert "they had a mentorship that ended" in asked.json()["sentence"]
    assert asked.json()["next_step"] == ""


async def test_a_pair_that_ended_after_the_run_is_not_published(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as meanwhile:
        now = platform.clock()
        theirs = await mentored(meanwhile, stage.ada, stage.grace, now=now)
        theirs.ended_at = now

    await publish(stage, round_)

    skipped = [one["skipped"] for one in await pairs_of(stage, round_["run"])]
    assert sorted(skipped, key=str) == [None, "Their mentorship ended meanwhile."]
