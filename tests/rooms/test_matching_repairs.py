"""Somebody drops out, two swap, everybody is locked: the price first, then the act."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from cohort.cohorts.models import Enrolment
from cohort.db import unit_of_work
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    aim_at,
    open_and_solve,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def ways_on(stage: Stage, run: dict[str, Any], **gone: Any) -> list[dict[str, Any]]:
    answer = await stage.olga.get(f"/api/v1/runs/{run['id']}/repairs", params=gone)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["options"]
    return found


async def pause(platform: Platform, mentor: Mentor) -> None:
    async with unit_of_work(platform.sessions) as db:
        gone = update(Mentor).where(Mentor.id == mentor.id)
        await db.execute(gone.values(paused_at=platform.clock()))


async def withdraw(platform: Platform, enrolment: Enrolment) -> None:
    async with unit_of_work(platform.sessions) as db:
        gone = update(Enrolment).where(Enrolment.id == enrolment.id)
        await db.execute(gone.values(state="withdrawn"))


async def test_without_a_researcher_the_last_way_is_what_a_new_run_finds(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=2, mentors=0)
    run = (await open_and_solve(stage, platform))["run"]
    found = await ways_on(stage, run, enrolment_id=stage.ben.id)
    page = await stage.olga.get(f"/runs/{run['id']}/repair?enrolment_id={stage.ben.id}")

    await withdraw(platform, stage.ben)
    after = (await open_and_solve(stage, platform))["run"]

    assert found[0]["moved"] == 0
    assert found[-1]["total"] == pytest.approx(after["total"])
    assert found[-1]["loss"] == 0
    assert [one["moved"] for one in found] == sorted(one["moved"] for one in found)
    assert "Without Ben Example" in words(page)
    assert "Nobody else moves" in words(page)
    assert "Nothing: no other way is better." in words(page)


async def test_without_a_mentor_or_a_pair_the_ways_are_exact(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    mentor = await ways_on(stage, run, mentor_id=stage.grace.id)
    pair = await ways_on(stage, run, enrolment_id=stage.ada.id, mentor_id=stage.grace.id)

    # Robin has one place: either Ada goes without, or Ben does.
    assert [one["moved"] for one in mentor] == [0]
    assert mentor[0]["placed"] == 1
    assert [one["moved"] for one in pair] == [0, 1]
    assert pair[0]["changes"][0]["to_mentor"] is None
    assert [one["to_mentor"] for one in pair[1]["changes"]] == ["Robin Example", "Grace Example"]
    assert pair[0]["loss"] == pytest.approx(pair[1]["total"] - pair[0]["total"])
    await pause(platform, stage.grace)
    assert (await open_and_solve(stage, platform))["run"]["total"] == pytest.approx(
        mentor[-1]["total"]
    )


async def test_the_price_of_a_swap_is_what_the_next_run_loses_by_it(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}/swaps/{stage.ada.id}/{stage.ben.id}"
    price = (await stage.olga.get(address)).json()
    page = await stage.olga.get(
        f"/runs/{run['id']}/swap?enrolment_id={stage.ada.id}&other_id={stage.ben.id}"
    )

    assert price["alone"] == pytest.approx(-price["cost"])
    assert [(one["researcher"], one["to_mentor"]) for one in price["changes"]] == [
        ("Ada Example", "Robin Example"),
        ("Ben Example", "Grace Example"),
    ]
    assert price["sentence"] in words(page)
    assert "Nobody else would move." in words(page)
    for researcher, mentor in ((stage.ada, stage.robin), (stage.ben, stage.grace)):
        pin = {"kind": "pin", "reason": "They ask.", **stage.pair(researcher, mentor)}
        await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=pin)
    after = (await open_and_solve(stage, platform))["run"]
    assert run["total"] - after["total"] == pytest.approx(price["cost"])


async def test_what_cannot_be_asked_says_why(stage: Stage, platform: Platform, enter: Cast) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}"
    nobody = await stage.olga.get(f"{address}/repairs")
    assert (nobody.status_code, "enrolment_id" in nobody.text) == (422, True)
    for path in (f"repairs?mentor_id={uuid4()}", f"swaps/{stage.ada.id}/{uuid4()}"):
        assert (await stage.olga.get(f"{address}/{path}")).status_code == 404, path
    itself = await stage.olga.get(f"{address}/swaps/{stage.ada.id}/{stage.ada.id}")
    assert (itself.status_code, itself.json()["code"]) == (409, "cannot_swap")
    page = f"/runs/{run['id']}/swap?enrolment_id={stage.ada.id}&other_id={stage.ada.id}"
    assert "when each has one, and not the same" in words(await stage.olga.get(page))
    for path in (f"{address}/repairs?mentor_id={stage.grace.id}", f"/runs/{run['id']}/repair"):
        assert (await stage.people["Ada"].get(path)).status_code == 404
    await aim_at(stage, objective="fair")
    fair = (await open_and_solve(stage, platform))["run"]
    for path in (f"repairs?mentor_id={stage.grace.id}", f"swaps/{stage.ada.id}/{stage.ben.id}"):
        refused = await stage.olga.get(f"/api/v1/runs/{fair['id']}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_comparable")
