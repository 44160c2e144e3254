"""Ada and Grace are asked how it goes; Olga reads what they say, and neither reads the other."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.due_days import due_day
from cohort.checkins.jobs import ask_due
from cohort.cohorts.models import Cohort, Enrolment, Organiser
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people import logins
from tests.conftest import Platform, Someone, TurnableClock
from tests.rooms.mentorship_world import Spring, begun

RunJobs = Callable[[], Awaitable[None]]
WELL = {"met": True, "going": "well", "needs_help": False}
BADLY = {"met": False, "going": "badly", "needs_help": True, "words": "We never find a time."}
FORM = {"met": "true", "going": "so_so", "needs_help": "false", "words": ""}


async def a_minute_later(platform: Platform, *back: Someone) -> None:
    """What the worker does once a minute, and the mail; some come back: a login ends in time."""
    await ask_due(platform.runner.cron)
    await platform.run_jobs()
    await come_back(platform, *back)


async def come_back(platform: Platform, *people: Someone) -> None:
    async with unit_of_work(platform.sessions) as db:
        for who in people:
            entry = logins.open_login(db, who.person, now=platform.clock(), days=14)
            who.http.headers["authorization"] = f"Bearer {entry.token}"


@pytest.fixture
async def mentorship(spring: Spring, platform: Platform) -> str:
    """Of Ada and Grace, two weeks old and asked about for the first time."""
    its_id: str = (await begun(spring))["id"]
    platform.clock.turn(days=14)
    await a_minute_later(platform, spring.olga, spring.ada, spring.grace)
    return its_id


async def asked(who: Someone) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.get("/api/v1/check_ins")).json()["items"]
    return items


async def answered(who: Someone, said: dict[str, Any]) -> Any:
    newest = (await asked(who))[-1]
    return await who.put(f"/api/v1/check_ins/{newest['id']}/answer", json=said)


async def mails(db: AsyncSession, to: str) -> list[str]:
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    return list(await db.scalars(statement.order_by(MailboxMessage.sent_at)))


async def test_both_are_asked_after_two_weeks_and_then_every_month_once_each(
    spring: Spring, platform: Platform, clock: TurnableClock, db: AsyncSession
) -> None:
    await begun(spring)
    clock.turn(days=13)
    await a_minute_later(platform)
    assert await asked(spring.ada) == []
    for days in (1, 0, 0, 29, 1, 0, 30):
        clock.turn(days=days)
        await a_minute_later(platform)
    await come_back(platform, spring.ada, spring.grace)
    for one, other in ((spring.ada, "Grace"), (spring.grace, "Ada")):
        days = [check_in["due_on"] for check_in in await asked(one)]
        assert days == ["2026-03-16", "2026-04-15", "2026-05-15"]
        assert [check_in["is_open"] for check_in in await asked(one)] == [False, False, True]
        told = await mails(db, one.person.name.split()[0].lower())
        assert told.count(f"How is it going with {other} Example?") == 3


async def test_the_rhythm_is_the_cohorts(
    spring: Spring, platform: Platform, clock: TurnableClock
) -> None:
    address = f"/api/v1/cohorts/{spring.cohort.id}"
    seen = {"If-Match": (await spring.olga.get(address)).headers["etag"]}
    rhythm = {"check_in_after_days": 7, "check_in_every_days": 10}
    assert (await spring.olga.patch(address, json=rhythm, headers=seen)).status_code == 200
    await begun(spring)
    for days in (7, 10):
        clock.turn(days=days)
        await a_minute_later(platform, spring.ada)
    assert [one["due_on"] for one in await asked(spring.ada)] == ["2026-03-09", "2026-03-19"]


async def test_a_worker_that_was_away_asks_only_what_is_due_last(
    spring: Spring, platform: Platform, clock: TurnableClock
) -> None:
    await begun(spring)
    clock.turn(days=80)
    await a_minute_later(platform, spring.ada)
    assert [one["due_on"] for one in await asked(spring.ada)] == ["2026-05-15"]


async def test_who_moves_to_another_time_zone_is_not_asked_twice(
    spring: Spring, mentorship: str, platform: Platform, db: AsyncSession
) -> None:
    await db.execute(update(Enrolment).values(time_zone="Pacific/Kiritimati"))
    await db.execute(update(Cohort).values(check_in_every_days=7, check_in_after_days=15))
    await db.commit()
    platform.clock.turn(hours=12)
    await a_minute_later(platform)
    assert len(await asked(spring.ada)) == 1


async def test_a_good_answer_is_kept_and_bothers_nobody(
    spring: Spring, mentorship: str, run_jobs: RunJobs, db: AsyncSession
) -> None:
    assert (await answered(spring.ada, WELL)).json()["going"] == "well"
    await run_jobs()
    assert not [subject for subject in await mails(db, "olga") if "says" in subject]


async def test_a_low_answer_reaches_the_organisers_once_and_never_the_other_one(
    spring: Spring, mentorship: str, run_jobs: RunJobs, db: AsyncSession
) -> None:
    for said in (BADLY, BADLY, BADLY | {"words": "Never."}):
        assert (await answered(spring.ada, said)).status_code == 200
        await run_jobs()
    told = [subject for subject in await mails(db, "olga") if "says" in subject]
    assert told == ["Ada Example says how it goes with Grace Example"]
    hers = (await spring.grace.get(f"/api/v1/mentorships/{mentorship}/check_ins")).json()["items"]
    assert [one["side"] for one in hers] == ["mentor"]
    of_ada = (await asked(spring.ada))[0]["id"]
    assert (await spring.grace.get(f"/api/v1/check_ins/{of_ada}")).status_code == 404
    read = (await spring.olga.get(f"/api/v1/mentorships/{mentorship}/check_ins")).json()["items"]
    assert {(one["side"], one["words"]) for one in read} == {
        ("researcher", "Never."),
        ("mentor", ""),
    }


@pytest.mark.parametrize("low", [{"needs_help": True}, {"going": "badly"}])
async def test_that_it_goes_badly_or_that_she_needs_help_is_low_by_itself(
    spring: Spring, mentorship: str, run_jobs: RunJobs, db: AsyncSession, low: dict[str, Any]
) -> None:
    assert (await answered(spring.ada, WELL | low)).status_code == 200
    await run_jobs()
    assert len([subject for subject in await mails(db, "olga") if "says" in subject]) == 1


async def test_an_organiser_who_is_one_of_the_two_reads_only_her_own(
    spring: Spring, mentorship: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    grace = Organiser(
        cohort_id=spring.cohort.id, person_id=spring.grace.person.id, since=spring.cohort.created_at
    )
    db.add(grace)
    await db.commit()
    await answered(spring.ada, BADLY)
    await run_jobs()
    read = (await spring.grace.get(f"/api/v1/mentorships/{mentorship}/check_ins")).json()["items"]
    assert [one["side"] for one in read] == ["mentor"]
    assert not [subject for subject in await mails(db, "grace") if "says" in subject]


async def test_an_organiser_reads_but_does_not_answer(spring: Spring, mentorship: str) -> None:
    its_id = (await asked(spring.ada))[0]["id"]
    assert (await spring.olga.get(f"/api/v1/check_ins/{its_id}")).status_code == 200
    refused = await spring.olga.put(f"/api/v1/check_ins/{its_id}/answer", json=WELL)
    assert refused.status_code == 403


async def test_a_late_answer_is_taken_until_the_next_one_is_asked(
    spring: Spring, mentorship: str, platform: Platform
) -> None:
    first = f"/api/v1/check_ins/{(await asked(spring.ada))[0]['id']}/answer"
    platform.clock.turn(days=29)
    await come_back(platform, spring.ada)
    assert (await spring.ada.put(first, json=BADLY)).status_code == 200
    assert (await spring.ada.put(first, json=WELL)).json()["going"] == "well"
    platform.clock.turn(days=1)
    await a_minute_later(platform)
    refused = await spring.ada.put(first, json=WELL)
    assert (refused.status_code, refused.json()["code"]) == (409, "check_in_closed")


async def test_nobody_is_asked_about_what_has_ended(
    spring: Spring, mentorship: str, platform: Platform
) -> None:
    ended = await spring.ada.post(f"/api/v1/mentorships/{mentorship}/end", json={"reason": "Work."})
    assert ended.status_code == 200
    refused = await answered(spring.ada, WELL)
    assert "has ended" in refused.json()["detail"]
    platform.clock.turn(days=30)
    await a_minute_later(platform, spring.ada)
    assert len(await asked(spring.ada)) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"going": "well", "needs_help": False}, "met"),
        (WELL | {"going": "fine"}, "going"),
        (WELL | {"words": "x" * 2001}, "words"),
        (WELL | {"mood": 5}, "mood"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field(
    spring: Spring, mentorship: str, said: dict[str, Any], field: str
) -> None:
    refused = await answered(spring.ada, said)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await asked(spring.ada))[0]["answered_at"] is None


async def test_the_page_of_the_mail_keeps_nothing_before_it_is_sent(
    spring: Spring, mentorship: str
) -> None:
    address = f"/check-ins/{(await asked(spring.ada))[0]['id']}"
    clicked = await spring.ada.get(f"{address}?going=so_so")
    assert 'value="so_so" checked' in clicked.text
    assert "Grace Example never does" in clicked.text
    assert (await asked(spring.ada))[0]["answered_at"] is None
    wrong = await spring.ada.post(address, data=FORM | {"going": ""})
    assert wrong.status_code == 422
    assert "This is needed." in wrong.text
    assert (await spring.ada.post(address, data=FORM)).status_code == 303
    assert "You answered on" in (await spring.ada.get(address)).text
    assert "So-so" in (await spring.ada.get("/check-ins")).text
    assert (await spring.grace.get(address)).status_code == 404
    assert (await spring.olga.get(address)).status_code == 403


def test_days_are_those_of_the_calendar_whatever_the_clocks_do() -> None:
    began = datetime(2026, 3, 20, 22, 30, tzinfo=UTC)
    for zone, first_day in (("Europe/Berlin", date(2026, 4, 3)), ("Asia/Tokyo", date(2026, 4, 4))):
        at_eight = datetime.fromisoformat(
            f"{first_day} 08:00" + {"Europe/Berlin": "+02:00", "Asia/Tokyo": "+09:00"}[zone]
        )
        for at, day in ((at_eight - timedelta(minutes=1), None), (at_eight, first_day)):
            assert due_day(began, zone, at, first=14, every=30) == day
