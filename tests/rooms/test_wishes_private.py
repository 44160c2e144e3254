"""Worlds that differ only in what the other one keeps private, read by an attacker.

Whatever one of the two can read, in the API, on pages, in mails and in events, is the same text.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from cohort.cohorts.models import Organiser
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from tests.conftest import Cast, Platform, Someone, emptied
from tests.rooms.matching_world import (
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
)

Secret = Callable[[Stage], Awaitable[None]]


async def nothing(_stage: Stage) -> None:
    """Nobody keeps anything private."""


async def wish_of_mentor(stage: Stage, name: str, *wanted: Any) -> None:
    mentor = {"Grace": stage.grace, "Robin": stage.robin}[name]
    body = {"enrolment_ids": [str(one.id) for one in wanted]}
    answer = await stage.people[name].put(f"/api/v1/mentors/{mentor.id}/wishes", json=body)
    assert answer.status_code == 200


async def wish_of_researcher(stage: Stage, name: str, *wanted: Any) -> None:
    enrolment = {"Ada": stage.ada, "Ben": stage.ben}[name]
    body = {"mentor_ids": [str(one.id) for one in wanted]}
    answer = await stage.people[name].put(f"/api/v1/enrolments/{enrolment.id}/wishes", json=body)
    assert answer.status_code == 200


async def mentors_wish(stage: Stage) -> None:
    await wish_of_mentor(stage, "Grace", stage.ben, stage.ada)
    await wish_of_mentor(stage, "Robin", stage.ada)


async def researchers_wish(stage: Stage) -> None:
    await wish_of_researcher(stage, "Ada", stage.robin, stage.grace)
    await wish_of_researcher(stage, "Ben", stage.grace, stage.robin)


async def mentors_keep_apart(stage: Stage) -> None:
    """Grace from Ben, Robin from Ada: of those whom the round does not pair."""
    for name, other in (("Grace", "Ben"), ("Robin", "Ada")):
        body = {"kind": "block", "email": stage.people[other].person.email}
        address = f"/api/v1/cohorts/{stage.cohort.id}/kept_apart"
        assert (await stage.people[name].post(address, json=body)).status_code == 201


async def mentors_weigh(stage: Stage) -> None:
    for name, mentor in (("Grace", stage.grace), ("Robin", stage.robin)):
        said = {"more": ["domain", "availability"], "less": ["skills"]}
        address = f"/api/v1/mentors/{mentor.id}/preferences"
        assert (await stage.people[name].put(address, json=said)).status_code == 200


async def play(platform: Platform, enter: Cast, secret: Secret) -> Stage:
    """One round from an empty platform to its proposals, and their mails."""
    await emptied(platform)
    stage = await set_the_stage(platform, enter)
    await secret(stage)
    round_ = await open_and_solve(stage, platform)
    assert (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).status_code < 300
    await platform.run_jobs()
    return stage


async def all_that_can_be_read(stage: Stage, who: Someone) -> str:
    cohort = f"/api/v1/cohorts/{stage.cohort.id}"
    addresses = [
        "/", "/mentoring", f"/plan/{stage.ada.id}", "/api/v1/proposals", "/api/v1/mentorships",
        f"{cohort}/events", f"{cohort}/mentors", f"{cohort}/enrolments", f"{cohort}/rounds",
        f"/api/v1/enrolments/{stage.ada.id}", f"/api/v1/mentors/{stage.grace.id}",
    ]  # fmt: skip
    addresses += [
        f"/api/v1/proposals/{one['id']}"
        for one in (await who.get("/api/v1/proposals")).json()["items"]
    ]
    read = [(await who.get(address)).text for address in addresses]
    async with stage.platform.sessions() as db:
        hers = select(MailboxMessage).where(MailboxMessage.to == who.person.email)
        for mail in (await db.scalars(hers.order_by(MailboxMessage.text))).all():
            read += [mail.subject, mail.text, mail.html]
    return without_ids("\n".join(read))


def without_ids(text: str) -> str:
    """Each id as the number of its first appearance.

    Ids are drawn, and of two proposals of one round the one with the lesser id is noted first.
    """
    text = re.sub(r'"number":\d+', '"number":0', text)
    seen: dict[str, str] = {}
    return re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        lambda found: seen.setdefault(found[0], f"id-{len(seen)}"),
        text,
    )


async def test_neither_reads_what_the_other_one_wishes(platform: Platform, enter: Cast) -> None:
    stage = await play(platform, enter, nothing)
    ada = await all_that_can_be_read(stage, stage.people["Ada"])
    grace = await all_that_can_be_read(stage, stage.people["Grace"])
    assert "Strong fit" in ada
    assert "Strong fit" in grace
    assert "How well you suit each other" in ada

    for secret in (mentors_wish, mentors_keep_apart, mentors_weigh):
        stage = await play(platform, enter, secret)
        assert await all_that_can_be_read(stage, stage.people["Ada"]) == ada
    stage = await play(platform, enter, researchers_wish)
    assert await all_that_can_be_read(stage, stage.people["Grace"]) == grace


async def test_an_organiser_who_mentors_reads_no_wish_about_herself_and_none_rewrites_wishes(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    await researchers_wish(stage)
    grace = stage.people["Grace"]
    async with unit_of_work(platform.sessions) as db:
        now = platform.clock()
        db.add(Organiser(cohort_id=stage.cohort.id, person_id=grace.person.id, since=now))
    address = f"/api/v1/enrolments/{stage.ada.id}/wishes"

    read = await grace.get(address)
    assert str(stage.robin.id) in read.text
    assert str(stage.grace.id) not in read.text
    for organiser in (grace, stage.olga):
        written = await organiser.put(address, json={"mentor_ids": [str(stage.grace.id)]})
        assert written.status_code == 403
    assert str(stage.grace.id) in (await stage.olga.get(address)).text


async def test_organisers_see_what_wishes_add(platform: Platform, enter: Cast) -> None:
    stage = await set_the_stage(platform, enter)
    await mentors_wish(stage)
    round_ = await open_and_solve(stage, platform)

    (of_ada,) = [
        p for p in await pairs_of(stage, round_["run"]) if p["enrolment_id"] == str(stage.ada.id)
    ]
    (wishes,) = [one for one in of_ada["factors"] if one["name"] == "wishes"]
    assert wishes["score"] == 0.625
    whole = sum(one["score"] * one["weight"] for one in of_ada["factors"])
    assert abs(whole - of_ada["score"]) < 1e-6
    assert "asked for" not in of_ada["reason"]


async def test_where_wishes_alone_count_no_score_is_told(platform: Platform, enter: Cast) -> None:
    stage = await set_the_stage(platform, enter)
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    rules = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    kept = {"wishes", "own", "personal"}
    rules["weights"] |= {name: 0 for name in rules["weights"] if name not in kept}
    made = await stage.olga.post(address, json=rules, headers={"If-Match": read.headers["ETag"]})
    assert made.status_code == 201
    await mentors_wish(stage)
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    (proposal,) = (await stage.people["Ada"].get("/api/v1/proposals")).json()["items"]
    assert (proposal["score"], proposal["factors"]) == (None, [])
    page = (await stage.people["Ada"].get(f"/plan/{stage.ada.id}")).text
    assert "Spring 2026, score" not in page
