"""Olga sees how the mentorships of her cohort go, and what is done about those in need."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.jobs import ask_due, follow_up
from cohort.checkins.models import CheckIn, Episode, Going
from cohort.cohorts.models import Organiser
from cohort.mail import MailboxMessage
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships.models import Mentorship, Side
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.matching_world import words
from tests.rooms.mentorship_world import Spring, begun
from tests.world import enrolled, mentored

A_DAY = timedelta(days=1)


@pytest.fixture
async def mentorship(spring: Spring, db: AsyncSession) -> UUID:
    """Of Ada and Grace; they began five weeks ago, and no meeting is known."""
    its_id = UUID((await begun(spring))["id"])
    await db.execute(update(Mentorship).values(began_at=MONDAY - 35 * A_DAY))
    await db.commit()
    return its_id


async def said(
    db: AsyncSession, mentorship_id: UUID, side: Side, going: Going | None, *, at: datetime = MONDAY
) -> None:
    answer = {"answered_at": at, "met": False, "going": going, "needs_help": False}
    asked = {"due_on": at.date(), "asked_at": at, "words": ""}
    db.add(CheckIn(mentorship_id=mentorship_id, side=side, **asked, **(answer if going else {})))
    await db.commit()


async def met(db: AsyncSession, mentorship_id: UUID, spring: Spring, at: datetime) -> None:
    state = MeetingState.HELD if at <= MONDAY else MeetingState.AGREED
    when = {"starts_at": at, "minutes": 30, "created_at": at, "changed_at": at}
    who = {"mentorship_id": mentorship_id, "proposed_by": spring.ada.person.id}
    db.add(Meeting(state=state, topic="", place="", **when, **who))
    await db.commit()


async def the_board(spring: Spring, query: str = "") -> list[dict[str, Any]]:
    answer = await spring.olga.get(f"/api/v1/cohorts/{spring.cohort.id}/board{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def hours_later(platform: Platform, **by: float) -> None:
    platform.clock.turn(**by)
    platform.clock.now = platform.clock.now.replace(hour=11, minute=17)
    await follow_up(platform.runner.cron)
    await platform.run_jobs()


async def mails(db: AsyncSession, to: str) -> list[str]:
    about = ("time to meet", "may need you", "kindly", "go on?")
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    found = await db.scalars(statement.order_by(MailboxMessage.sent_at))
    return [subject for subject in found if any(words in subject for words in about)]


@pytest.mark.parametrize(
    ("days_ago", "answers", "health", "reasons"),
    [
        (None, [], "needs_a_look", ["no_meeting"]),
        (3, [], "good", []),
        (3, [Going.WELL], "good", []),
        (3, [Going.SO_SO], "needs_a_look", ["going_so_so"]),
        (3, [Going.BADLY], "needs_help", ["going_badly"]),
        (3, [Going.BADLY, Going.WELL], "good", []),
        (3, [None], "needs_a_look", ["researcher_silent"]),
    ],
)
async def test_health_comes_with_its_reasons(
    spring: Spring,
    mentorship: UUID,
    db: AsyncSession,
    days_ago: int | None,
    answers: list[Going | None],
    health: str,
    reasons: list[str],
) -> None:
    if days_ago is not None:
        await met(db, mentorship, spring, MONDAY - days_ago * A_DAY)
    for number, going in enumerate(answers):
        await said(db, mentorship, Side.RESEARCHER, going, at=MONDAY + (number - 9) * A_DAY)
        if number + 1 < len(answers):
            await db.execute(update(CheckIn).values(closed_at=MONDAY))
            await db.commit()
    (one,) = await the_board(spring)
    assert (one["health"], one["reasons"]) == (health, reasons)


async def test_twice_as_long_without_a_meeting_is_grave(
    spring: Spring, mentorship: UUID, db: AsyncSession
) -> None:
    await db.execute(update(Mentorship).values(began_at=MONDAY - 56 * A_DAY))
    await db.commit()
    assert [one["health"] for one in await the_board(spring)] == ["needs_help"]
    await met(db, mentorship, spring, MONDAY + A_DAY)
    (one,) = await the_board(spring)
    assert one["next_meeting_at"] == "2026-03-03T09:00:00Z"
    assert one["health"] == "needs_help", "a meeting that is only planned is none yet"


async def test_the_worst_come_first_and_lists_are_searched(
    spring: Spring, mentorship: UUID, enter: Cast, db: AsyncSession
) -> None:
    bea = await enter("Bea")
    enrolment = await enrolled(db, spring.cohort, bea.person, now=MONDAY)
    await mentored(db, enrolment, spring.mentor, now=MONDAY)
    await db.commit()
    assert [one["researcher"] for one in await the_board(spring)] == ["Ada Example", "Bea Example"]
    for query, names in (
        ("?q=bea", ["Bea Example"]),
        ("?q=grace&sort=name", ["Ada Example", "Bea Example"]),
        ("?health=begins", ["Bea Example"]),
        ("?health=ended", []),
    ):
        assert [one["researcher"] for one in await the_board(spring, query)] == names


async def test_the_board_takes_as_many_statements_for_many_as_for_one(
    spring: Spring,
    mentorship: UUID,
    enter: Cast,
    db: AsyncSession,
    count_statements: Callable[[], Any],
) -> None:
    async with count_statements() as for_one:
        await the_board(spring)
    for name in ("Bea", "Cleo", "Dora"):
        enrolment = await enrolled(db, spring.cohort, (await enter(name)).person, now=MONDAY)
        await mentored(db, enrolment, spring.mentor, now=MONDAY)
    await db.commit()
    async with count_statements() as for_four:
        assert len(await the_board(spring)) == 4
    assert len(for_four) == len(for_one)


async def test_an_organiser_who_is_one_of_the_two_sees_no_answers(
    spring: Spring, mentorship: UUID, db: AsyncSession
) -> None:
    await said(db, mentorship, Side.RESEARCHER, Going.BADLY)
    since, person_id = MONDAY, spring.grace.person.id
    db.add(Organiser(cohort_id=spring.cohort.id, person_id=person_id, since=since))
    await db.commit()
    hers = await spring.grace.get(f"/api/v1/mentorships/{mentorship}/standing")
    assert hers.json()["researcher_said"]["answers"] == []
    assert hers.json()["reasons"] == ["no_meeting"]
    shown = await spring.grace.get(f"/cohorts/spring/mentorships/{mentorship}")
    assert "not well" not in shown.text
    asked = await spring.grace.post(f"/api/v1/mentorships/{mentorship}/ending_question")
    assert asked.status_code == 403
    address = f"/api/v1/cohorts/{spring.cohort.id}/nudges"
    nudges = {"mentorship_ids": [str(mentorship)], "dry_run": True}
    by_grace = (await spring.grace.post(address, json=nudges)).json()["outcomes"]
    assert by_grace[0]["told"] == ["Ada Example", "Grace Example"]


async def test_the_two_are_nudged_then_organisers_told_then_asked_about_an_end_once_each(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    for days in (0, 1, 5, 1, 1, 12, 2, 30):
        for _ in range(2):
            await hours_later(platform, days=days / 2)
    assert await mails(db, "ada") == ["You and Grace Example: time to meet?"]
    assert await mails(db, "grace") == ["You and Ada Example: time to meet?"]
    assert await mails(db, "olga") == [
        "Ada Example and Grace Example may need you",
        "Shall Ada Example and Grace Example end this kindly?",
    ]


async def test_a_meeting_ends_the_episode_and_the_next_one_begins_anew(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    await hours_later(platform)
    await met(db, mentorship, spring, MONDAY - A_DAY)
    await hours_later(platform, days=10)
    assert await db.scalar(select(func.count()).where(Episode.ended_at.is_not(None))) == 1
    await hours_later(platform, days=40)
    assert len(await mails(db, "ada")) == 2
    assert await mails(db, "olga") == []


async def test_what_was_said_in_confidence_never_leads_to_a_mail_to_the_two(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    await met(db, mentorship, spring, MONDAY - A_DAY)
    await said(db, mentorship, Side.RESEARCHER, Going.BADLY)
    for _ in range(3):
        await hours_later(platform, days=4)
    assert await mails(db, "ada") + await mails(db, "grace") == []
    assert await mails(db, "olga") == ["Ada Example and Grace Example may need you"]


async def test_nobody_is_woken_at_night(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.now = MONDAY.replace(hour=2, minute=17)
    await follow_up(platform.runner.cron)
    await platform.run_jobs()
    assert await mails(db, "ada") == []


async def test_many_are_nudged_with_a_dry_run_first_and_once_a_week(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    address = f"/api/v1/cohorts/{spring.cohort.id}/nudges"
    these = {"mentorship_ids": [str(mentorship)]}
    dry = await spring.olga.post(address, json=these | {"dry_run": True})
    (outcome,) = dry.json()["outcomes"]
    assert (outcome["outcome"], outcome["told"]) == ("nudged", ["Ada Example", "Grace Example"])
    await platform.run_jobs()
    assert await mails(db, "ada") == []
    for expected in ("nudged", "nudged_lately"):
        sent = await spring.olga.post(address, json=these)
        assert [one["outcome"] for one in sent.json()["outcomes"]] == [expected]
    await platform.run_jobs()
    assert len(await mails(db, "ada")) == len(await mails(db, "grace")) == 1
    stranger = {"mentorship_ids": [str(mentorship), str(spring.cohort.id)]}
    refused = await spring.olga.post(address, json=stranger)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "mentorship_ids/1")


async def test_two_organisers_who_nudge_at_once_send_one_mail(
    spring: Spring, mentorship: UUID, enter: Cast, platform: Platform, db: AsyncSession
) -> None:
    otto = await enter("Otto")
    db.add(Organiser(cohort_id=spring.cohort.id, person_id=otto.person.id, since=MONDAY))
    await db.commit()
    address = f"/api/v1/cohorts/{spring.cohort.id}/nudges"
    these = {"mentorship_ids": [str(mentorship)]}
    answers = await asyncio.gather(
        *(one.post(address, json=these) for one in (spring.olga, otto) for _ in range(3))
    )
    outcomes = sorted(one.json()["outcomes"][0]["outcome"] for one in answers)
    assert outcomes == ["nudged", *["nudged_lately"] * 5]
    await platform.run_jobs()
    assert len(await mails(db, "ada")) == len(await mails(db, "grace")) == 1


async def test_the_pages_show_whom_before_anything_is_sent(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    await said(db, mentorship, Side.RESEARCHER, Going.SO_SO)
    here = "/cohorts/spring/mentorships"
    shown = (await spring.olga.get(here)).text
    assert "Needs a look" in shown
    assert "Ada Example: so-so" in shown
    assert "no meeting for a while, says it is so-so" in shown
    nobody = await spring.olga.post(here, data={})
    assert (nobody.status_code, "Choose at least one mentorship." in nobody.text) == (422, True)
    chosen = {"mentorship_ids": [str(mentorship)]}
    before = await spring.olga.post(here, data=chosen)
    assert "Ada Example and Grace Example" in before.text
    assert "Send 2 mails" in before.text
    await platform.run_jobs()
    assert await mails(db, "ada") == []
    assert (await spring.olga.post(here, data=chosen | {"send": "true"})).status_code == 303
    await platform.run_jobs()
    assert len(await mails(db, "ada")) == 1
    sheet = await spring.olga.get(f"{here}.csv")
    assert "Ada Example,Grace Example,needs_a_look,no_meeting going_so_so" in sheet.text
    one = f"{here}/{mentorship}"
    assert "Says it is so-so" in (await spring.olga.get(one)).text
    assert (await spring.olga.post(f"{one}/ending")).status_code == 303
    assert (await spring.olga.post(f"{one}/ending")).status_code == 303
    await platform.run_jobs()
    both = ["Do you and Ada Example want to go on?", "You and Ada Example: time to meet?"]
    assert sorted(await mails(db, "grace")) == both, "Sent in one moment: in no order."


async def test_while_the_two_pause_nobody_is_asked_anything(
    spring: Spring, mentorship: UUID, platform: Platform, db: AsyncSession
) -> None:
    await db.execute(update(Mentorship).values(paused_at=MONDAY))
    await db.commit()
    await hours_later(platform)
    await ask_due(platform.runner.cron)
    assert await db.scalar(select(func.count()).select_from(CheckIn)) == 0
    assert await mails(db, "ada") + await mails(db, "olga") == []
    assert [one["health"] for one in await the_board(spring)] == ["paused"]
    assert "Paused" in (await spring.olga.get("/cohorts/spring/mentorships")).text


async def test_nobody_is_asked_to_end_what_has_ended(spring: Spring, mentorship: UUID) -> None:
    await spring.ada.post(f"/api/v1/mentorships/{mentorship}/end", json={"reason": "Work."})
    refused = await spring.olga.post(f"/api/v1/mentorships/{mentorship}/ending_question")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_going_on")
    assert await the_board(spring) == []
    assert [one["health"] for one in await the_board(spring, "?health=ended")] == ["ended"]


async def test_the_page_of_the_cohort_leads_to_those_who_need_help_or_ask_for_somebody_else(
    spring: Spring,
    mentorship: UUID,
    db: AsyncSession,
    enter: Cast,
    count_statements: Callable[[], Any],
) -> None:
    async with count_statements() as before:
        page = words(await spring.olga.get("/cohorts/spring"))
    assert "1 mentorship needs a look" in page
    assert "mentorship needs help" not in page
    assert "somebody else is asked for" not in page

    ask = f"/api/v1/mentorships/{mentorship}/rematch_request"
    for one in (spring.ada, spring.grace):
        assert (await one.put(ask, json={"reason": "Our hours differ."})).is_success
    await said(db, mentorship, Side.MENTOR, Going.BADLY)
    async with count_statements() as after:
        shown = await spring.olga.get("/cohorts/spring")

    assert "In 1 mentorship, somebody else is asked for" in words(shown)
    assert "1 mentorship needs help" in words(shown)
    assert "needs a look" not in words(shown)
    for there in ("rematch-requests", "mentorships?health=needs_help"):
        assert f'href="/cohorts/spring/{there}"' in shown.text
        assert "Ada Example" in (await spring.olga.get(f"/cohorts/spring/{there}")).text
    assert len(after) == len(before)
