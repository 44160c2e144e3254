"""Those who had each other are not matched again, in whatever way they parted."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Organiser
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.matching_world import (
    Stage,
    aim_at,
    items,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
    words,
)
from tests.world import mentored, mentoring

RunJobs = Callable[[], Awaitable[None]]


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def publish(stage: Stage, round_: dict[str, Any]) -> None:
    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).status_code == 200


async def everybody_says_yes(stage: Stage) -> None:
    for one in stage.people.values():
        for proposal in (await one.get("/api/v1/proposals?state=open")).json()["items"]:
            await say_yes(one, proposal)


async def say_yes(who: Someone, proposal: dict[str, Any]) -> None:
    said = await who.post(f"/api/v1/proposals/{proposal['id']}/acceptance")
    assert said.status_code == 200, said.text


async def end(stage: Stage, name: str) -> None:
    (mentorship,) = (await stage.people[name].get("/api/v1/mentorships?state=active")).json()[
        "items"
    ]
    address = f"/api/v1/mentorships/{mentorship['id']}/end"
    ended = await stage.people[name].post(address, json={"reason": "We did what we set out to do."})
    assert ended.status_code == 200


async def test_an_ended_pair_is_not_matched_again_and_the_answers_say_so(
    stage: Stage, platform: Platform
) -> None:
    await publish(stage, await open_and_solve(stage, platform))
    await everybody_says_yes(stage)
    await end(stage, "Ada")

    run = (await open_and_solve(stage, platform))["run"]

    assert await pairs_of(stage, run) == []
    assert [one["researcher"] for one in await unmatched_of(stage, run)] == ["Ada Example"]
    path = f"/api/v1/runs/{run['id']}/alternatives/{stage.ada.id}/{stage.grace.id}"
    asked = await stage.olga.get(path)
    assert asked.json()["pair"]["ruled_out"] == ["ended"]
    assert "they had a mentorship that ended" in asked.json()["sentence"]
    assert asked.json()["next_step"] == ""


async def test_a_pair_that_ended_after_the_run_is_not_published(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as meanwhile:
        now = platform.clock()
        theirs = await mentored(meanwhile, stage.ada, stage.grace, now=now)
        theirs.ended_at = now

    await publish(stage, round_)

    skipped = [one["skipped"] for one in await pairs_of(stage, round_["run"])]
    assert sorted(skipped, key=str) == [None, "Their mentorship ended meanwhile."]


@pytest.fixture
async def two_of_two(stage: Stage, platform: Platform) -> dict[str, Any]:
    """Ada with Grace and Ben with Robin have begun; the mentorship of Ada."""
    await publish(stage, await open_and_solve(stage, platform))
    await everybody_says_yes(stage)
    return (await mentorships_of(stage, "Ada"))[0]


async def mentorships_of(stage: Stage, name: str, state: str = "active") -> list[dict[str, Any]]:
    found = await stage.people[name].get(f"/api/v1/mentorships?state={state}")
    listed: list[dict[str, Any]] = found.json()["items"]
    return listed


async def ask(stage: Stage, name: str, mentorship: dict[str, Any], why: str = "We differ.") -> Any:
    address = f"/api/v1/mentorships/{mentorship['id']}/rematch_request"
    return await stage.people[name].put(address, json={"reason": why})


async def one_more_mentor(stage: Stage, platform: Platform, enter: Cast) -> Someone:
    zoe = await enter("Zoe")
    async with unit_of_work(platform.sessions) as db:
        cohort = await db.get_one(Cohort, stage.cohort.id)
        await mentoring(db, cohort, zoe.person, now=platform.clock(), capacity=1)
    return zoe


async def moves_of(stage: Stage, run: dict[str, Any]) -> list[dict[str, Any]]:
    return await items(stage, f"/api/v1/runs/{run['id']}/moves")


async def test_another_mentor_is_proposed_while_the_mentorship_goes_on_until_both_say_yes(
    stage: Stage, platform: Platform, enter: Cast, two_of_two: dict[str, Any], run_jobs: RunJobs
) -> None:
    zoe = await one_more_mentor(stage, platform, enter)
    assert (await ask(stage, "Ada", two_of_two)).status_code == 200

    round_ = await open_and_solve(stage, platform)
    await publish(stage, round_)

    assert await pairs_of(stage, round_["run"]) == []
    (move,) = await moves_of(stage, round_["run"])
    names = (move["researcher"], move["instead_of"], move["mentor"])
    assert names == ("Ada Example", "Grace Example", "Zoe Example")
    grace = stage.people["Grace"]
    async with unit_of_work(platform.sessions) as db:
        db.add(Organiser(cohort_id=stage.cohort.id, person_id=grace.person.id, since=MONDAY))
    hers = await grace.get(f"/api/v1/runs/{round_['run']['id']}/moves")
    assert (hers.status_code, hers.json()["items"]) == (200, [])
    assert "Somebody asked" not in (await grace.get(f"/rounds/{round_['id']}")).text
    assert "Somebody asked" in (await stage.olga.get(f"/rounds/{round_['id']}")).text
    (proposal,) = (await stage.people["Ada"].get("/api/v1/proposals?state=open")).json()["items"]
    assert (proposal["id"], proposal["ends_mentorship"]) == (move["proposal_id"], True)
    assert len(await mentorships_of(stage, "Ada")) == 1
    plan = words(await stage.people["Ada"].get(f"/plan/{stage.ada.id}"))
    assert "Another mentor is proposed to you: Zoe Example" in plan
    await say_yes(stage.people["Ada"], proposal)
    assert [one["mentor"]["name"] for one in await mentorships_of(stage, "Ada")] == [
        "Grace Example"
    ]

    await say_yes(zoe, proposal)
    await run_jobs()

    assert [one["mentor"]["name"] for one in await mentorships_of(stage, "Ada")] == ["Zoe Example"]
    (over,) = await mentorships_of(stage, "Grace", "ended")
    assert over["end_reason"] == "The researcher has another mentor now."
    async with platform.sessions() as db:
        places = select(Mentor.taken).where(Mentor.id == stage.grace.id)
        assert await db.scalar(places) == 0
        told = select(MailboxMessage).where(MailboxMessage.subject.contains("another mentor now"))
        (mail,) = (await db.scalars(told)).all()
    assert (mail.to, "We differ." in mail.text) == (stage.people["Grace"].person.email, False)


async def test_after_a_no_the_mentorship_stays_and_the_two_are_not_proposed_again(
    stage: Stage, platform: Platform, enter: Cast, two_of_two: dict[str, Any]
) -> None:
    await one_more_mentor(stage, platform, enter)
    await ask(stage, "Grace", two_of_two)
    await publish(stage, await open_and_solve(stage, platform))
    (proposal,) = (await stage.people["Ada"].get("/api/v1/proposals?state=open")).json()["items"]

    address = f"/api/v1/proposals/{proposal['id']}/refusal"
    assert (await stage.people["Ada"].post(address, json={"note": "I stay."})).status_code == 200

    assert len(await mentorships_of(stage, "Ada")) == 1
    assert await moves_of(stage, (await open_and_solve(stage, platform))["run"]) == []


async def test_whoever_waits_comes_before_whoever_asks_for_somebody_else(
    stage: Stage, platform: Platform, enter: Cast, two_of_two: dict[str, Any]
) -> None:
    await stage.more(enter, researchers=1, mentors=1)
    await ask(stage, "Ada", two_of_two)

    run = (await open_and_solve(stage, platform))["run"]

    assert [one["researcher"] for one in await pairs_of(stage, run)] == ["Extra0 Example"]
    assert await moves_of(stage, run) == []
    assert (run["researchers"], run["gap"]) == (1, 0)
    page = words(await stage.olga.get(f"/rounds/{run['round_id']}"))
    assert "Nobody else was found this time for Ada Example" in page


async def test_a_wish_that_is_taken_back_after_the_run_is_not_published(
    stage: Stage, platform: Platform, enter: Cast, two_of_two: dict[str, Any]
) -> None:
    await one_more_mentor(stage, platform, enter)
    await ask(stage, "Ada", two_of_two)
    round_ = await open_and_solve(stage, platform)
    address = f"/api/v1/mentorships/{two_of_two['id']}/rematch_request"
    assert (await stage.people["Ada"].delete(address)).status_code == 204
    assert (await stage.people["Ada"].delete(address)).status_code == 204
    assert (await stage.people["Ada"].get(address)).status_code == 404

    await publish(stage, round_)

    (move,) = await moves_of(stage, round_["run"])
    assert move["skipped"] == "Nobody asks for somebody else any more."
    assert move["proposal_id"] is None


async def test_only_organisers_who_are_not_one_of_the_two_read_who_asks_and_why(
    stage: Stage, platform: Platform, two_of_two: dict[str, Any], db: AsyncSession
) -> None:
    await ask(stage, "Ada", two_of_two, "He is always late.")
    again = await ask(stage, "Ada", two_of_two, "We are too far apart.")
    assert again.json()["reason"] == "We are too far apart."
    listed = f"/api/v1/cohorts/{stage.cohort.id}/rematch_requests"
    (request,) = await items(stage, listed)
    said = (request["side"], request["researcher"], request["reason"])
    assert said == ("researcher", "Ada Example", "We are too far apart.")
    page = words(await stage.olga.get("/cohorts/spring/rematch-requests"))
    assert "Ada Example, with Grace Example We are too far apart." in page
    standing = f"/cohorts/spring/mentorships/{two_of_two['id']}"
    assert "We are too far apart." in words(await stage.olga.get(standing))

    grace = stage.people["Grace"]
    address = f"/mentorships/{two_of_two['id']}"
    assert (await grace.get(f"/api/v1{address}/rematch_request")).status_code == 404
    assert (await grace.get(listed)).status_code == 403
    db.add(Organiser(cohort_id=stage.cohort.id, person_id=grace.person.id, since=MONDAY))
    await db.commit()
    assert (await grace.get(listed)).json()["items"] == []
    for page_of_hers in (address, f"{address}/another", "/mentoring", standing):
        assert "too far apart" not in (await grace.get(page_of_hers)).text
    assert len(await items(stage, listed)) == 1


async def test_on_the_page_one_asks_says_why_and_takes_it_back(
    stage: Stage, two_of_two: dict[str, Any]
) -> None:
    ada, address = stage.people["Ada"], f"/mentorships/{two_of_two['id']}/another"
    assert "Ask for somebody else" in words(await ada.get(f"/mentorships/{two_of_two['id']}"))
    refused = await ada.post(address, data={"reason": " "})
    assert refused.status_code == 422
    await ada.post(address, data={"reason": "Our hours do not meet."})
    asked = await ada.get(address)
    assert "You asked for another mentor" in words(asked)
    assert "Our hours do not meet." in asked.text
    await ada.post(f"{address}/withdrawal")
    assert "You asked for another mentor" not in words(await ada.get(address))
    assert (await stage.olga.get(address)).status_code == 403
    await end(stage, "Ada")
    late = await ask(stage, "Ada", two_of_two)
    assert (late.status_code, late.json()["code"]) == (409, "mentorship_ended")
    assert "This mentorship has ended" in words(await ada.get(address))


async def test_the_rules_may_look_at_mentorships_again_and_move_those_who_gain_enough(
    stage: Stage, platform: Platform, enter: Cast, two_of_two: dict[str, Any]
) -> None:
    async with unit_of_work(platform.sessions) as db:
        cohort = await db.get_one(Cohort, stage.cohort.id)
        better = {"domains": ["machine-translation"], "organisations": ["Elsewhere"]}
        twin = (await enter("Twin")).person
        await mentoring(db, cohort, twin, now=platform.clock(), capacity=1, **better)
        await db.execute(
            update(Mentor).where(Mentor.id == stage.grace.id).values(domains=["vision"])
        )
    assert await moves_of(stage, (await open_and_solve(stage, platform))["run"]) == []

    await aim_at(stage, least_gain=0.6)
    assert await moves_of(stage, (await open_and_solve(stage, platform))["run"]) == []
    await aim_at(stage, least_gain=0.05)
    (move,) = await moves_of(stage, (await open_and_solve(stage, platform))["run"])

    assert (move["researcher"], move["mentor"], move["asked"]) == (
        "Ada Example",
        "Twin Example",
        False,
    )
    assert move["gain"] >= 0.05
