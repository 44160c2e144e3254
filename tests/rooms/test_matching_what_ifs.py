"""Olga asks a run what it did not do: what other pairs would cost, and who would move."""

import asyncio
import io
import re
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assignment.certificate import verify
from cohort.db import unit_of_work
from cohort.matching.models import KeptEvidence, Run
from cohort.mentors.models import Mentor
from cohort.pairing.evidence import unpack
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    NIGHTS,
    Stage,
    aim_at,
    items,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def alternatives(stage: Stage, run: dict[str, Any], who: Any) -> list[dict[str, Any]]:
    return await items(stage, f"/api/v1/runs/{run['id']}/alternatives/{who.id}")


async def what_if(stage: Stage, run: dict[str, Any], who: Any, mentor: Any) -> Any:
    path = f"/api/v1/runs/{run['id']}/alternatives/{who.id}/{mentor.id}"
    return await stage.olga.get(path)


async def test_why_not_robin_is_answered_with_the_cost_and_who_would_move(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    answer = (await what_if(stage, run, stage.ada, stage.robin)).json()

    other = await what_if(stage, run, stage.ben, stage.grace)
    swapped = answer["pair"]["score"] + other.json()["pair"]["score"]
    assert answer["pair"]["cost"] == pytest.approx(run["total"] - swapped)
    assert "The total of all scores would fall by" in answer["sentence"]
    moves = [(one["researcher"], one["from_mentor"], one["to_mentor"]) for one in answer["changes"]]
    assert moves == [
        ("Ada Example", "Grace Example", "Robin Example"),
        ("Ben Example", "Robin Example", "Grace Example"),
    ]


async def test_the_mentors_for_ada_are_listed_the_cheapest_first(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=0, mentors=3)
    run = (await open_and_solve(stage, platform))["run"]

    listed = await alternatives(stage, run, stage.ada)

    assert len(listed) == 5
    assert listed[0]["chosen"]
    assert listed[0]["sentence"] == "The pair of this run"
    costs = [one["cost"] for one in listed]
    assert costs == sorted(costs)
    twins = [one for one in listed if one["mentor"].startswith("Extra")]
    assert len({(one["cost"], one["as_good"]) for one in twins}) == 1


async def test_what_rules_a_pair_out_is_said(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    async with unit_of_work(platform.sessions) as there:
        await there.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(**NIGHTS))
    run = (await open_and_solve(stage, platform))["run"]

    answer = (await what_if(stage, run, stage.ada, stage.robin)).json()

    assert answer["pair"]["ruled_out"] == ["shared_hours"]
    assert answer["pair"]["cost"] is None
    assert answer["sentence"] == "This pair cannot be: they share too few hours."
    asked = "Ask Ada Example and Robin Example for more weekly hours in common."
    assert answer["next_step"] == asked
    two = f"enrolment_id={stage.ada.id}&mentor_id={stage.robin.id}"
    page = await stage.olga.get(f"/rounds/{run['round_id']}/what_if?{two}")
    assert f"{answer['sentence']} {asked}" in words(page)
    assert f'what_if?{two.replace("&", "&amp;")}">What to ask?' in page.text
    assert answer["changes"] == []


async def test_a_pin_loses_just_what_was_said(stage: Stage, platform: Platform) -> None:
    before = (await open_and_solve(stage, platform))["run"]
    said = (await what_if(stage, before, stage.ada, stage.robin)).json()["pair"]["cost"]
    wish = {"kind": "pin", "reason": "They met.", **stage.pair(stage.ada, stage.robin)}
    await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=wish)

    after = (await open_and_solve(stage, platform))["run"]

    assert before["total"] - after["total"] == pytest.approx(said, abs=1e-9)
    refused = (await what_if(stage, after, stage.ada, stage.grace)).json()
    assert refused["pair"]["ruled_out"] == ["pinned_elsewhere"]


async def test_answers_are_about_what_was_solved_and_not_about_today(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    before = (await what_if(stage, run, stage.ada, stage.robin)).json()
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(domains=[], **NIGHTS))

    assert (await what_if(stage, run, stage.ada, stage.robin)).json() == before


