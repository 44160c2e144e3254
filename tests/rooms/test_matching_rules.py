"""The rules: read, tried out, changed, on their page and over the API."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.matching.models import Run
from cohort.rules.models import RulesVersion
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    RULES,
    Stage,
    form_of,
    open_and_solve,
    pairs_of,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def test_olga_reads_and_changes_the_rules_on_a_page(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await open_and_solve(stage, platform)
    form = await form_of(stage)
    assert form["objective"] == "total"
    form |= {"domain": "5", "cover": "true", "stickiness": "0.05"}
    del form["conflict_of_interest"]

    kept = await stage.olga.post(RULES, data=form)

    assert (kept.status_code, kept.headers["location"]) == (303, RULES)
    newest = (await db.scalars(select(RulesVersion).order_by(RulesVersion.version.desc()))).first()
    assert newest is not None
    assert (newest.version, newest.weights["domain"]) == (2, 5.0)
    aim = {"objective": "total", "cover": True, "stickiness": 0.05, "least_gain": None}
    assert newest.aim == aim
    assert newest.requirements["conflict_of_interest"] is False
    assert await form_of(stage) == form | {"version": "2", "domain": "5.0"}


async def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    stage: Stage, db: AsyncSession
) -> None:
    wrong = {"domain": "-1", "least_score": "2", "stickiness": "much", "role": "nan", "path": "3,5"}
    form = await form_of(stage) | wrong

    again = await stage.olga.post(RULES, data=form)

    assert again.status_code == 422
    # Above the form, and at the field.
    assert words(again).count("This must be a number such as 1.5.") == 2 * 3
    assert words(again).count("This must be at least 0. ") == 2
    assert words(again).count("This must be at most 1. ") == 2
    for name in wrong:
        assert f'href="#field-{name}"' in again.text
    assert 'value="much"' in again.text
    nothing = await form_of(stage)
    nothing |= dict.fromkeys(
        ["domain", "role", "skills", "availability", "language", "path", "wishes"], "0"
    )
    refused = await stage.olga.post(RULES, data=nothing)
    assert "at least one factor" in words(refused)
    assert (await db.scalars(select(RulesVersion))).all() == []


async def test_two_who_change_the_rules_at_once_are_both_heard(stage: Stage) -> None:
    form = await form_of(stage)
    assert (await stage.olga.post(RULES, data=form | {"domain": "5"})).status_code == 303

    late = await stage.olga.post(RULES, data=form | {"domain": "7"})

    assert late.status_code == 422
    assert "changed, by someone else" in words(late)
    assert 'value="7"' in late.text
    assert 'name="version" value="2"' in late.text


async def test_the_rules_are_for_organisers(stage: Stage, enter: Cast, anyone: Any) -> None:
    for someone in (await enter("Stranger"), stage.people["Ada"], stage.people["Grace"]):
        assert (await someone.get(RULES)).status_code == 403
        assert (await someone.post(RULES, data={})).status_code == 403
    assert (await anyone.get(RULES)).headers["location"] == f"/login?next={RULES}"


async def test_rules_are_tried_out_before_they_are_used(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = (await stage.olga.get(address)).json()
    wanted = {part: read[part] for part in ("weights", "requirements", "aim")}
    wanted["requirements"]["least_score"] = 0.99

    tried = (await stage.olga.post(f"{address}_previews", json=wanted)).json()

    assert (tried["researchers"], tried["pairs"], tried["gap"]) == (2, 0, 0)
    assert tried["run_id"] == round_["run"]["id"]
    told = [(one["researcher"], one["from_mentor"], one["to_mentor"]) for one in tried["changes"]]
    assert sorted(told) == [
        ("Ada Example", "Grace Example", None),
        ("Ben Example", "Robin Example", None),
    ]
    assert (await stage.olga.get(address)).json()["version"] == 1
    assert len((await db.scalars(select(Run))).all()) == 1
    again = await open_and_solve(stage, platform)
    assert len(await pairs_of(stage, again["run"])) == 2


async def test_a_trial_without_a_round_only_counts(stage: Stage) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = (await stage.olga.get(address)).json()
    wanted = {part: read[part] for part in ("weights", "requirements", "aim")}

    tried = (await stage.olga.post(f"{address}_previews", json=wanted)).json()

    assert (tried["pairs"], tried["run_id"], tried["changes"]) == (2, None, [])


async def test_a_pin_that_the_rules_forbid_is_said_at_the_trial(
    stage: Stage, platform: Platform
) -> None:
    wish = {"kind": "pin", "reason": "-", **stage.pair(stage.ada, stage.grace)}
    await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)
    form = await form_of(stage) | {"min_shared_hours": "100"}

    refused = await stage.olga.post(f"{RULES}/preview", data=form)

    assert refused.status_code == 422
    assert "Ada Example is pinned to Grace Example, but they share too few hours" in words(refused)


async def test_on_the_page_rules_are_tried_out_and_nothing_typed_is_lost(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await open_and_solve(stage, platform)
    form = await form_of(stage) | {"least_score": "0.99"}

    tried = await stage.olga.post(f"{RULES}/preview", data=form)

    assert tried.status_code == 200
    assert "Ada Example would lose Grace Example, and have no mentor." in words(tried)
    assert 'value="0.99"' in tried.text
    assert len((await db.scalars(select(RulesVersion))).all()) == 1


async def test_a_trial_takes_as_many_statements_for_many_as_for_few(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    async def statements() -> int:
        await open_and_solve(stage, platform)
        form = await form_of(stage)
        async with count_statements() as seen:
            assert (await stage.olga.post(f"{RULES}/preview", data=form)).status_code == 200
        return len(seen)

    few = await statements()
    await stage.more(enter, researchers=6, mentors=6)
    assert await statements() == few


async def test_stickiness_keeps_a_pair_that_is_a_little_worse_and_the_page_says_so(
    stage: Stage, platform: Platform
) -> None:
    wish = {"kind": "pin", "reason": "-", **stage.pair(stage.ada, stage.robin)}
    pins = f"/api/v1/cohorts/{stage.cohort.id}/overrides"
    pinned = (await stage.olga.post(pins, json=wish)).json()
    await open_and_solve(stage, platform)
    await stage.olga.delete(f"/api/v1/overrides/{pinned['id']}")
    form = await form_of(stage) | {"stickiness": "0.9"}
    await stage.olga.post(RULES, data=form)

    round_ = await open_and_solve(stage, platform)

    pairs = {(one["researcher"], one["mentor"]) for one in await pairs_of(stage, round_["run"])}
    assert pairs == {("Ada Example", "Robin Example"), ("Ben Example", "Grace Example")}
    scores = sum(one["score"] for one in await pairs_of(stage, round_["run"]))
    assert round_["run"]["total"] == pytest.approx(scores + 2 * 0.9)
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "Each pair of the run before that stays counts 0.9 more than its score." in page
    assert "Other ways to match" in page
