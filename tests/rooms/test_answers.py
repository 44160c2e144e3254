"""Answering a proposal in one step: yes; no, because; no, and pause me until."""

import re

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.mentorships import jobs
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Act
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
    words,
)
from tests.rooms.mentorship_world import Spring


def page_of(spring: Spring) -> str:
    return f"/proposals/{spring.proposal.id}"


async def test_the_link_of_the_mail_opens_a_page_that_changes_nothing(
    spring: Spring, db: AsyncSession, platform: Platform, anyone: AsyncClient
) -> None:
    await platform.run_jobs()
    hers = select(MailboxMessage.text).where(MailboxMessage.to == "ada@example.org")
    link = re.search(r"http://127.0.0.1:8000(/proposals/\S+)", (await db.scalars(hers)).one())
    assert link
    assert (await anyone.get(link[1])).headers["location"] == f"/login?next={link[1]}"
    for _ in range(2):
        page = await spring.ada.get(link[1])
    for said in ("A mentor for you", "Both of you work on translation.", "No, because…"):
        assert said in words(page)
    assert "Only the organisers of Spring 2026 read this; Grace Example does not" in words(page)
    assert (await db.scalars(select(Proposal.state))).all() == [ProposalState.OPEN]

    answer = await spring.ada.post(f"{link[1]}/accept?next={link[1]}")
    [card] = await db.scalars(select(Proposal.id))
    assert answer.headers["location"] == f"{link[1]}#proposal-{card}"
    assert "You said yes; Grace Example has not answered yet" in words(
        await spring.ada.get(link[1])
    )
    assert "Take your yes back" in words(await spring.ada.get(link[1]))