async def test_each_pair_says_what_would_be_lost_without_it(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    ada, ben = sorted(await pairs_of(stage, run), key=lambda one: one["researcher"])

    swapped = (await what_if(stage, run, stage.ada, stage.robin)).json()["pair"]["cost"]
    assert ada["loss"] == pytest.approx(min(swapped, ada["score"]))
    assert ben["loss"] == pytest.approx(min(swapped, ben["score"]))


async def test_an_outsider_can_check_the_proof(stage: Stage, platform: Platform) -> None:
    run = (await open_and_solve(stage, platform))["run"]

    file = await stage.olga.get(f"/api/v1/runs/{run['id']}/evidence")

    assert file.headers["content-type"] == "application/octet-stream"
    assert f"run-{run['id']}.npz" in file.headers["content-disposition"]
    evidence = unpack(file.content)
    assert verify(evidence.problem, evidence.solution)
    assert evidence.solution.total == run["total"]
    with np.load(io.BytesIO(file.content)) as arrays:
        everything = b"".join(array.tobytes() for array in arrays.values())
        assert set(arrays["researcher_ids"].tolist()) == {str(stage.ada.id), str(stage.ben.id)}
    for person in stage.people.values():
        assert person.person.name.encode("utf-32-le") not in everything
        assert person.person.email.encode("utf-32-le") not in everything


async def test_only_the_newest_run_of_a_round_keeps_its_evidence(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    first = (await open_and_solve(stage, platform))["run"]
    second = (await open_and_solve(stage, platform))["run"]

    for path in ("evidence", f"alternatives/{stage.ada.id}"):
        gone = await stage.olga.get(f"/api/v1/runs/{first['id']}/{path}")
        assert (gone.status_code, gone.json()["code"]) == (409, "no_evidence")
        assert (await stage.olga.get(f"/api/v1/runs/{second['id']}/{path}")).status_code == 200
    assert len((await db.scalars(select(KeptEvidence.run_id))).all()) == 1


async def test_a_run_that_is_not_solved_cannot_be_asked(stage: Stage) -> None:
    round_ = (await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")).json()
    for path in ("evidence", f"alternatives/{stage.ada.id}"):
        refused = await stage.olga.get(f"/api/v1/runs/{round_['run']['id']}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_solved")
    assert (await stage.olga.get(f"/rounds/{round_['id']}/what_if")).status_code == 409


async def test_who_took_no_part_is_not_there(stage: Stage, platform: Platform, enter: Cast) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    for path in (f"{uuid4()}", f"{stage.ada.id}/{uuid4()}", f"{stage.grace.id}/{stage.ada.id}"):
        address = f"/api/v1/runs/{run['id']}/alternatives/{path}"
        assert (await stage.olga.get(address)).status_code == 404, path


async def test_nobody_else_can_ask(stage: Stage, platform: Platform, enter: Cast) -> None:
    round_ = await open_and_solve(stage, platform)
    ada, grace = stage.ada.id, stage.grace.id
    for someone in (await enter("Stranger"), stage.people["Ada"], stage.people["Grace"]):
        for path in ("evidence", f"alternatives/{ada}", f"alternatives/{ada}/{grace}"):
            address = f"/api/v1/runs/{round_['run']['id']}/{path}"
            assert (await someone.get(address)).status_code == 404, path
        page = f"/rounds/{round_['id']}/what_if?enrolment_id={ada}"
        assert (await someone.get(page)).status_code == 404


async def test_a_fair_run_says_that_it_cannot_compare(stage: Stage, platform: Platform) -> None:
    await aim_at(stage, objective="fair")
    round_ = await open_and_solve(stage, platform)
    run = round_["run"]
    assert (run["state"], run["gap"]) == ("solved", 0)

    refused = await what_if(stage, run, stage.ada, stage.robin)

    assert (refused.status_code, refused.json()["code"]) == (409, "not_comparable")
    assert {one["loss"] for one in await pairs_of(stage, run)} == {None}
    evidence = unpack((await stage.olga.get(f"/api/v1/runs/{run['id']}/evidence")).content)
    assert verify(evidence.problem, evidence.solution)
    page = await stage.olga.get(f"/rounds/{round_['id']}")
    assert "Other mentors" not in words(page)
    assert "no other assignment is fairer, and none as fair has a higher total" in words(page)


async def test_cover_gives_more_people_a_mentor_and_says_who_would_lose_one(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=0))
    await aim_at(stage, cover=True)
    run = (await open_and_solve(stage, platform))["run"]
    (left,) = await unmatched_of(stage, run)
    (pair,) = await pairs_of(stage, run)

    proof = (await stage.olga.get(f"/api/v1/runs/{run['id']}/certificate")).json()
    other = stage.ben if left["researcher"].startswith("Ben") else stage.ada
    answer = (await what_if(stage, run, other, stage.grace)).json()

    assert proof["cover_bonus"] > 1
    offered = sum(proof["researcher_prices"].values()) - proof["cover_bonus"]
    places = proof["mentor_prices"][str(stage.grace.id)]
    assert offered + places == pytest.approx(proof["bound"])
    assert answer["pair"]["fewer_placed"] == 0
    assert pair["researcher"] in {one["researcher"] for one in answer["changes"]}


async def test_the_same_question_ten_times_at_once_has_one_answer(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]

    answers = await asyncio.gather(
        *[what_if(stage, run, stage.ada, stage.robin) for _ in range(10)]
    )

    assert len({one.text for one in answers}) == 1


async def test_asking_takes_as_many_statements_for_many_as_for_few(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    async def statements() -> list[int]:
        round_ = await open_and_solve(stage, platform)
        run, ada = round_["run"]["id"], stage.ada.id
        counts = []
        for path in (
            f"/api/v1/runs/{run}/alternatives/{ada}",
            f"/api/v1/runs/{run}/alternatives/{ada}/{stage.robin.id}",
            f"/rounds/{round_['id']}/what_if?enrolment_id={ada}&mentor_id={stage.robin.id}",
        ):
            async with count_statements() as seen:
                assert (await stage.olga.get(path)).status_code == 200
            counts.append(len(seen))
        return counts

    few = await statements()
    await stage.more(enter, researchers=6, mentors=6)
    assert await statements() == few


async def test_on_the_page_a_pair_is_opened_a_mentor_asked_about_and_pinned(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}"
    round_page = await stage.olga.get(address)
    assert "Firm: without this pair, the total would fall by" in words(round_page)
    link = f"{address}/what_if?enrolment_id={stage.ada.id}"
    assert f'href="{link}"' in round_page.text

    listed = await stage.olga.get(link)
    assert "Other mentors for Ada Example" in words(listed)
    assert "The pair of this run" in words(listed)
    more = f"{link}&amp;mentor_id={stage.robin.id}"
    assert f'href="{more}"' in listed.text

    answer = await stage.olga.get(more.replace("&amp;", "&"))
    assert "What if Ada Example had Robin Example?" in words(answer)
    assert "Ada Example would move from Grace Example to Robin Example." in words(answer)
    assert "Ben Example would move from Robin Example to Grace Example." in words(answer)
    (pin,) = re.findall(r'href="([^"]+kind=pin#overrides)"', answer.text)
    form = await stage.olga.get(pin.replace("&amp;", "&"))
    assert f'value="{stage.robin.id}" selected' in form.text
    assert 'value="pin" checked' in form.text


async def test_a_question_about_nobody_is_asked_again(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/rounds/{round_['id']}/what_if"

    empty = await stage.olga.get(address)
    assert (empty.status_code, "Choose a researcher" in empty.text) == (200, True)
    for query in (f"enrolment_id={uuid4()}", "enrolment_id=x", f"mentor_id={stage.grace.id}"):
        again = await stage.olga.get(f"{address}?{query}")
        assert again.status_code == 422, query
        assert 'href="#field-enrolment_id"' in again.text
    any_mentor = await stage.olga.get(f"{address}?enrolment_id={stage.ada.id}&mentor_id=")
    assert any_mentor.status_code == 200


async def test_a_cohort_without_mentors_has_nobody_to_list(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    async with unit_of_work(platform.sessions) as there:
        await there.execute(update(Mentor).values(state="declined"))
    round_ = await open_and_solve(stage, platform)

    assert await alternatives(stage, round_["run"], stage.ada) == []
    page = await stage.olga.get(f"/rounds/{round_['id']}/what_if?enrolment_id={stage.ada.id}")
    assert "No mentor took part in this run." in words(page)


async def test_a_run_that_is_too_large_to_ask_says_what_to_do(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Run).values(researchers=10_000, mentors=3_333))

    refused = await what_if(stage, round_["run"], stage.ada, stage.robin)

    assert refused.json()["code"] == "not_comparable"
    assert "Download its evidence" in refused.json()["detail"]
    assert "Other mentors" not in words(await stage.olga.get(f"/rounds/{round_['id']}"))
