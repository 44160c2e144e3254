"""Robin leaves, and Ben, whom Robin mentored, goes first in the next round."""

from typing import Any
from uuid import UUID

import pytest

from cohort.assignment.certificate import verify
from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.matching import replaying
from cohort.pairing.evidence import unpack
from tests.conftest import Cast, Platform, Someone
from tests.rooms.matching_world import (
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
    words,
)
from tests.world import enrolled, mentoring


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def publish_and_accept(
    stage: Stage, round_: dict[str, Any], *couples: tuple[Someone, Someone]
) -> None:
    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert published.status_code == 200, published.text
    for couple in couples:
        proposal = (await couple[0].get("/api/v1/proposals?state=open")).json()["items"][0]
        for one in couple:
            said = await one.post(f"/api/v1/proposals/{proposal['id']}/acceptance")
            assert said.status_code == 200, said.text


def names(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(one["researcher"] for one in rows)


async def test_whose_mentor_left_goes_first_until_there_is_another(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    ben, robin = stage.people["Ben"], stage.people["Robin"]
    first = await open_and_solve(stage, platform)
    await publish_and_accept(
        stage, first, (stage.people["Ada"], stage.people["Grace"]), (ben, robin)
    )
    assert (await robin.post(f"/api/v1/mentors/{stage.robin.id}/departure")).status_code == 204
    cleo, zoe = await enter("Cleo"), await enter("Zoe")  # who suit each other better than Ben does
    async with unit_of_work(platform.sessions) as db:
        cohort, now = await db.get_one(Cohort, stage.cohort.id), platform.clock()
        await enrolled(db, cohort, cleo.person, now=now)
        await mentoring(db, cohort, zoe.person, now=now, capacity=1)
    platform.clock.turn(days=1)

    round_ = await open_and_solve(stage, platform)

    run = round_["run"]
    assert names(await pairs_of(stage, run)) == ["Ben Example"]
    assert names(await unmatched_of(stage, run)) == ["Cleo Example"]
    proof = (await stage.olga.get(f"/api/v1/runs/{run['id']}/certificate")).json()
    assert (proof["went_first"], proof["head_start"], proof["gap"]) == ([str(stage.ben.id)], 1.0, 0)
    packed = await stage.olga.get(f"/api/v1/runs/{run['id']}/evidence")
    kept = unpack(packed.content)
    assert verify(kept.problem, kept.solution)
    said = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "Ben Example goes first, because the mentor has left." in said
    assert "in this total each of them counts 1 more than the score" in said
    async with unit_of_work(platform.sessions) as db:
        assert (await replaying.replay(db, UUID(run["id"]))).same

    await publish_and_accept(stage, round_, (ben, zoe))
    mentorship = (await ben.get("/api/v1/mentorships?state=active")).json()["items"][0]
    ended = await ben.post(f"/api/v1/mentorships/{mentorship['id']}/end", json={"reason": "Done."})
    assert ended.status_code == 200
    platform.clock.turn(days=1)
    again = await open_and_solve(stage, platform)
    assert names(await pairs_of(stage, again["run"])) == ["Cleo Example"]
    proof = (await stage.olga.get(f"/api/v1/runs/{again['run']['id']}/certificate")).json()
    assert (proof["went_first"], proof["head_start"]) == ([], 0)
