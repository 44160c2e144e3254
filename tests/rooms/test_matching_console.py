"""The round's page as the place where Olga works: pairs as a table, decided on in their rows."""

import re

import pytest
from httpx import Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.matching.models import Override, Pair, Round
from cohort.mentors.models import Mentor
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


def listed(page: Response) -> list[str]:
    """The researchers of the table of pairs, in its order."""
    assert page.status_code == 200, page.text
    return re.findall(r'scope="row"><a href="/plan/[^"]+">([^<]+)</a>', page.text)


async def test_pairs_are_ordered_by_each_heading_and_filtered(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=1, mentors=1)
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    pairs = await pairs_of(stage, round_["run"])
    everyone = sorted(one["researcher"] for one in pairs)
    by_mentor = [one["researcher"] for one in sorted(pairs, key=lambda one: one["mentor"])]
    of = {one["researcher"]: one for one in pairs}

    async def rows(query: str) -> list[str]:
        return listed(await stage.olga.get(f"{address}?{query}"))

    async def values(column: str, query: str) -> list[float]:
        return [of[one][column] for one in await rows(query)]

    for column, down, up in (("score", "best", "worst"), ("loss", "firm", "loose")):
        ordered = sorted(one[column] for one in pairs)
        assert await values(column, f"sort={up}") == ordered
        assert await values(column, f"sort={down}") == ordered[::-1]
    assert await values("score", "") == await values("score", "sort=best")
    assert await rows("sort=researcher") == everyone
    assert await rows("sort=mentor") == by_mentor
    with_grace = [one["researcher"] for one in pairs if one["mentor"] == "Grace Example"]
    assert await rows(f"of={stage.grace.id}") == with_grace
    assert await rows("only=pinned") == []
    for wrong in ("sort=height", "only=mine", "of=grace", "q=%00"):
        assert (await stage.olga.get(f"{address}?{wrong}")).status_code == 422

    page = await stage.olga.get(f"{address}?sort=worst&fit=strong")
    assert 'aria-sort="ascending"><a href' in page.text
    assert f'href="{address}?fit=strong#pairs">Score' in page.text
    assert '<input type="hidden" name="sort" value="worst">' in page.text


async def test_a_pair_is_pinned_in_its_row_and_the_row_says_so(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    page = await stage.olga.get(f"{address}?q=ada&sort=worst")
    (action,) = re.findall(r'class="console-decide" method="post" action="([^"]+)"', page.text)
    (row,) = re.findall(r'id="(pair-[^"]+)"', page.text)
    sent = {"kind": "pin", **stage.pair(stage.ada, stage.grace), "reason": "They met."}

    made = await stage.olga.post(action.replace("&amp;", "&"), data=sent)

    back = made.headers["location"]
    assert back == f"{address}?q=ada&sort=worst#{row}"
    after = await stage.olga.get(back.partition("#")[0])
    assert listed(after) == ["Ada Example"]
    assert "Pin in the next run" in words(after)
    assert "Pinned by Olga Example: They met." in words(after)

    (lift,) = re.findall(r'action="([^"]+/end[^"]+)"', after.text)
    lifted = await stage.olga.post(lift.replace("&amp;", "&"))
    assert lifted.headers["location"] == back
    assert "Pin in the next run" not in words(await stage.olga.get(address))
    assert (await db.scalars(select(Override.kind))).all() == ["pin"]


async def test_pairs_that_changed_since_the_run_before_are_marked_and_found(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    first = await stage.olga.get(f"{address}?only=changed")
    assert listed(first) == []
    swap = {"kind": "pin", **stage.pair(stage.ada, stage.robin), "reason": "They met."}
    await stage.olga.post(f"{address}/overrides", data=swap)
    await open_and_solve(stage, platform)

    page = await stage.olga.get(f"{address}?only=changed&sort=researcher")

    assert listed(page) == ["Ada Example", "Ben Example"]
    assert "Since run 1: 2 have another mentor, the total went from" in words(page)
    assert "Grace Example before" in words(page)
    assert "Robin Example before" in words(page)
    assert listed(await stage.olga.get(f"{address}?only=pinned")) == ["Ada Example"]
    await open_and_solve(stage, platform)
    again = await stage.olga.get(f"{address}?only=changed")
    assert listed(again) == []
    assert "Since run 2: everybody has whom they had, and the total is the same." in words(again)


async def test_a_newer_round_is_held_against_the_one_before(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    """From round to round, that somebody found someone is no change; that he has another one is."""
    await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Round).values(state="superseded"))
        await db.execute(update(Mentor).values(capacity=3))
    await stage.more(enter, researchers=1, mentors=0)
    wish = {"kind": "veto", **stage.pair(stage.ben, stage.robin), "reason": "They fell out."}
    made = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)
    assert made.status_code == 201
    platform.clock.turn(minutes=5)
    second = await open_and_solve(stage, platform)

    page = await stage.olga.get(f"/rounds/{second['id']}?only=changed")

    assert listed(page) == ["Ben Example"]
    assert "Robin Example before" in words(page)


async def test_who_had_nobody_in_the_run_before_is_a_change_within_a_round(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=1, mentors=0)
    first = await open_and_solve(stage, platform)
    left = {"Ada Example", "Ben Example", "Extra0 Example"}
    left -= {one["researcher"] for one in await pairs_of(stage, first["run"])}
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(capacity=2))
    await open_and_solve(stage, platform)

    page = await stage.olga.get(f"/rounds/{first['id']}?only=changed")

    assert left <= set(listed(page))
    assert "Nobody before" in words(page)
    assert "1 who had nobody has one, the total went from" in words(page)


async def test_what_a_pair_would_lose_stands_in_its_row(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    (loss, *_) = sorted((one["loss"] for one in await pairs_of(stage, round_["run"])), reverse=True)
    assert f"−{loss:.2f}" in (await stage.olga.get(f"/rounds/{round_['id']}")).text
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Pair).values(loss=None))
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    assert page.text.count('class="numeric">–</td>') == 2


async def test_the_bar_says_what_the_round_has_come_to_and_what_can_be_done(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=1, mentors=0)
    opened = await stage.olga.post("/cohorts/spring/rounds")
    address = opened.headers["location"]

    def bar(page: Response) -> tuple[str, list[str]]:
        (found,) = re.findall(r'<div class="console-bar">(.*?)</div>\n</div>', page.text, re.DOTALL)
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found)).strip()
        return said, re.findall(r'action="([^"]+)"', found)

    said, acts = bar(await stage.olga.get(address))
    assert said == "Being solved Cancel this run"
    assert re.fullmatch(rf"{address}/runs/[^/]+/cancellation", *acts)
    await keep_runs(platform)
    said, acts = bar(await stage.olga.get(address))
    assert said.startswith("Solved, waits for you to publish 2 of 3 placed 1 without a mentor")
    assert "proved the best" in said
    assert acts == [f"{address}/{act}" for act in ("publication", "runs", "withdrawal")]
    await stage.olga.post(acts[0])
    said, acts = bar(await stage.olga.get(address))
    assert said.startswith("Published 2 of 3 placed")
    assert acts == []
