"""Who decided what about pairs, what it cost then, and what all of it costs now."""

from typing import Any

import pytest
from sqlalchemy import update

from cohort.db import unit_of_work
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    items,
    keep_runs,
    open_and_solve,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def decide(stage: Stage, kind: str, *two: Any) -> dict[str, Any]:
    wish = {"kind": kind, "reason": "We talked about it.", **stage.pair(*two)}
    made = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def ledger(stage: Stage) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    address = f"/api/v1/cohorts/{stage.cohort.id}/decisions"
    lines = await items(stage, address)
    return lines, (await stage.olga.get(f"{address}/cost")).json()


async def test_each_decision_has_its_price_and_together_they_have_one_now(
    stage: Stage, platform: Platform
) -> None:
    assert await ledger(stage) == (
        [],
        {"standing": 0, "cost": 0.0, "fewer_placed": 0, "why": "", "changes": []},
    )
    run = (await open_and_solve(stage, platform))["run"]
    what_if = f"/api/v1/runs/{run['id']}/alternatives/{stage.ada.id}/{stage.robin.id}"
    said = (await stage.olga.get(what_if)).json()["pair"]["cost"]

    pin = await decide(stage, "pin", stage.ada, stage.robin)
    platform.clock.turn(minutes=1)
    await decide(stage, "veto", stage.ben, stage.robin)
    lines, cost = await ledger(stage)

    assert [(one["kind"], one["researcher"], one["standing"]) for one in lines] == [
        ("veto", "Ben Example", 1),
        ("pin", "Ada Example", 1),
    ]
    assert lines[1]["cost"] == pytest.approx(said)
    assert lines[0]["cost"] == pytest.approx(said)
    assert (cost["standing"], cost["cost"]) == (2, pytest.approx(said))
    assert {one["researcher"]: one["to_mentor"] for one in cost["changes"]} == {
        "Ada Example": "Grace Example",
        "Ben Example": "Robin Example",
    }
    page = await stage.olga.get("/cohorts/spring/decisions")
    assert "2 pins and vetoes stand. The total of all scores would be" in words(page)
    assert "Without them, those who wait would move:" in words(page)
    assert "Ada Example and Robin Example" in words(page)
    lifted = await stage.olga.post(f"/cohorts/spring/decisions/{pin['id']}/end")
    assert lifted.status_code == 303
    lines, _ = await ledger(stage)
    assert [one["standing"] for one in lines] == [1, 0]


async def test_a_swap_is_one_line_with_one_price_and_one_button(
    stage: Stage, platform: Platform, count_statements: Any
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    two = [str(stage.ada.id), str(stage.ben.id)]
    asked = {"kind": "swap", "enrolment_ids": two, "reason": "They ask for it."}
    made = (await stage.olga.post(f"/api/v1/runs/{run['id']}/pin_sets", json=asked)).json()
    await keep_runs(platform)

    async with count_statements() as few:
        (line,), cost = await ledger(stage)

    assert (line["kind"], line["pairs"], line["standing"]) == ("swap", 2, 2)
    assert line["cost"] == pytest.approx(made["cost"]) == pytest.approx(cost["cost"])
    assert (line["made_by_name"], line["reason"]) == ("Olga Example", "They ask for it.")
    await stage.olga.post(f"/cohorts/spring/decisions/{made['id']}/end")
    await decide(stage, "veto", stage.ada, stage.robin)
    async with count_statements() as many:
        lines, cost = await ledger(stage)
    assert len(many) == len(few)
    assert {one["kind"]: one["standing"] for one in lines} == {"swap": 0, "veto": 1}
    assert cost["cost"] == 0


async def test_what_cannot_hold_any_more_says_so_instead_of_a_price(
    stage: Stage, platform: Platform
) -> None:
    await decide(stage, "pin", stage.ada, stage.robin)
    async with unit_of_work(platform.sessions) as db:
        gone = update(Mentor).where(Mentor.id == stage.robin.id)
        await db.execute(gone.values(paused_at=platform.clock()))

    (line,), cost = await ledger(stage)

    assert line["cost"] is None
    assert cost["cost"] is None
    assert "Ada Example is pinned to Robin Example, who is paused" in cost["why"]
    page = await stage.olga.get("/cohorts/spring/decisions")
    assert "They cannot all hold now." in words(page)
    assert (await stage.people["Ada"].get("/cohorts/spring/decisions")).status_code == 403
