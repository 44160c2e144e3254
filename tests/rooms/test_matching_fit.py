"""How well a pair fits: in a word, beside what was possible, and whether they share anything."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from cohort.cohorts.models import Enrolment
from cohort.db import unit_of_work
from cohort.matching.models import Pair
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Proposal
from cohort.rules.models import RulesVersion
from cohort.study.models import PlanItem
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    RULES,
    Stage,
    form_of,
    items,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
    words,
)

NOTHING = {"domains": [], "roles": [], "skills": []}


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def without_a_plan(platform: Platform) -> None:
    """Then no skill is due, and a strength speaks for nobody."""
    async with unit_of_work(platform.sessions) as db:
        await db.execute(delete(PlanItem))


async def change(platform: Platform, one: Mentor | Enrolment, **values: Any) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(type(one)).where(type(one).id == one.id).values(**values))


async def let_strangers_be_pairs(stage: Stage) -> None:
    form = await form_of(stage)
    assert form.pop("common_ground") == "true"
    assert (await stage.olga.post(RULES, data=form)).status_code == 303


async def test_a_pair_has_a_word_and_stands_beside_what_was_possible(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    pairs = await pairs_of(stage, round_["run"])

    assert {one["fit"] for one in pairs} <= {"strong", "good", "fair"}
    for one in pairs:
        assert one["possible_mentors"] == 2
        assert one["best_score"] >= one["score"]
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "The best of 2 possible mentors." in page
    assert "weak" not in page


async def test_a_proposal_tells_both_the_word_and_nothing_of_other_mentors(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).status_code < 300

    (proposal,) = (await stage.people["Ada"].get("/api/v1/proposals")).json()["items"]
    assert proposal["fit"] == "strong"
    plan = words(await stage.people["Ada"].get(f"/plan/{stage.ada.id}"))
    mentoring = words(await stage.people["Grace"].get("/mentoring"))
    for page in (plan, mentoring):
        assert "Strong fit" in page
        assert "possible mentors" not in page


async def test_weak_pairs_are_counted_above_the_button_that_publishes(
    stage: Stage, platform: Platform
) -> None:
    await without_a_plan(platform)
    await change(platform, stage.robin, **NOTHING)
    await let_strangers_be_pairs(stage)
    round_ = await open_and_solve(stage, platform)

    assert sorted(one["fit"] for one in await pairs_of(stage, round_["run"])).count("weak") == 1
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "1 weak pair" in page
    assert "Weak fit" in page
    assert page.index("1 weak pair") < page.index("Publish") < page.index("Weak fit")


async def test_by_default_those_who_share_nothing_are_not_paired_and_told_what_to_add(
    stage: Stage, platform: Platform
) -> None:
    await without_a_plan(platform)
    await change(platform, stage.robin, **NOTHING)
    round_ = await open_and_solve(stage, platform)

    assert len(await pairs_of(stage, round_["run"])) == 1
    (left,) = await unmatched_of(stage, round_["run"])
    await change(platform, stage.grace, **NOTHING)
    again = await open_and_solve(stage, platform)
    assert await pairs_of(stage, again["run"]) == []
    left, _ = await unmatched_of(stage, again["run"])
    assert left["code"] == "no_allowed_mentor"
    assert left["detail"] == {"mentors": 2, "common_ground": 2}
    assert "two without a field, role goal or skill in common with you" in left["reason"]
    assert "Add more fields and role goals to your profile" in left["reason"]


async def test_rules_from_before_ask_for_common_ground_and_can_leave_it_out(
    stage: Stage, platform: Platform
) -> None:
    await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        before = (await db.scalars(select(RulesVersion))).one()
        before.requirements = {
            name: value for name, value in before.requirements.items() if name != "common_ground"
        }

    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    told = await stage.olga.get(address)
    assert told.json()["requirements"]["common_ground"] is True
    assert (await form_of(stage))["common_ground"] == "true"
    rules = {part: told.json()[part] for part in ("weights", "requirements", "aim")}
    rules["requirements"]["common_ground"] = False
    made = await stage.olga.post(address, json=rules, headers={"If-Match": told.headers["ETag"]})
    assert made.json()["requirements"]["common_ground"] is False
    assert "common_ground" not in await form_of(stage)


async def test_pairs_and_proposals_of_before_have_no_word(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).status_code < 300
    older = {"fit": None, "best_score": None, "possible_mentors": None}
    async with unit_of_work(platform.sessions) as session:
        await session.execute(update(Pair).values(**older))
        await session.execute(update(Proposal).values(fit=None))

    for one in await pairs_of(stage, round_["run"]):
        assert {name: one[name] for name in older} == older
    for address in (f"/rounds/{round_['id']}", f"/plan/{stage.ada.id}"):
        page = await stage.olga.get(address)
        assert page.status_code == 200
        assert "pair-fit" not in page.text
    proposals = await items(stage, f"/api/v1/cohorts/{stage.cohort.id}/proposals")
    assert [one["fit"] for one in proposals] == [None, None]
