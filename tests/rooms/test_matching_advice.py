"""Whom to invite, which places help, what else could be chosen; and the rules on a page."""

import re
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.matching.models import Rules, Run
from cohort.mentors.models import Mentor
from tests import world
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


async def advice_of(stage: Stage, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.olga.get(f"/api/v1/runs/{run['id']}/advice")).json()
    return found


async def without_robin(platform: Platform, stage: Stage) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=0))


async def test_a_place_is_worth_what_the_next_run_gains_by_it(
    stage: Stage, platform: Platform
) -> None:
    await without_robin(platform, stage)
    run = (await open_and_solve(stage, platform))["run"]
    worth = {one["mentor"]: one["gain"] for one in (await advice_of(stage, run))["places"]}
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.grace.id).values(capacity=2))

    again = (await open_and_solve(stage, platform))["run"]

    assert worth["Grace Example"] == pytest.approx(again["total"] - run["total"])


async def test_whoever_is_to_be_invited_adds_what_was_said(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await without_robin(platform, stage)
    run = (await open_and_solve(stage, platform))["run"]
    best = (await advice_of(stage, run))["invitations"][0]
    assert best["placed"] == 1
    ivy = await enter("Ivy")
    async with unit_of_work(platform.sessions) as db:
        found = {"domains": [best["domain"]], "roles": [best["role"]], "skills": best["skills"]}
        unsaid: dict[str, Any] = {"contexts": [], "came_from": "industry", "organisations": []}
        always = [
            {"day": day, "start": "00:00", "end": "24:00"}
            for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        ]
        hers = found | unsaid | {"languages": [best["language"]], "weekly_hours": always}
        await world.mentoring(
            db, stage.cohort, ivy.person, now=platform.clock(), capacity=1, **hers
        )

    again = (await open_and_solve(stage, platform))["run"]

    assert again["total"] - run["total"] == pytest.approx(best["gain"], abs=1e-6)
    assert await unmatched_of(stage, again) == []


async def test_one_place_more_gives_a_mentor_to_whom_it_was_said_to(
    stage: Stage, platform: Platform
) -> None:
    await without_robin(platform, stage)
    round_ = await open_and_solve(stage, platform)
    (left,) = await unmatched_of(stage, round_["run"])

    ways = (await advice_of(stage, round_["run"]))["ways_to_place"]

    asked = {way["said"]: way for way in ways}
    way = asked["Ask Robin Example for one more place."]
    assert (way["kind"], way["mentor_id"]) == ("place", str(stage.robin.id))
    assert way["newly"] == [left["enrolment_id"]]
    assert way["what_comes"].startswith(f"{left['researcher']} would have a mentor; the total")
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "One change that would give more of them a mentor, the best first" in page
    assert f"{way['said']} {way['what_comes']}" in page
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=1))
    again = (await open_and_solve(stage, platform))["run"]
    assert again["total"] - round_["run"]["total"] == pytest.approx(way["gain"])
    assert await unmatched_of(stage, again) == []


async def test_the_one_thing_between_two_is_named_and_to_settle_it_places_somebody(
    stage: Stage, platform: Platform
) -> None:
    for mentor in (stage.grace, stage.robin):
        wish = {"kind": "veto", "reason": "-", **stage.pair(stage.ben, mentor)}
        await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)
    round_ = await open_and_solve(stage, platform)

    (way,) = (await advice_of(stage, round_["run"]))["ways_to_place"]

    assert (way["kind"], way["ruled_out_by"]) == ("pair", "veto")
    assert (way["enrolment_id"], way["newly"]) == (str(stage.ben.id), [str(stage.ben.id)])
    assert way["said"] == "Lift the veto of Ben Example and Robin Example."
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    assert way["said"] in words(page)
    assert '<a href="#overrides">Pins and vetoes</a>' in page.text
    standing = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/overrides")).json()
    (veto,) = [one for one in standing["items"] if one["mentor_id"] == way["mentor_id"]]
    await stage.olga.delete(f"/api/v1/overrides/{veto['id']}")
    again = (await open_and_solve(stage, platform))["run"]
    assert again["total"] - round_["run"]["total"] == pytest.approx(way["gain"])


async def test_below_the_least_score_the_page_leads_to_the_pin(
    stage: Stage, platform: Platform
) -> None:
    form = await form_of(stage) | {"least_score": "0.99"}
    assert (await stage.olga.post(RULES, data=form)).status_code == 303

    round_ = await open_and_solve(stage, platform)

    ways = (await advice_of(stage, round_["run"]))["ways_to_place"]
    assert {one["ruled_out_by"] for one in ways} == {"least_score"}
    way = ways[0]
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    query = f"enrolment_id={way['enrolment_id']}&amp;mentor_id={way['mentor_id']}&amp;kind=pin"
    assert f'href="/rounds/{round_["id"]}?{query}#overrides"' in page.text
    pin = await stage.olga.get(f"/rounds/{round_['id']}?{query.replace('&amp;', '&')}")
    assert 'value="pin" checked' in pin.text


