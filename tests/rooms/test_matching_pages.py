"""A round in Olga's browser, without JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.matching.models import Override, Run
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Proposal
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    keep_runs,
    open_and_solve,
    pairs_of,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def open_page(stage: Stage) -> str:
    opened = await stage.olga.post("/cohorts/spring/rounds")
    assert opened.status_code == 303, opened.text
    address: str = opened.headers["location"]
    return address


async def test_olga_opens_a_round_waits_reads_and_publishes(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    address = await open_page(stage)
    waiting = await stage.olga.get(address)
    assert "Being solved" in words(waiting)
    assert 'data-refresh-every="2"' in waiting.text
    assert '<noscript><p><a href="">Look again</a>' in waiting.text
    assert "Publish" not in words(waiting)

    await keep_runs(platform)
    solved = await stage.olga.get(address)

    assert "gap 0: no other assignment can be better" in words(solved)
    assert "works on machine translation, as you do" in words(solved)
    assert "data-refresh-every" not in solved.text
    assert words(solved).index("Ada Example") > 0
    published = await stage.olga.post(f"{address}/publication")
    assert (published.status_code, published.headers["location"]) == (303, address)
    after = words(await stage.olga.get(address))
    assert "Published by Olga Example" in after
    assert after.count("Proposed") >= 2
    assert "Run again" not in after
    assert await db.scalar(select(func.count()).select_from(Proposal)) == 2


async def test_publishing_twice_from_the_page_is_publishing_once(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    for _ in range(2):
        done = await stage.olga.post(f"/rounds/{round_['id']}/publication")
        assert done.status_code == 303

    assert await db.scalar(select(func.count()).select_from(Proposal)) == 2


async def test_a_pin_is_made_and_lifted_on_the_page(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    platform.clock.turn(minutes=5)
    wish = {"kind": "pin", **stage.pair(stage.ada, stage.robin), "reason": "They met."}

    made = await stage.olga.post(f"{address}/overrides", data=wish)

    assert made.headers["location"] == f"{address}#overrides"
    page = await stage.olga.get(address)
    assert "Pins or vetoes changed since this run" in words(page)
    assert "They met." in page.text
    await stage.olga.post(f"{address}/runs")
    await keep_runs(platform)
    pinned = await stage.olga.get(address)
    assert "Pinned" in words(pinned)
    assert "changed since this run" not in words(pinned)

    (lift,) = re.findall(rf'action="({address}/overrides/[^"]+/end)"', pinned.text)
    await stage.olga.post(lift)
    assert "No pair is pinned or vetoed" in (await stage.olga.get(address)).text


async def test_a_contradiction_is_explained_and_can_be_replaced_on_the_page(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}/overrides"
    wish = {**stage.pair(stage.ada, stage.robin), "reason": "They met."}
    await stage.olga.post(address, data=wish | {"kind": "veto"})

    again = await stage.olga.post(address, data=wish | {"kind": "pin"})

    assert again.status_code == 422
    assert "Ada Example must not have Robin Example" in words(again)
    assert 'name="replace"' in again.text
    assert 'value="They met."' in again.text
    done = await stage.olga.post(address, data=wish | {"kind": "pin", "replace": "true"})
    assert done.status_code == 303
    standing = select(Override.kind).where(Override.lifted_at.is_(None))
    assert (await db.scalars(standing)).all() == ["pin"]


async def test_nothing_typed_is_lost_when_a_field_is_wrong(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    wish = {"kind": "veto", "enrolment_id": str(stage.ben.id), "mentor_id": "", "reason": ""}

    again = await stage.olga.post(f"/rounds/{round_['id']}/overrides", data=wish)

    assert again.status_code == 422
    assert f'value="{stage.ben.id}" selected' in again.text
    assert 'href="#field-mentor_id"' in again.text
    assert 'href="#field-reason"' in again.text


async def test_a_run_that_failed_says_why_and_the_solved_one_before_it_stays(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.grace.id).values(capacity=0))
    wish = {"kind": "pin", **stage.pair(stage.ada, stage.grace), "reason": "They met."}
    await stage.olga.post(f"/rounds/{round_['id']}/overrides", data=wish)
    again = await open_and_solve(stage, platform)

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert (again["run"]["number"], again["failed_run"]["number"]) == (1, 2)
    assert "The newest run, number 2, found no pairs" in page
    assert "Grace Example has no free place, and pinned there are: Ada Example" in page
    assert "What you see here is run 1" in page
    assert "2 of 2 placed" in page
    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert (published.status_code, published.json()["run"]["number"]) == (200, 1)


async def test_an_empty_side_says_what_to_do(stage: Stage, platform: Platform) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(state="declined"))
    round_ = await open_and_solve(stage, platform)

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert "No approved mentor takes part" in page
    assert "There is no mentor in this round yet" in page


async def test_what_was_skipped_is_said(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        paused = update(Mentor).where(Mentor.id == stage.grace.id)
        await db.execute(paused.values(paused_at=platform.clock()))
    await stage.olga.post(f"/rounds/{round_['id']}/publication")

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert "1 pair was not proposed" in page
    assert "Not proposed: The mentor has paused." in page


async def test_the_page_is_hidden_from_everyone_else(
    stage: Stage, platform: Platform, enter: Cast, anyone: Any
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    for someone in (await enter("Stranger"), stage.people["Ada"], stage.people["Grace"]):
        assert (await someone.get(address)).status_code == 404
        for act in ("runs", "publication", "overrides"):
            assert (await someone.post(f"{address}/{act}", data={})).status_code == 404
        assert (await someone.post("/cohorts/spring/rounds")).status_code == 403
    assert (await anyone.get(address)).headers["location"] == f"/login?next={address}"


async def test_a_page_of_many_pairs_takes_as_many_statements_as_one_of_two(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any, db: AsyncSession
) -> None:
    async def statements() -> int:
        round_ = await open_and_solve(stage, platform)
        async with count_statements() as seen:
            assert (await stage.olga.get(f"/rounds/{round_['id']}")).status_code == 200
        return len(seen)

    await statements()  # the first run has none before it to be held against
    few = await statements()
    await stage.more(enter, researchers=6, mentors=6)

    assert await statements() == few
    newest = await db.scalar(select(Run.id).order_by(Run.number.desc()).limit(1))
    assert len(await pairs_of(stage, {"id": newest})) == 8


async def test_how_long_a_run_took_is_told_beside_when_it_ended(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)

    run = await db.get_one(Run, round_["run"]["id"])

    assert run.seconds is not None
    assert run.finished_at == platform.clock() + timedelta(seconds=run.seconds)


async def test_pairs_and_unmatched_people_are_read_page_by_page(
    stage: Stage, platform: Platform, enter: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for which in ("PAIRS", "ROWS", "BRIEF"):
        monkeypatch.setattr(f"cohort.matching.view.{which}", 1)
    await stage.more(enter, researchers=2, mentors=0)
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"

    first = await stage.olga.get(address)
    second = await stage.olga.get(f"{address}?pairs=2&unmatched=2")
    past = await stage.olga.get(f"{address}?pairs=3")

    assert (first.text.count('id="pair-'), second.text.count('id="pair-')) == (1, 1)
    assert f'href="{address}?pairs=2#pairs"' in first.text
    assert f'href="{address}?unmatched=2#unmatched"' in first.text
    assert f'href="{address}#pairs"' in second.text
    assert "Publish this round? 2 pairs are proposed" in second.text
    assert "No pairs on this page" in words(past)
    assert (await stage.olga.get(f"{address}?pairs=0")).status_code == 422
    sentences = re.findall(r'class="pair-sentence">([^<]+)<', first.text + second.text)
    assert len(set(sentences)) == 2

    for search in ("q=grace", "q=GRACE+exa&fit="):
        found = await stage.olga.get(f"{address}?{search}")
        assert found.text.count('id="pair-') == 1
        assert f'href="{address}#pairs">Show all pairs' in found.text
    assert "No pair fits this" in (await stage.olga.get(f"{address}?q=nobody")).text
    assert (await stage.olga.get(f"{address}?fit=perfect")).status_code == 422

    desk = await stage.olga.get("/cohorts/spring")
    assert desk.text.count('id="pair-') == 1
    assert f'href="{address}#pairs">All 2 pairs' in desk.text
    assert f'href="{address}#unmatched">All 2 without a mentor' in desk.text


def options(page: Response, field: str) -> list[str]:
    """The names that a list offers, but for the first line that asks to choose."""
    (listed,) = re.findall(rf'<select[^>]*name="{field}".*?</select>', page.text, re.DOTALL)
    return re.findall(r'<option value="[^"]+"[^>]*>([^<]+)<', listed)


@pytest.mark.parametrize("path", ["", "/what_if"])
async def test_who_is_not_in_the_list_is_found_by_a_part_of_the_name(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    round_ = await open_and_solve(stage, platform)
    monkeypatch.setattr("cohort.matching.choosing.MOST", 1)
    address = f"/rounds/{round_['id']}{path}"

    first = await stage.olga.get(address)
    assert options(first, "enrolment_id") == ["Ada Example"]
    assert "the first 1 by name" in words(first)

    found = await stage.olga.get(f"{address}?researcher=bEN&mentor=robin@")
    assert options(found, "enrolment_id") == ["Ben Example"]
    assert options(found, "mentor_id") == ["Robin Example"]
    assert f'value="{stage.ben.id}" selected' in found.text
    assert f'value="{stage.robin.id}" selected' in found.text

    kept = await stage.olga.get(f"{address}?enrolment_id={stage.ben.id}&mentor=robin")
    assert options(kept, "enrolment_id") == ["Ben Example", "Ada Example"]
    assert f'<input type="hidden" name="enrolment_id" value="{stage.ben.id}">' in kept.text


@pytest.mark.parametrize("sought", ["nobody", "%25", "_", "%00a%00", "%F0%9F%98%80", "'; --"])
async def test_a_search_with_no_hit_says_so(stage: Stage, platform: Platform, sought: str) -> None:
    round_ = await open_and_solve(stage, platform)
    found = await stage.olga.get(f"/rounds/{round_['id']}?researcher={sought}")
    assert found.status_code == 200
    if sought == "%00a%00":
        assert options(found, "enrolment_id") == ["Ada Example", "Ben Example"]
    else:
        assert options(found, "enrolment_id") == []
        assert "Nobody here has this in their name or address" in words(found)
    too_long = await stage.olga.get(f"/rounds/{round_['id']}?researcher={'a' * 201}")
    assert too_long.status_code == 422


async def test_a_pin_names_someone_who_is_on_no_list(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = await open_and_solve(stage, platform)
    monkeypatch.setattr("cohort.matching.choosing.MOST", 1)
    wish = {"kind": "pin", **stage.pair(stage.ben, stage.robin), "reason": ""}
    refused = await stage.olga.post(f"/rounds/{round_['id']}/overrides", data=wish)
    assert refused.status_code == 422
    assert f'value="{stage.ben.id}" selected' in refused.text
    made = await stage.olga.post(
        f"/rounds/{round_['id']}/overrides", data=wish | {"reason": "They met."}
    )
    assert made.status_code == 303


async def test_a_pair_that_others_could_be_says_so(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    """Six of one kind: whoever has whom, the total is the same."""
    await stage.more(enter, researchers=3, mentors=4)
    round_ = await open_and_solve(stage, platform)

    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))

    assert "Easily replaced: other pairs would be just as good without this one." in page
    extra = next(
        one
        for one in await pairs_of(stage, round_["run"])
        if one["researcher"].startswith("Extra") and one["mentor"].startswith("Extra")
    )
    listed = await stage.olga.get(
        f"/rounds/{round_['id']}/what_if?enrolment_id={extra['enrolment_id']}"
    )
    assert "Nothing: just as good" in words(listed)
