"""Whom to invite, which places help, what one change would do, what else could be chosen."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import utc_now
from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.jobs.processes import ProcessPool
from cohort.matching import runs
from cohort.matching.models import AdviceInput, Run
from cohort.matching.results import advice
from cohort.matching.solving import Advised
from cohort.mentors.models import Mentor
from cohort.pairing.advising import Advice
from tests import world
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    RULES,
    Stage,
    computing,
    form_of,
    keep_runs,
    open_and_solve,
    pairs_of,
    read_round,
    set_the_stage,
    unmatched_of,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


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


async def test_of_a_cohort_too_large_for_every_question_places_are_known_all_the_same(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await without_robin(platform, stage)
    run = (await open_and_solve(stage, platform))["run"]
    known = await advice_of(stage, run)
    monkeypatch.setattr("cohort.pairing.find.MOST_DENSE", 0)

    opened = (await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")).json()
    async with unit_of_work(platform.sessions) as db:
        await runs.solve(db, UUID(opened["run"]["id"]), now=utc_now())

    found = await advice_of(stage, opened["run"])
    assert (found["state"], found["invitations"], found["ways_to_place"]) == ("ready", [], [])
    worth = {one["mentor"]: one["gain"] for one in known["places"]}
    assert {one["mentor"]: one["gain"] for one in found["places"]} == pytest.approx(worth)
    page = await stage.olga.get(f"/rounds/{opened['id']}")
    assert "This cohort is too large for every question" in words(page)


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

    asked = {way["sentence"]: way for way in ways}
    way = asked["Ask Robin Example for one more place."]
    assert (way["kind"], way["mentor_id"]) == ("place", str(stage.robin.id))
    assert way["newly"] == [left["enrolment_id"]]
    assert way["what_comes"].startswith(f"{left['researcher']} would have a mentor; the total")
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "One change that would give more of them a mentor, the best first" in page
    assert f"{way['sentence']} {way['what_comes']}" in page
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
    assert way["sentence"] == "Lift the veto of Ben Example and Robin Example."
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    assert way["sentence"] in words(page)
    assert f'<a href="#overrides">{way["sentence"]}</a>' in page.text
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
    assert page.count("for one more place.") == 3  # two ways, and the best beside who waits
    assert "One more place that would raise the total" not in page


async def test_a_place_that_would_place_nobody_is_listed_where_it_would_raise_the_total(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        nothing = {"domains": [], "roles": [], "skills": []}
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(**nothing))
    form = await form_of(stage)
    del form["common_ground"]  # Robin shares nothing with anybody
    await stage.olga.post(RULES, data=form)
    round_ = await open_and_solve(stage, platform)

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert await unmatched_of(stage, round_["run"]) == []
    assert "One more place that would raise the total, by mentor" in page


async def solve_without_advice(stage: Stage, platform: Platform) -> dict[str, Any]:
    """Open a round; the worker solves it, and has not come to the advice yet."""
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    for job in await computing(platform):
        await platform.runner.run(job.job_id)
    return await read_round(stage, opened.json()["id"])


async def test_pairs_are_there_and_can_be_published_while_advice_is_worked_out(
    stage: Stage, platform: Platform
) -> None:
    round_ = await solve_without_advice(stage, platform)
    run, address = round_["run"], f"/rounds/{round_['id']}"

    assert (run["state"], run["advice_state"]) == ("solved", "pending")
    assert len(await pairs_of(stage, run)) == 2
    told = await advice_of(stage, run)
    assert (told["state"], told["places"], told["ways_to_place"]) == ("pending", [], [])
    said = words(await stage.olga.get(address))
    assert "What would help is being worked out" in said
    assert (await stage.olga.post(f"{address}/publication")).status_code == 303
    await keep_runs(platform)

    assert (await advice_of(stage, run))["state"] == "ready"
    assert "being worked out" not in words(await stage.olga.get(address))


async def test_advice_that_failed_says_so_and_can_be_asked_for_again(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that works it out has no memory to do so, until all attempts are spent."""
    round_ = await solve_without_advice(stage, platform)
    run, address = round_["run"], f"/rounds/{round_['id']}"
    pool = platform.runner.processes
    monkeypatch.setattr(platform.runner, "processes", ProcessPool(1, memory=1, preload="json"))
    for _ in range(outbox.ATTEMPTS):
        await keep_runs(platform)
        platform.clock.turn(hours=2)
    monkeypatch.setattr(platform.runner, "processes", pool)

    assert (await advice_of(stage, run))["state"] == "failed"
    said = words(await stage.olga.get(address))
    assert "What would help could not be worked out" in said
    assert "The pairs are not touched by this" in said
    again = await stage.olga.post(f"{address}/advice")
    assert again.status_code == 303
    assert (await advice_of(stage, run))["state"] == "pending"
    await keep_runs(platform)
    assert (await advice_of(stage, run))["state"] == "ready"


async def test_advice_that_ran_out_of_time_shows_what_it_has_and_can_go_on(
    stage: Stage, platform: Platform
) -> None:
    round_ = await solve_without_advice(stage, platform)
    run, address = round_["run"], f"/rounds/{round_['id']}"
    async with unit_of_work(platform.sessions) as db:
        await advice.store(
            db, UUID(run["id"]), Advised(Advice(), cut_short=True), now=platform.clock()
        )

    said = words(await stage.olga.get(address))
    assert "What would help was not worked out in full" in said
    again = await stage.olga.post(f"/api/v1/runs/{run['id']}/advice")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    twice = await stage.olga.post(f"/api/v1/runs/{run['id']}/advice")
    assert (twice.status_code, twice.json()["state"]) == (202, "pending")
    await keep_runs(platform)
    done = await stage.olga.post(f"/api/v1/runs/{run['id']}/advice")
    assert (done.status_code, done.json()["state"]) == (202, "ready")


async def test_advice_on_a_run_that_a_newer_one_replaced_is_let_go(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await solve_without_advice(stage, platform)
    first = round_["run"]
    (waiting,) = await computing(platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")
    for job in await computing(platform):
        if job != waiting:
            await platform.runner.run(job.job_id)
    await keep_runs(platform)

    second = (await read_round(stage, round_["id"]))["run"]
    assert (await advice_of(stage, first))["state"] == "none"
    assert (await advice_of(stage, second))["state"] == "ready"
    assert (await db.scalars(select(AdviceInput.run_id))).all() == []


async def test_advice_on_a_round_that_a_newer_one_followed_is_not_worked_out(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    first = await solve_without_advice(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{first['id']}/publication")
    platform.clock.turn(minutes=1)
    second = await open_and_solve(stage, platform)

    assert second["id"] != first["id"]
    assert (await advice_of(stage, first["run"]))["state"] == "none"
    assert (await advice_of(stage, second["run"]))["state"] == "ready"
    assert (await db.scalars(select(AdviceInput.run_id))).all() == []


async def test_advice_names_people_by_id_alone_where_it_is_kept(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await without_robin(platform, stage)
    await open_and_solve(stage, platform)

    (kept,) = (await db.scalars(select(Run.advice))).all()

    assert kept
    for someone in stage.people.values():
        assert someone.person.name.split()[0] not in str(kept)