async def test_the_ways_to_match_hold_this_run_and_what_can_be_kept(
    stage: Stage, platform: Platform
) -> None:
    first = (await open_and_solve(stage, platform))["run"]
    assert (await advice_of(stage, first))["ways"] == []
    wish = {"kind": "veto", "reason": "-", **stage.pair(stage.ada, stage.grace)}
    await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)

    second = (await open_and_solve(stage, platform))["run"]

    ways = (await advice_of(stage, second))["ways"]
    (chosen,) = [one for one in ways if one["chosen"]]
    assert chosen["fit"] == pytest.approx(second["total"])
    assert chosen["placed"] == len(await pairs_of(stage, second))
    for one in ways:
        assert one["kept"] + one["changed"] == 2
    other = {(one["placed"], one["kept"]) for one in ways}
    assert len(other) == len(ways)


async def test_to_run_again_keeps_pairs_among_equals(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=4, mentors=4)
    first = await open_and_solve(stage, platform)
    before = {(one["researcher"], one["mentor"]) for one in await pairs_of(stage, first["run"])}
    alike = [await enter(f"Alike{k}") for k in range(4)]
    async with unit_of_work(platform.sessions) as db:
        for one in alike:
            await world.mentoring(db, stage.cohort, one.person, now=platform.clock(), capacity=1)

    again = await open_and_solve(stage, platform)

    after = {(one["researcher"], one["mentor"]) for one in await pairs_of(stage, again["run"])}
    assert after == before


async def test_a_run_from_before_a_question_was_asked_answers_without_it(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await without_robin(platform, stage)
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as there:
        asked = dict((await there.scalars(select(Run.advice))).one() or {})
        del asked["ways_to_place"]
        await there.execute(update(Run).values(advice=asked))

    assert (await advice_of(stage, round_["run"]))["ways_to_place"] == []
    assert (await stage.olga.get(f"/rounds/{round_['id']}")).status_code == 200


async def test_advice_is_on_the_page_in_words(stage: Stage, platform: Platform) -> None:
    await without_robin(platform, stage)
    round_ = await open_and_solve(stage, platform)

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert "Mentors to invite" in page
    assert "of the total), and a mentor for 1 person more" in page
    assert "One more place: what it would add, by mentor" in page


async def test_advice_names_people_by_id_alone_where_it_is_kept(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await without_robin(platform, stage)
    await open_and_solve(stage, platform)

    (kept,) = (await db.scalars(select(Run.advice))).all()

    assert kept
    for someone in stage.people.values():
        assert someone.person.name.split()[0] not in str(kept)


RULES = "/cohorts/spring/rules"


async def form_of(stage: Stage) -> dict[str, str]:
    """What the browser would send when nothing is changed."""
    page = (await stage.olga.get(RULES)).text
    inputs = re.findall(r"<input[^>]*>", page)
    sent = {}
    for one in inputs:
        name = re.search(r'name="([^"]+)"', one)
        value = re.search(r'value="([^"]*)"', one)
        unticked = re.search(r'type="(checkbox|radio)"', one) and " checked" not in one
        if name and value and not unticked:
            sent[name[1]] = value[1]
    return sent


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
    newest = (await db.scalars(select(Rules).order_by(Rules.version.desc()))).first()
    assert newest is not None
    assert (newest.version, newest.weights["domain"]) == (2, 5.0)
    assert newest.aim == {"objective": "total", "cover": True, "stickiness": 0.05}
    assert newest.requirements["conflict_of_interest"] is False
    assert await form_of(stage) == form | {"version": "2", "domain": "5.0"}


async def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    stage: Stage, db: AsyncSession
) -> None:
    form = await form_of(stage) | {"domain": "-1", "least_score": "2", "stickiness": "much"}

    again = await stage.olga.post(RULES, data=form)

    assert again.status_code == 422
    for name in ("domain", "least_score", "stickiness"):
        assert f'href="#field-{name}"' in again.text
    assert 'value="much"' in again.text
    nothing = await form_of(stage)
    nothing |= dict.fromkeys(
        ["domain", "role", "skills", "availability", "language", "path", "wishes"], "0"
    )
    refused = await stage.olga.post(RULES, data=nothing)
    assert "at least one factor" in words(refused)
    assert (await db.scalars(select(Rules))).all() == []


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
    form = await form_of(stage) | {"min_shared_hours": "100", "preview": "yes"}

    refused = await stage.olga.post(RULES, data=form)

    assert refused.status_code == 422
    assert "Ada Example is pinned to Grace Example, but they share too few hours" in words(refused)


async def test_on_the_page_rules_are_tried_out_and_nothing_typed_is_lost(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await open_and_solve(stage, platform)
    form = await form_of(stage) | {"least_score": "0.99", "preview": "yes"}

    tried = await stage.olga.post(RULES, data=form)

    assert tried.status_code == 200
    assert "Ada Example would lose Grace Example, and have no mentor." in words(tried)
    assert 'value="0.99"' in tried.text
    assert len((await db.scalars(select(Rules))).all()) == 1


async def test_a_trial_takes_as_many_statements_for_many_as_for_few(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    async def statements() -> int:
        await open_and_solve(stage, platform)
        form = await form_of(stage) | {"preview": "yes"}
        with count_statements() as seen:
            assert (await stage.olga.post(RULES, data=form)).status_code == 200
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