async def test_a_no_says_why_in_one_choice_or_own_words_and_the_other_reads_neither(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    address = f"{page_of(spring)}/decline?next=/mentoring"
    for typed, wrong in (
        ({"because": "other", "note": " "}, "Say why, in a few words."),
        ({"because": "no_time", "note": "x" * 2001}, "longer than 2,000"),
        ({"because": "bad_mood", "note": ""}, "Choose one of those that are offered."),
    ):
        refused = await spring.grace.post(address, data=typed)
        assert refused.status_code == 422
        assert wrong in refused.text
        assert typed["note"].strip() in refused.text
    told = await spring.grace.post(address, data={"because": "hours_differ", "pause_until": ""})
    assert (told.status_code, told.headers["location"]) == (303, "/mentoring")

    assert "You said no" in words(await spring.grace.get(page_of(spring)))
    hers = words(await spring.ada.get(page_of(spring)))
    assert "Grace Example said no this time" in hers
    for one, because in ((spring.grace, "hours_differ"), (spring.olga, "hours_differ")):
        assert (await one.get(spring.address)).json()["because"] == because
    assert (await spring.ada.get(spring.address)).json()["because"] is None
    await platform.run_jobs()
    mails = await db.scalars(select(MailboxMessage).where(MailboxMessage.text.contains("hours do")))
    assert {one.to for one in mails} == {"olga@example.org"}


async def test_the_page_says_what_became_of_a_proposal(spring: Spring, platform: Platform) -> None:
    platform.clock.turn(days=7)
    for _ in range(2):
        assert "It is over before it began" in words(await spring.ada.get(page_of(spring)))
        await jobs.expire(platform.runner.cron)


async def test_both_find_that_it_began(spring: Spring, db: AsyncSession) -> None:
    """She lands where she meets her mentor; a mentor at her list, where more may wait."""
    await spring.grace.post(f"{page_of(spring)}/accept?next=/mentoring")
    hers = await spring.ada.post(f"{page_of(spring)}/accept?next=/plan/{spring.enrolment.id}")
    his = await spring.grace.post(f"{page_of(spring)}/accept?next=/mentoring")
    [begun] = await db.scalars(select(Mentorship.id))
    assert hers.headers["location"] == f"/mentorships/{begun}"
    assert his.headers["location"] == "/mentoring"
    assert "It is a match" in words(await spring.ada.get(f"/mentorships/{begun}"))
    for one in (spring.grace, spring.ada):
        assert "You both said yes" in words(await one.get(page_of(spring)))


async def test_who_may_answer_in_the_browser(
    spring: Spring, enter: Cast, anyone: AsyncClient
) -> None:
    eve = await enter("Eve")
    assert (await anyone.get(page_of(spring))).headers["location"].startswith("/login")
    assert (await eve.get(page_of(spring))).status_code == 404
    assert (await spring.olga.get(page_of(spring))).status_code == 403
    assert (await eve.post(f"{page_of(spring)}/accept")).status_code == 404


async def test_no_reason_is_chosen_for_whoever_says_no(spring: Spring, db: AsyncSession) -> None:
    assert "checked" not in (await spring.ada.get(page_of(spring))).text
    refused = await spring.ada.post(f"{page_of(spring)}/decline", data={})
    assert refused.status_code == 422
    assert 'id="field-note-error"' in refused.text
    assert (await db.scalars(select(Proposal.state))).all() == [ProposalState.OPEN]


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-01", "2027-03-04", "yesterday"])
async def test_a_pause_ends_on_a_day_to_come(spring: Spring, db: AsyncSession, day: str) -> None:
    sent = {"because": "no_time", "pause_until": day}
    refused = await spring.ada.post(f"{page_of(spring)}/decline", data=sent)
    assert refused.status_code == 422
    assert 'id="field-pause_until-error"' in refused.text
    assert (await db.scalars(select(Proposal.state))).all() == [ProposalState.OPEN]


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def test_a_researcher_says_no_and_waits_until_a_day(stage: Stage, platform: Platform) -> None:
    ada = stage.people["Ada"]
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    [proposal] = (await ada.get("/api/v1/proposals")).json()["items"]
    sent = {"because": "no_time", "pause_until": "2026-03-09"}
    for _ in range(2):
        answer = await ada.post(f"/api/v1/proposals/{proposal['id']}/refusal", json=sent)
        assert (answer.status_code, answer.json()["because"]) == (200, "no_time")
    await platform.run_jobs()
    plan = words(await ada.get(f"/plan/{stage.ada.id}"))
    assert "nobody is proposed to you before Mon 9 Mar 2026" in plan

    organisers = words(await stage.olga.get(f"/plan/{stage.ada.id}"))
    assert "asked for no proposal before Mon 9 Mar 2026" in organisers

    waits = await open_and_solve(stage, platform)
    assert str(stage.ada.id) not in str(await unmatched_of(stage, waits["run"]))
    address = f"/api/v1/enrolments/{stage.ada.id}"
    assert (await ada.get(address)).json()["paused_until"] == "2026-03-09"

    # Sunday night in Berlin is not over yet; a minute later it is her day.
    platform.clock.now = platform.clock.now.replace(day=8, hour=22, minute=59)
    again = await open_and_solve(stage, platform)
    assert str(stage.ada.id) not in str(await unmatched_of(stage, again["run"]))
    platform.clock.turn(minutes=1)
    again = await open_and_solve(stage, platform)
    assert str(stage.ada.id) in str(await unmatched_of(stage, again["run"]))


async def test_a_mentor_says_no_and_pauses_until_a_day(spring: Spring, db: AsyncSession) -> None:
    sent = {"because": "no_time", "pause_until": "2026-03-30"}
    told = await spring.grace.post(f"{page_of(spring)}/decline", data=sent)
    assert told.status_code == 303
    mentor = (await spring.grace.get(f"/api/v1/mentors/{spring.mentor.id}")).json()
    assert mentor["back_on"] == "2026-03-30"
    assert mentor["paused_at"] is not None


async def test_a_pause_is_ended_early_and_an_organisers_is_noted(
    stage: Stage, platform: Platform
) -> None:
    address = f"/api/v1/enrolments/{stage.ada.id}"
    for _ in range(2):
        paused = await stage.olga.post(f"{address}/pause", json={"until": "2026-04-12"})
        assert paused.json()["paused_until"] == "2026-04-12"
    assert (await stage.people["Ben"].delete(f"{address}/pause")).status_code == 404
    told = await stage.people["Ada"].post(f"/enrolments/{stage.ada.id}/resume")
    assert told.headers["location"] == f"/plan/{stage.ada.id}"
    back = (await stage.people["Ada"].get(address)).json()["paused_until"]
    assert back == "2026-03-02", "The day on which she came back."
    async with platform.sessions() as db:
        acts = list(await db.scalars(select(Act.verb).where(Act.verb.startswith("enrolment."))))
    assert acts == ["enrolment.pause"]


async def test_a_pause_after_the_run_is_seen_when_it_is_published(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    await stage.people["Ada"].post(
        f"/api/v1/enrolments/{stage.ada.id}/pause", json={"until": "2026-04-12"}
    )
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert (await stage.people["Ada"].get("/api/v1/proposals")).json()["items"] == []
    skipped = [one["skipped"] for one in await pairs_of(stage, round_["run"])]
    assert "The researcher asked for a pause." in skipped
