"""The matrix of a run: every researcher with every mentor, a window at a time, at its price."""

import re
from typing import Any

import pytest
from sqlalchemy import delete, update

from cohort.db import unit_of_work
from cohort.matching.models import KeptEvidence
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    NIGHTS,
    Stage,
    aim_at,
    open_and_solve,
    pairs_of,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def matrix_of(stage: Stage, run: dict[str, Any], query: str = "") -> dict[str, Any]:
    read = await stage.olga.get(f"/api/v1/runs/{run['id']}/matrix?{query}")
    assert read.status_code == 200, read.text
    found: dict[str, Any] = read.json()
    return found


async def test_every_cell_is_priced_as_its_pair_is(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=2, mentors=1)
    run = (await open_and_solve(stage, platform))["run"]
    matrix = await matrix_of(stage, run)

    assert (matrix["researchers"], matrix["mentors"], matrix["priced"]) == (4, 3, True)
    names = [one["researcher"] for one in matrix["rows"]]
    assert names == ["Ada Example", "Ben Example", "Extra0 Example", "Extra1 Example"]
    assert [one["mentor"] for one in matrix["columns"]] == sorted(
        one["mentor"] for one in matrix["columns"]
    )
    told = ("score", "chosen", "cost", "fewer_placed", "below_least_score", "ruled_out")
    for row, cells in zip(matrix["rows"], matrix["cells"], strict=True):
        address = f"/api/v1/runs/{run['id']}/alternatives/{row['enrolment_id']}"
        listed = (await stage.olga.get(address)).json()["items"]
        alone = {one["mentor_id"]: {name: one[name] for name in told} for one in listed}
        assert cells == [alone[column["mentor_id"]] for column in matrix["columns"]]
    chosen = sum(cell["chosen"] for cells in matrix["cells"] for cell in cells)
    assert chosen == len(await pairs_of(stage, run))


async def test_a_window_is_a_part_of_the_whole(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=2, mentors=1)
    run = (await open_and_solve(stage, platform))["run"]
    whole = await matrix_of(stage, run)

    part = await matrix_of(stage, run, "first_row=1&rows=2&first_column=1&columns=1")
    assert part["rows"] == whole["rows"][1:3]
    assert part["columns"] == whole["columns"][1:2]
    assert part["cells"] == [cells[1:2] for cells in whole["cells"][1:3]]
    assert (part["researchers"], part["first_row"]) == (4, 1)

    sought = await matrix_of(stage, run, "researcher=eXtra&mentor=grace")
    assert (sought["researchers"], sought["mentors"]) == (2, 1)
    assert [one["researcher"] for one in sought["rows"]] == ["Extra0 Example", "Extra1 Example"]
    past = await matrix_of(stage, run, "first_row=99")
    assert (past["rows"], past["cells"]) == ([], [])
    for wrong in ("rows=0", "rows=101", "first_row=-1", "columns=x", "researcher=%00"):
        read = await stage.olga.get(f"/api/v1/runs/{run['id']}/matrix?{wrong}")
        assert read.status_code == 422


async def test_on_the_page_a_cell_says_its_score_and_price_and_leads_to_its_pair(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        nights = update(Mentor).where(Mentor.id == stage.robin.id)
        await db.execute(nights.values(**NIGHTS))
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    assert f'href="{address}/matrix"' in (await stage.olga.get(address)).text

    page = await stage.olga.get(f"{address}/matrix")

    assert "Researchers 1 to 2 of 2, mentors 1 to 2 of 2." in words(page)
    cells = re.findall(
        r'<td class="([^"]+)"><a href="([^"]+)" title="([^"]+)">(.*?)</a>', page.text
    )
    assert len(cells) == 4
    (chosen,) = [said for kind, _, said, _ in cells if "heat-chosen" in kind]
    assert chosen == "The pair of this run"
    ruled_out = [shown for kind, _, said, shown in cells if said.startswith("Cannot be")]
    assert ruled_out == ["–", "–"]
    assert any(re.search(r"<small>−0\.\d\d</small>", shown) for *_, shown in cells)
    pair = await stage.olga.get(cells[0][1].replace("&amp;", "&"))
    assert "What would follow" in words(pair)

    part = await stage.olga.get(f"{address}/matrix?rows=1&columns=1")
    assert part.text.count("<td ") == 1
    assert f'href="{address}/matrix?first_row=1&amp;rows=1&amp;columns=1">Later res' in part.text
    assert "Nobody found" in words(await stage.olga.get(f"{address}/matrix?mentor=nobody"))
    assert "Nothing here" in words(await stage.olga.get(f"{address}/matrix?first_row=7"))


async def test_where_fairness_is_the_aim_scores_are_there_without_prices(
    stage: Stage, platform: Platform
) -> None:
    await aim_at(stage, objective="fair")
    round_ = await open_and_solve(stage, platform)

    matrix = await matrix_of(stage, round_["run"])
    page = await stage.olga.get(f"/rounds/{round_['id']}/matrix")

    assert matrix["priced"] is False
    cells = [cell for its in matrix["cells"] for cell in its]
    assert {cell["cost"] for cell in cells} == {None}
    assert all(cell["score"] > 0 for cell in cells if not cell["ruled_out"])
    assert "This run aims at fairness." in words(page)
    assert 'title="What it would cost is not known"' in page.text


async def test_without_evidence_the_matrix_says_so(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(delete(KeptEvidence))
    for address in (f"/rounds/{round_['id']}/matrix", f"/api/v1/runs/{round_['run']['id']}/matrix"):
        refused = await stage.olga.get(address)
        assert refused.status_code == 409
        assert "Evidence is kept for the newest solved run" in words(refused)


async def test_a_larger_matrix_takes_as_many_statements(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    async def statements() -> int:
        round_ = await open_and_solve(stage, platform)
        async with count_statements() as seen:
            assert (await stage.olga.get(f"/rounds/{round_['id']}/matrix")).status_code == 200
        return len(seen)

    few = await statements()
    await stage.more(enter, researchers=3, mentors=3)
    assert await statements() == few
