"""Two runs side by side, and a run solved again: what changed, and that nothing else did."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cli.replay import replay as command
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.db import unit_of_work
from cohort.matching import replaying
from cohort.matching.jobs import forget_inputs
from cohort.matching.models import Pair, RunInput
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import Stage, aim_at, open_and_solve, set_the_stage, words


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def compared(stage: Stage, after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    address = f"/api/v1/runs/{after['id']}/comparison?with={before['id']}"
    answer = await stage.olga.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_pin_says_who_moved_because_of_it_and_who_because_of_others(
    stage: Stage, platform: Platform
) -> None:
    before = (await open_and_solve(stage, platform))["run"]
    pin = {"kind": "pin", "reason": "They met.", **stage.pair(stage.ada, stage.robin)}
    await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=pin)
    platform.clock.turn(minutes=1)
    round_ = await open_and_solve(stage, platform)

    found = await compared(stage, round_["run"], before)

    moves = {
        one["researcher"]: (one["from_mentor"], one["to_mentor"], one["why"])
        for one in found["changes"]
    }
    assert moves["Ada Example"] == (
        "Grace Example",
        "Robin Example",
        "Ada Example was pinned to Robin Example.",
    )
    assert moves["Ben Example"][:2] == ("Robin Example", "Grace Example")
    assert "because of what changed for others" in moves["Ben Example"][2]
    assert found["causes"] == ["Ada Example was pinned to Robin Example."]
    assert (found["moved"], found["newly_placed"], found["unplaced"]) == (2, 0, 0)
    lost = sum(one["score_before"] - one["score_after"] for one in found["changes"])
    assert lost == pytest.approx(found["total_before"] - found["total_after"])

    page = await stage.olga.get(f"/runs/{round_['run']['id']}/compare")
    assert "What run 2 of round" in words(page)
    assert "Ada Example was pinned to Robin Example." in words(page)
    assert f'value="{before["id"]}" selected' in page.text
    listed = await stage.olga.get(f"/rounds/{round_['id']}")
    assert f'href="/runs/{round_["run"]["id"]}/compare"' in listed.text


async def test_rules_people_places_and_profiles_are_each_named(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=0))
    before = (await open_and_solve(stage, platform))["run"]
    await aim_at(stage, cover=True)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=2))
        await db.execute(
            update(Enrolment).where(Enrolment.id == stage.ada.id).values(domains=["robotics"])
        )
        ben = await db.get_one(Enrolment, stage.ben.id)
        ben.state = type(ben.state)("withdrawn")
    platform.clock.turn(minutes=1)
    after = (await open_and_solve(stage, platform))["run"]

    found = await compared(stage, after, before)
    back = await compared(stage, before, after)

    why = " ".join(one["why"] for one in found["changes"])
    assert "Ada Example changed the profile." in why
    assert "Robin Example has more free places." in why
    assert found["causes"] == [
        "The rules changed.",
        "Ben Example does not wait for a mentor any more.",
    ]
    assert found["rules_version_before"] < found["rules_version_after"]
    assert back["causes"] == ["The rules changed.", "Ben Example waits for a mentor now."]
    assert [one["enrolment_id"] for one in back["changes"]] == [
        one["enrolment_id"] for one in found["changes"]
    ]


async def test_nobody_compares_what_is_not_theirs_or_of_another_cohort(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}/comparison"
    for other in (str(uuid4()), "x"):
        refused = await stage.olga.get(f"{address}?with={other}")
        assert refused.status_code in (400, 422), refused.text
    alone = await stage.olga.get(f"/runs/{run['id']}/compare")
    assert "There is nothing to compare with" in words(alone)
    otto = await enter("Otto")
    for path in (f"{address}?with={run['id']}", f"/runs/{run['id']}/compare"):
        assert (await otto.get(path)).status_code == 404


async def test_every_run_of_a_round_is_replayed_to_the_same_bytes(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    async with unit_of_work(platform.sessions) as there:
        advised = update(Enrolment).where(Enrolment.id == stage.ada.id)
        await there.execute(advised.values(advisers=["Prof. Grace  EXAMPLE", "Somebody Else"]))
    first = (await open_and_solve(stage, platform))["run"]
    await aim_at(stage, objective="fair")
    second = (await open_and_solve(stage, platform))["run"]

    for run in (first, second):
        found = await replaying.replay(db, run["id"])
        assert found.same, found
        assert found.input_digest == run["input_digest"]
    kept = (await db.scalars(select(RunInput.pool))).all()
    pools = [str(replaying.unpack_pool(one)) for one in kept]
    for person in stage.people.values():
        assert not any(person.person.name in one or person.person.email in one for one in pools)
    assert not any("Somebody Else" in one for one in pools)

    await db.execute(update(Pair).where(Pair.run_id == first["id"]).values(score=0.5))
    assert not (await replaying.replay(db, first["id"])).same


async def test_what_a_run_solved_is_let_go_when_its_cohort_ends(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    first = (await open_and_solve(stage, platform))["run"]
    platform.clock.turn(minutes=1)
    second = (await open_and_solve(stage, platform))["run"]
    count = select(func.count()).select_from(RunInput)
    await forget_inputs(platform.runner.cron)
    assert await db.scalar(count) == 2
    async with unit_of_work(platform.sessions) as there:
        await there.execute(update(Cohort).values(state=CohortState.COMPLETED))

    await forget_inputs(platform.runner.cron)

    assert await db.scalar(count) == 0
    found = await compared(stage, second, first)
    assert (found["input_kept"], found["causes"]) == (False, [])
    with pytest.raises(Exception, match="its cohort has ended"):
        await replaying.replay(db, first["id"])


async def test_the_command_ends_with_1_where_a_run_is_not_what_it_was(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    monkeypatch.setenv("COHORT_DATABASE_URL", platform.settings.database_url)
    monkeypatch.setenv("COHORT_REDIS_URL", platform.settings.redis_url)

    async def asked() -> Any:
        return await asyncio.to_thread(CliRunner().invoke, command, [run["id"]])

    same = await asked()
    assert same.exit_code == 0, same.output
    assert f"input   {run['input_digest']}" in same.output
    assert "The same bytes." in same.output
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Pair).where(Pair.enrolment_id == stage.ada.id).values(score=0.1))
    changed = await asked()
    assert (changed.exit_code, "Not the same" in changed.output) == (1, True)
