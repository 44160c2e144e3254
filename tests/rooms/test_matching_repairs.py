"""Somebody drops out, two swap, everybody is locked: the price first, then the act."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment, Organiser
from cohort.db import unit_of_work
from cohort.matching.models import Override, PinSet, Run
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    aim_at,
    keep_runs,
    open_and_solve,
    pairs_of,
    read_round,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def ways_on(stage: Stage, run: dict[str, Any], **gone: Any) -> list[dict[str, Any]]:
    answer = await stage.olga.get(f"/api/v1/runs/{run['id']}/repairs", params=gone)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["options"]
    return found


async def pause(platform: Platform, mentor: Mentor) -> None:
    async with unit_of_work(platform.sessions) as db:
        gone = update(Mentor).where(Mentor.id == mentor.id)
        await db.execute(gone.values(paused_at=platform.clock()))


async def withdraw(platform: Platform, enrolment: Enrolment) -> None:
    async with unit_of_work(platform.sessions) as db:
        gone = update(Enrolment).where(Enrolment.id == enrolment.id)
        await db.execute(gone.values(state="withdrawn"))


async def test_without_a_researcher_the_last_way_is_what_a_new_run_finds(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=2, mentors=0)
    run = (await open_and_solve(stage, platform))["run"]
    found = await ways_on(stage, run, enrolment_id=stage.ben.id)
    page = await stage.olga.get(f"/runs/{run['id']}/repair?enrolment_id={stage.ben.id}")

    await withdraw(platform, stage.ben)
    after = (await open_and_solve(stage, platform))["run"]

    assert found[0]["moved"] == 0
    assert found[-1]["total"] == pytest.approx(after["total"])
    assert found[-1]["loss"] == 0
    assert [one["moved"] for one in found] == sorted(one["moved"] for one in found)
    assert "Without Ben Example" in words(page)
    assert "Nobody else moves" in words(page)
    assert "No other way is better." in words(page)


async def test_without_a_mentor_or_a_pair_the_ways_are_exact(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    mentor = await ways_on(stage, run, mentor_id=stage.grace.id)
    pair = await ways_on(stage, run, enrolment_id=stage.ada.id, mentor_id=stage.grace.id)

    # Robin has one place: either Ada goes without, or Ben does.
    assert [one["moved"] for one in mentor] == [0]
    assert mentor[0]["placed"] == 1
    assert [one["moved"] for one in pair] == [0, 1]
    assert pair[0]["changes"][0]["to_mentor"] is None
    assert [one["to_mentor"] for one in pair[1]["changes"]] == ["Robin Example", "Grace Example"]
    assert pair[0]["loss"] == pytest.approx(pair[1]["total"] - pair[0]["total"])
    await pause(platform, stage.grace)
    assert (await open_and_solve(stage, platform))["run"]["total"] == pytest.approx(
        mentor[-1]["total"]
    )


async def test_the_price_of_a_swap_is_what_the_next_run_loses_by_it(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}/swaps/{stage.ada.id}/{stage.ben.id}"
    price = (await stage.olga.get(address)).json()
    page = await stage.olga.get(
        f"/runs/{run['id']}/swap?enrolment_id={stage.ada.id}&other_id={stage.ben.id}"
    )

    assert price["alone"] == pytest.approx(-price["cost"])
    assert [(one["researcher"], one["to_mentor"]) for one in price["changes"]] == [
        ("Ada Example", "Robin Example"),
        ("Ben Example", "Grace Example"),
    ]
    assert price["sentence"] in words(page)
    assert "Nobody else would move." in words(page)
    for researcher, mentor in ((stage.ada, stage.robin), (stage.ben, stage.grace)):
        pin = {"kind": "pin", "reason": "They ask.", **stage.pair(researcher, mentor)}
        await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=pin)
    after = (await open_and_solve(stage, platform))["run"]
    assert run["total"] - after["total"] == pytest.approx(price["cost"])


async def test_what_cannot_be_asked_says_why(stage: Stage, platform: Platform, enter: Cast) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}"
    nobody = await stage.olga.get(f"{address}/repairs")
    assert (nobody.status_code, "enrolment_id" in nobody.text) == (422, True)
    for path in (f"repairs?mentor_id={uuid4()}", f"swaps/{stage.ada.id}/{uuid4()}"):
        assert (await stage.olga.get(f"{address}/{path}")).status_code == 404, path
    itself = await stage.olga.get(f"{address}/swaps/{stage.ada.id}/{stage.ada.id}")
    assert (itself.status_code, itself.json()["code"]) == (409, "cannot_swap")
    page = f"/runs/{run['id']}/swap?enrolment_id={stage.ada.id}&other_id={stage.ada.id}"
    assert "when each has one, and not the same" in words(await stage.olga.get(page))
    for path in (f"{address}/repairs?mentor_id={stage.grace.id}", f"/runs/{run['id']}/repair"):
        assert (await stage.people["Ada"].get(path)).status_code == 404
    await aim_at(stage, objective="fair")
    fair = (await open_and_solve(stage, platform))["run"]
    for path in (f"repairs?mentor_id={stage.grace.id}", f"swaps/{stage.ada.id}/{stage.ben.id}"):
        refused = await stage.olga.get(f"/api/v1/runs/{fair['id']}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_comparable")


async def act(stage: Stage, run: dict[str, Any], who: Any = None, **asked: Any) -> Any:
    body = {"reason": "We talked about it.", **asked}
    return await (who or stage.olga).post(f"/api/v1/runs/{run['id']}/pin_sets", json=body)


def swap(stage: Stage) -> dict[str, Any]:
    return {"kind": "swap", "enrolment_ids": [str(stage.ada.id), str(stage.ben.id)]}


async def newest(stage: Stage, platform: Platform, run: dict[str, Any]) -> dict[str, Any]:
    await keep_runs(platform)
    found: dict[str, Any] = (await read_round(stage, run["round_id"]))["run"]
    assert found["state"] == "solved", found["error"]
    return found


async def mentors_by_name(stage: Stage, run: dict[str, Any]) -> dict[str, str]:
    return {one["researcher"]: one["mentor"] for one in await pairs_of(stage, run)}


async def test_a_swap_is_priced_then_done_once_and_costs_what_was_said(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    tried = (await act(stage, run, **swap(stage), dry_run=True)).json()
    assert (tried["id"], tried["next_run_id"], tried["pins"]) == (None, None, 2)

    made = await act(stage, run, **swap(stage))
    again = await act(stage, run, **swap(stage))

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json()["cost"] == tried["cost"]
    assert again.json()["id"] == made.json()["id"]
    after = await newest(stage, platform, run)
    assert (after["id"], after["number"]) == (made.json()["next_run_id"], 2)
    assert run["total"] - after["total"] == pytest.approx(tried["cost"])
    assert await mentors_by_name(stage, after) == {
        "Ada Example": "Robin Example",
        "Ben Example": "Grace Example",
    }
    passed = await act(stage, run, kind="lock")
    assert (passed.status_code, passed.json()["code"]) == (409, "run_passed")
    back = await stage.olga.delete(f"/api/v1/pin_sets/{made.json()['id']}")
    assert back.status_code == 204
    assert (await open_and_solve(stage, platform))["run"]["total"] == pytest.approx(run["total"])


async def test_of_two_organisers_who_swap_and_repair_at_once_one_does(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    otto = await enter("Otto")
    async with unit_of_work(platform.sessions) as db:
        two = {"cohort_id": stage.cohort.id, "person_id": otto.person.id}
        db.add(Organiser(**two, since=platform.clock()))
    run = (await open_and_solve(stage, platform))["run"]
    parted = {"kind": "repair", "mentor_id": str(stage.grace.id), "moved": 0}
    parted["enrolment_ids"] = [str(stage.ada.id)]

    answers = await asyncio.gather(
        *[act(stage, run, who, **swap(stage)) for who in (stage.olga, otto)],
        *[act(stage, run, who, **parted) for who in (stage.olga, otto)],
    )

    done = [one.json()["id"] for one in answers if one.status_code == 201]
    assert len(set(done)) == 1
    assert {one.json()["code"] for one in answers if one.status_code != 201} == {"run_passed"}
    async with platform.sessions() as db:
        assert await db.scalar(select(func.count()).select_from(PinSet)) == 1
        assert await db.scalar(select(func.count()).select_from(Run)) == 2
    await newest(stage, platform, run)


async def test_locked_pairs_stay_whoever_comes_until_the_round_is_published(
    stage: Stage, platform: Platform, enter: Cast, db: AsyncSession
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    await stage.more(enter, researchers=1, mentors=1)
    page = await stage.olga.get(f"/runs/{run['id']}/lock")
    assert "Lock these pairs" in words(page)
    async with unit_of_work(platform.sessions) as there:
        here = update(Enrolment).where(Enrolment.id == stage.ben.id)
        await there.execute(here.values(state="withdrawn"))
    fewer = (await act(stage, run, kind="lock", dry_run=True)).json()
    assert (fewer["pins"], fewer["id"]) == (1, None)
    async with unit_of_work(platform.sessions) as there:
        await there.execute(here.values(state="active"))

    empty = await stage.olga.post(f"/runs/{run['id']}/pin_sets", data={"kind": "lock"})
    assert (empty.status_code, "This is needed." in words(empty)) == (422, True)
    sent = {"kind": "lock", "reason": "They have begun to talk."}
    none = await stage.olga.post(f"/runs/{run['id']}/pin_sets?some=true", data=sent)
    assert (none.status_code, "Choose at least one pair." in words(none)) == (422, True)
    one = await stage.olga.get(f"/runs/{run['id']}/lock?enrolment_ids={stage.ada.id}")
    assert one.text.count(" checked") == 1
    done = await stage.olga.post(f"/runs/{run['id']}/pin_sets", data=sent)

    assert done.status_code == 303, words(done)
    after = await newest(stage, platform, run)
    kept = await mentors_by_name(stage, after)
    assert kept.items() >= (await mentors_by_name(stage, run)).items()
    assert len(kept) == 3
    standing = select(func.count()).select_from(Override).where(Override.lifted_at.is_(None))
    assert await db.scalar(standing) == 2
    await stage.olga.post(f"/api/v1/rounds/{run['round_id']}/publication")
    assert await db.scalar(standing) == 0
    closed = await act(stage, after, kind="lock")
    assert (closed.status_code, closed.json()["code"]) == (409, "round_closed")


async def test_a_repair_is_chosen_once_somebody_has_left(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await stage.more(enter, researchers=1, mentors=1)
    run = (await open_and_solve(stage, platform))["run"]
    gone = {"kind": "repair", "mentor_id": str(stage.robin.id)}
    ways = await ways_on(stage, run, mentor_id=stage.robin.id)

    early = await act(stage, run, **gone, moved=0)
    assert (early.status_code, early.json()["code"]) == (409, "still_takes_part")
    await pause(platform, stage.robin)
    other = await act(stage, run, **gone, moved=7)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "moved")
    made = await act(stage, run, **gone, moved=0)

    assert made.status_code == 201, made.text
    after = await newest(stage, platform, run)
    assert after["total"] == pytest.approx(ways[0]["total"])
    before, now = await mentors_by_name(stage, run), await mentors_by_name(stage, after)
    others = {one: mentor for one, mentor in before.items() if not mentor.startswith("Robin")}
    assert now.items() >= others.items()


async def test_a_pair_that_must_not_be_is_vetoed_and_what_was_decided_is_not_overturned(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    veto = {"kind": "veto", "reason": "No.", **stage.pair(stage.ada, stage.robin)}
    made = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/overrides", json=veto)
    refused = await act(stage, run, **swap(stage))
    assert (refused.status_code, refused.json()["code"]) == (409, "contradicts_override")
    await stage.olga.delete(f"/api/v1/overrides/{made.json()['id']}")
    page = await stage.olga.get(
        f"/runs/{run['id']}/repair?enrolment_id={stage.ada.id}&mentor_id={stage.grace.id}"
    )
    assert words(page).count("Go on like this") == 2
    sent = {"kind": "repair", "moved": "1", "reason": "They are married."}
    sent |= {"enrolment_ids": str(stage.ada.id), "mentor_id": str(stage.grace.id)}

    done = await stage.olga.post(f"/runs/{run['id']}/pin_sets", data=sent)

    assert done.status_code == 303, words(done)
    after = await newest(stage, platform, run)
    assert (await mentors_by_name(stage, after))["Ada Example"] == "Robin Example"
    vetoes = select(Override.reason).where(Override.kind == "veto", Override.lifted_at.is_(None))
    assert (await db.scalars(vetoes)).all() == ["They are married."]
