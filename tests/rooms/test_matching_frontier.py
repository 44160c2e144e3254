"""Fit against people placed against pairs kept: what could be had, and choosing it for a round."""

from typing import Any

import pytest
from sqlalchemy import update

from cohort.db import unit_of_work
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    aim_at,
    keep_runs,
    open_and_solve,
    pairs_of,
    read_round,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def points_of(stage: Stage, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.olga.get(f"/api/v1/runs/{run['id']}/frontier")).json()
    return found


def figures(points: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(one["placed"], one["kept"]) for one in points]


async def two_runs(stage: Stage, platform: Platform) -> dict[str, Any]:
    """Both have a mentor, then only Grace has room: whoever was hers is not the best for her."""
    await stage.olga.post(
        f"/api/v1/cohorts/{stage.cohort.id}/overrides",
        json={"kind": "veto", "reason": "-", **stage.pair(stage.ada, stage.grace)},
    )
    await open_and_solve(stage, platform)
    made = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/overrides")).json()["items"]
    await stage.olga.delete(f"/api/v1/overrides/{made[0]['id']}")
    return await open_and_solve(stage, platform)


def balance(run: dict[str, Any], point: dict[str, Any]) -> dict[str, Any]:
    return {"run_id": run["id"], "placing": point["placing"], "keeping": point["keeping"]}


async def test_a_chosen_point_is_what_the_next_run_finds_until_it_is_lifted(
    stage: Stage, platform: Platform
) -> None:
    round_ = await two_runs(stage, platform)
    run, address = round_["run"], f"/api/v1/rounds/{round_['id']}/balance"
    found = await points_of(stage, run)
    points = found["points"]
    assert figures(points) == [(2, 0), (2, 2)]
    assert [one["placed"] for one in found["limits"]] == [2]
    assert found["limits"][0]["fit"] == pytest.approx(points[0]["fit"], abs=1e-6)
    (here,), (other,) = ([p for p in points if p["chosen"] is is_it] for is_it in (True, False))
    assert here["fit"] > other["fit"]

    chosen = await stage.olga.post(address, json=balance(run, other))
    again = await stage.olga.post(address, json=balance(run, other))

    assert chosen.status_code == again.status_code == 200
    assert chosen.json()["run"]["id"] == again.json()["run"]["id"] != run["id"]
    assert chosen.json()["balance"]["before"] == 1
    await keep_runs(platform)
    solved = (await read_round(stage, round_["id"]))["run"]
    assert solved["balance"] == chosen.json()["balance"]
    pairs = await pairs_of(stage, solved)
    assert sum(pair["score"] for pair in pairs) == pytest.approx(other["fit"])
    extra = solved["balance"]["placing"] * 2 + solved["balance"]["keeping"] * 2
    assert (solved["gap"], solved["total"]) == (0, pytest.approx(other["fit"] + extra))
    certificate = await stage.olga.get(f"/api/v1/runs/{solved['id']}/certificate")
    assert certificate.json()["balance"] == solved["balance"]
    kept_points = (await points_of(stage, solved))["points"]
    assert figures([one for one in kept_points if one["chosen"]]) == [(2, 2)]
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "A point was chosen for this round" in page

    lifted = await stage.olga.delete(address)
    assert lifted.json()["balance"] is None
    await keep_runs(platform)
    assert (await read_round(stage, round_["id"]))["run"]["balance"] is None


async def test_a_balance_that_places_more_people_is_a_rule_of_this_round_alone(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=0))
    await aim_at(stage, objective="fair")
    round_ = await open_and_solve(stage, platform)

    chosen = await stage.olga.post(
        f"/api/v1/rounds/{round_['id']}/balance",
        json={"run_id": round_["run"]["id"], "placing": 0.25, "keeping": 0},
    )
    await keep_runs(platform)

    run = (await read_round(stage, round_["id"]))["run"]
    (pair,) = await pairs_of(stage, run)
    assert chosen.json()["balance"] == {"placing": 0.25, "keeping": 0, "before": None}
    assert run["total"] == pytest.approx(pair["score"] + 0.25)
    other = f"/api/v1/runs/{run['id']}/alternatives/{pair['enrolment_id']}"
    scores = [one["score"] for one in (await stage.olga.get(other)).json()["items"]]
    assert pair["score"] in scores, "a score stays what it is, whatever placing a person counts"
    assert max(scores) <= 1
    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert published.status_code == 200
    late = await stage.olga.delete(f"/api/v1/rounds/{round_['id']}/balance")
    assert (late.status_code, late.json()["code"]) == (409, "round_closed")


async def test_an_older_run_and_one_being_solved_are_not_chosen_from(
    stage: Stage, platform: Platform
) -> None:
    first = await open_and_solve(stage, platform)
    second = await open_and_solve(stage, platform)
    address = f"/api/v1/rounds/{first['id']}/balance"
    wish = {"placing": 0.5, "keeping": 0.5}

    old = await stage.olga.post(address, json={"run_id": first["run"]["id"], **wish})
    strange = await stage.olga.post(address, json={"run_id": str(stage.ada.id), **wish})
    below = await stage.olga.post(
        address, json={"run_id": second["run"]["id"], "placing": -1, "keeping": 0}
    )
    await stage.olga.post(address, json={"run_id": second["run"]["id"], **wish})
    soon = await stage.olga.delete(address)

    assert (old.status_code, old.json()["code"]) == (409, "look_again")
    assert (strange.status_code, strange.json()["errors"][0]["field"]) == (422, "run_id")
    assert below.status_code == 422
    assert (soon.status_code, soon.json()["code"]) == (409, "look_again")


async def test_the_page_draws_the_points_and_a_button_chooses_one(
    stage: Stage, platform: Platform
) -> None:
    round_ = await two_runs(stage, platform)
    (other,) = [
        one for one in (await points_of(stage, round_["run"]))["points"] if not one["chosen"]
    ]

    page = await stage.olga.get(f"/rounds/{round_['id']}/frontier")

    assert page.text.count('<circle class="frontier-dot') == 2
    assert "Sum of scores, by pairs kept" in words(page)
    assert f'name="keeping" value="{other["keeping"]}"' in page.text
    sent = await stage.olga.post(
        f"/rounds/{round_['id']}/balance", data=balance(round_["run"], other)
    )
    assert sent.status_code == 303
    back = await stage.olga.post(f"/rounds/{round_['id']}/balance/end", data={})
    assert back.status_code == 409

    await keep_runs(platform)
    chosen = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "by the chosen balance" in chosen
    assert "the totals do not compare" in chosen
    assert "total went from" not in chosen
    back = await stage.olga.post(f"/rounds/{round_['id']}/balance/end", data={})
    assert back.status_code == 303
    await keep_runs(platform)
    assert "by the chosen balance" not in (await stage.olga.get(f"/rounds/{round_['id']}")).text
