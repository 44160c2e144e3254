"""Pins, vetoes and rules: what Olga decides, and what the next run makes of it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.db import unit_of_work
from cohort.matching.models import Override
from cohort.mentors.models import Mentor
from cohort.people.models import Act
from tests import world
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    NIGHTS,
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def decide(stage: Stage, kind: str, two: dict[str, str], **more: Any) -> Any:
    wish = {"kind": kind, "reason": "We talked about it.", **two, **more}
    return await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)


async def matched(stage: Stage, platform: Platform) -> set[tuple[str, str]]:
    round_ = await open_and_solve(stage, platform)
    assert round_["run"]["state"] == "solved", round_["run"]["error"]
    pairs = await pairs_of(stage, round_["run"])
    return {(one["researcher"].split()[0], one["mentor"].split()[0]) for one in pairs}


async def test_a_pin_is_honoured_by_the_next_run(stage: Stage, platform: Platform) -> None:
    assert await matched(stage, platform) == {("Ada", "Grace"), ("Ben", "Robin")}
    made = await decide(stage, "pin", stage.pair(stage.ada, stage.robin))
    assert (made.status_code, made.json()["mentor"]) == (201, "Robin Example")

    round_ = await open_and_solve(stage, platform)

    pairs = {one["researcher"]: one for one in await pairs_of(stage, round_["run"])}
    assert pairs["Ada Example"]["mentor"] == "Robin Example"
    assert pairs["Ada Example"]["pinned"]
    assert not pairs["Ben Example"]["pinned"]
    assert round_["run"]["gap"] == 0


async def test_a_veto_is_honoured_and_lifting_it_brings_the_pair_back(
    stage: Stage, platform: Platform
) -> None:
    for researcher in (stage.ada, stage.ben):
        made = await decide(stage, "veto", stage.pair(researcher, stage.robin))
    assert await matched(stage, platform) in ({("Ada", "Grace")}, {("Ben", "Grace")})

    address = f"/api/v1/overrides/{made.json()['id']}"
    assert (await stage.olga.delete(address)).status_code == 204
    assert (await stage.olga.delete(address)).status_code == 204

    assert await matched(stage, platform) == {("Ada", "Grace"), ("Ben", "Robin")}


async def test_a_veto_after_the_run_keeps_the_pair_from_being_published(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    await decide(stage, "veto", stage.pair(stage.ada, stage.grace))

    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    pairs = {one["researcher"]: one for one in await pairs_of(stage, round_["run"])}
    assert "vetoed" in pairs["Ada Example"]["skipped"]


async def test_a_contradiction_is_refused_or_replaced_when_asked(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    two = stage.pair(stage.ada, stage.robin)
    await decide(stage, "veto", two)

    refused = await decide(stage, "pin", two)
    assert (refused.status_code, refused.json()["code"]) == (409, "contradicts_override")
    assert "Ada Example must not have Robin Example" in refused.json()["detail"]
    assert (await decide(stage, "pin", two, replace=True)).status_code == 201

    said = await db.scalars(select(Act.verb).order_by(Act.id))
    assert list(said) == ["override.veto", "override.lift", "override.pin"]
    assert ("Ada", "Robin") in await matched(stage, platform)
    standing = select(func.count()).select_from(Override).where(Override.lifted_at.is_(None))
    assert await db.scalar(standing) == 1


async def test_nobody_is_pinned_to_two_mentors(stage: Stage) -> None:
    await decide(stage, "pin", stage.pair(stage.ada, stage.robin))

    refused = await decide(stage, "pin", stage.pair(stage.ada, stage.grace))

    assert "Ada Example is pinned to Robin Example" in refused.json()["detail"]


async def test_five_pins_at_once_leave_one(stage: Stage, db: AsyncSession) -> None:
    mentors = [stage.robin, stage.grace, stage.robin, stage.grace, stage.robin]
    answers = await asyncio.gather(
        *[decide(stage, "pin", stage.pair(stage.ada, one)) for one in mentors]
    )

    assert {one.status_code for one in answers} <= {201, 409}
    assert await db.scalar(select(func.count()).select_from(Override)) == 1


async def test_the_same_decision_twice_is_one(stage: Stage, db: AsyncSession) -> None:
    two = stage.pair(stage.ada, stage.robin)
    first, second = await decide(stage, "pin", two), await decide(stage, "pin", two)

    assert first.json() == second.json()
    assert await db.scalar(select(func.count()).select_from(Act)) == 1


async def test_people_of_another_cohort_are_refused_at_the_field(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    now = platform.clock()
    eve = await enter("Eve")
    async with unit_of_work(platform.sessions) as db:
        guide = await world.a_guide(db, now=now, slug="other")
        other = await world.a_cohort(db, guide, eve.person, now=now, slug="other")
        hers = await world.enrolled(db, other, eve.person, now=now)
        theirs = await world.mentoring(db, other, eve.person, now=now)

    for two, field in (
        (stage.pair(hers, stage.grace), "enrolment_id"),
        (stage.pair(stage.ada, theirs), "mentor_id"),
    ):
        refused = await decide(stage, "pin", two)
        assert refused.status_code == 422
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    hidden = await eve.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json={})
    assert hidden.status_code in {403, 422}


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": "  "}, {"kind": "wish"}, {"mentor_id": "x"}, {"who": 1}]
)
async def test_a_decision_that_cannot_be_read_is_refused(
    stage: Stage, db: AsyncSession, wrong: dict[str, Any]
) -> None:
    refused = await decide(stage, "pin", stage.pair(stage.ada, stage.robin) | wrong)

    assert refused.status_code == 422
    assert [one["field"].split("/")[-1] for one in refused.json()["errors"]] == list(wrong)
    assert await db.scalar(select(func.count()).select_from(Override)) == 0


async def test_the_strangers_pin_is_not_there(stage: Stage, enter: Cast) -> None:
    made = await decide(stage, "pin", stage.pair(stage.ada, stage.robin))
    stranger = await enter("Stranger")

    assert (await stranger.delete(f"/api/v1/overrides/{made.json()['id']}")).status_code == 404


async def failed_run(stage: Stage, platform: Platform) -> str:
    round_ = await open_and_solve(stage, platform)
    assert round_["run"]["state"] == "failed"
    error: str = round_["run"]["error"]
    return error


async def test_more_pins_than_places_fail_the_run_and_name_the_people(
    stage: Stage, platform: Platform
) -> None:
    for researcher in (stage.ada, stage.ben):
        await decide(stage, "pin", stage.pair(researcher, stage.grace))

    error = await failed_run(stage, platform)

    assert "Grace Example has 1 free place" in error
    assert "Ada Example, Ben Example" in error


async def test_a_pin_to_a_paused_mentor_fails_the_run_and_names_both(
    stage: Stage, platform: Platform
) -> None:
    await decide(stage, "pin", stage.pair(stage.ada, stage.grace))
    async with unit_of_work(platform.sessions) as db:
        paused = update(Mentor).where(Mentor.id == stage.grace.id)
        await db.execute(paused.values(paused_at=platform.clock()))

    error = await failed_run(stage, platform)

    assert error.startswith("Ada Example is pinned to Grace Example, who is paused")


async def test_a_pin_against_a_requirement_says_which(stage: Stage, platform: Platform) -> None:
    await decide(stage, "pin", stage.pair(stage.ada, stage.grace))
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Enrolment).where(Enrolment.id == stage.ada.id).values(NIGHTS))

    error = await failed_run(stage, platform)

    assert "Ada Example is pinned to Grace Example, but they share too few hours" in error
    assert ("Ben", "Robin") in await after_lifting_everything(stage, platform)


async def after_lifting_everything(stage: Stage, platform: Platform) -> set[tuple[str, str]]:
    address = f"/api/v1/cohorts/{stage.cohort.id}/overrides"
    for one in (await stage.olga.get(address)).json()["items"]:
        await stage.olga.delete(f"/api/v1/overrides/{one['id']}")
    return await matched(stage, platform)


async def test_the_rules_change_by_versions_and_runs_keep_theirs(
    stage: Stage, platform: Platform
) -> None:
    first = await open_and_solve(stage, platform)
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    wanted = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    wanted["requirements"]["least_score"] = 0.99

    match = {"if-match": read.headers["etag"]}
    changed = await stage.olga.post(address, json=wanted, headers=match)
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    round_ = await open_and_solve(stage, platform)

    assert round_["run"]["rules_version"] == 2
    assert {one["code"] for one in await unmatched_of(stage, round_["run"])} == {"below_floor"}
    before = await stage.olga.get(f"/api/v1/runs/{first['run']['id']}")
    assert before.json()["rules_version"] == 1
    lost = await stage.olga.post(address, json=wanted, headers=match)
    assert (lost.status_code, lost.json()["code"]) == (412, "stale")
    assert (await stage.olga.post(address, json=wanted)).status_code == 428


async def test_two_changes_of_the_rules_at_once_keep_one(stage: Stage) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    wanted = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    match = {"if-match": read.headers["etag"]}

    answers = await asyncio.gather(
        *[stage.olga.post(address, json=wanted, headers=match) for _ in range(4)]
    )

    assert sorted(one.status_code for one in answers) == [201, 412, 412, 412]


@pytest.mark.parametrize(
    ("part", "change", "field"),
    [
        ("weights", {"domain": -1}, "weights/domain"),
        ("weights", {"domain": 1e308}, "weights/domain"),
        ("weights", {"charm": 1}, "weights/charm"),
        ("requirements", {"min_shared_hours": 169}, "requirements/min_shared_hours"),
        ("requirements", {"least_score": 1.1}, "requirements/least_score"),
        ("aim", {"objective": "best"}, "aim/objective"),
        ("aim", {"stickiness": -0.1}, "aim/stickiness"),
        (
            "weights",
            dict.fromkeys(
                ["domain", "role", "skills", "availability", "language", "path", "wishes"], 0
            ),
            "weights",
        ),
    ],
)
async def test_rules_that_make_no_score_are_refused_at_the_field(
    stage: Stage, part: str, change: dict[str, float], field: str
) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    wanted = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    wanted[part] |= change

    refused = await stage.olga.post(
        address, json=wanted, headers={"if-match": read.headers["etag"]}
    )

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [field]
