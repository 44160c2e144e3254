"""How long a proposal waits: one reminder, and an end, on the clock of the cohort."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.mentorships import jobs
from cohort.mentorships.reminding import days_later
from cohort.people.models import Person
from tests.conftest import Platform
from tests.rooms.matching_world import words
from tests.rooms.mentorship_world import Spring, proposed

REMINDER = "Your answer about {} Example, please"


async def letters(db: AsyncSession, to: str) -> dict[str, str]:
    """What somebody got, by subject; the last letter of each."""
    hers = select(MailboxMessage).where(MailboxMessage.to == f"{to}@example.org")
    return {one.subject: one.text for one in await db.scalars(hers)}


async def a_minute(platform: Platform) -> None:
    """What a worker does once a minute, on two workers at once, and the mail after it."""
    await asyncio.gather(*(jobs.expire(platform.runner.cron) for _ in range(2)))
    await platform.run_jobs()


async def test_whoever_has_not_answered_is_reminded_once(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    platform.clock.turn(days=2, hours=23, minutes=59)
    await a_minute(platform)
    assert REMINDER.format("Grace") not in await letters(db, "ada")

    platform.clock.turn(minutes=1)
    for _ in range(3):
        await a_minute(platform)
        platform.clock.turn(hours=5)
    hers = select(MailboxMessage.text).where(MailboxMessage.subject == REMINDER.format("Grace"))
    [reminder] = (await db.scalars(hers)).all()
    assert "Grace Example has said yes; your answer is the one that is missing" in reminder
    assert "until Mon 9 Mar 2026, 10:00 (Berlin, UTC+1)" in reminder
    assert REMINDER.format("Ada") not in await letters(db, "grace")
    assert (await spring.ada.get(spring.address)).json()["remind_at"] is None


async def test_a_reminder_that_comes_too_late_is_not_sent(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    platform.clock.turn(days=7)
    await a_minute(platform)
    for name, other in (("ada", "Grace"), ("grace", "Ada")):
        assert REMINDER.format(other) not in await letters(db, name)


async def test_when_the_time_is_over_both_hear_what_happened_and_nobody_is_blamed(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    platform.clock.turn(days=7)
    await a_minute(platform)
    hers = (await letters(db, "ada"))["We are looking for another mentor for you"]
    graces = (await letters(db, "grace"))["The proposal of Ada Example has ended"]
    for text in (hers, graces):
        assert "is over before it began. The time to answer it was over." in text
        assert "This says nothing about you" in text
    assert "Thank you for your yes" in graces
    assert "Thank you for your yes" not in hers


async def test_only_a_confirmed_address_gets_names(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    """Grace came from a spreadsheet, and has not answered the mail that asks her to confirm."""
    async with unit_of_work(platform.sessions) as other:
        unconfirmed = {"is_placeholder": True, "verified_at": None}
        await other.execute(
            update(Person).where(Person.id == spring.grace.person.id).values(**unconfirmed)
        )
    for days in (3, 4):
        platform.clock.turn(days=days)
        await a_minute(platform)
    assert not [text for text in (await letters(db, "grace")).values() if "Ada" in text]
    assert REMINDER.format("Grace") in await letters(db, "ada")


async def test_whoever_leaves_is_told_nothing_and_the_mentor_hears_of_it(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    await spring.ada.post(f"/api/v1/enrolments/{spring.enrolment.id}/withdrawal")
    await platform.run_jobs()
    assert (
        "The researcher has left"
        in (await letters(db, "grace"))["The proposal of Ada Example has ended"]
    )
    assert "We are looking for another mentor for you" not in await letters(db, "ada")


async def test_a_cohort_sets_its_days(spring: Spring, db: AsyncSession, platform: Platform) -> None:
    address = f"/api/v1/cohorts/{spring.cohort.id}"
    read = await spring.olga.get(address)
    assert (read.json()["days_to_answer"], read.json()["days_to_reminder"]) == (7, 3)

    async def change(**days: int) -> Any:
        return await spring.olga.patch(address, json=days, headers={"if-match": "*"})

    for refused in ({"days_to_answer": 3}, {"days_to_reminder": 7}):
        answer = await change(**refused)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (
            422,
            "days_to_reminder",
        )
    assert (await change(days_to_answer=1)).status_code == 422
    assert (await change(days_to_answer=10, days_to_reminder=4)).status_code == 200
    asked_before = (await spring.ada.get(spring.address)).json()
    assert asked_before["expires_at"] == "2026-03-09T09:00:00Z"

    await spring.ada.post(f"{spring.address}/refusal", json={"note": "Not now."})
    await db.refresh(spring.cohort)
    later = await proposed(db, spring.enrolment, spring.mentor)
    await db.commit()
    shown = (await spring.ada.get(f"/api/v1/proposals/{later.id}")).json()
    assert shown["expires_at"] == "2026-03-12T09:00:00Z"
    assert shown["remind_at"] == "2026-03-06T09:00:00Z"
    page = words(await spring.ada.get(f"/plan/{spring.enrolment.id}"))
    assert "Open until Thu 12 Mar 2026, 10:00" in page
    assert "We remind you once, on Fri 6 Mar 2026, 10:00" in page


@pytest.mark.parametrize(
    ("asked", "days", "ends"),
    [
        (datetime(2026, 3, 26, 9, tzinfo=UTC), 7, datetime(2026, 4, 2, 8, tzinfo=UTC)),
        (datetime(2026, 10, 22, 8, tzinfo=UTC), 7, datetime(2026, 10, 29, 9, tzinfo=UTC)),
        (datetime(2026, 3, 26, 1, 30, tzinfo=UTC), 3, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
    ids=["spring", "autumn", "an hour that is skipped"],
)
def test_a_day_has_the_same_time_on_the_clock_when_the_clock_changes(
    asked: datetime, days: int, ends: datetime
) -> None:
    assert days_later(asked, days, "Europe/Berlin") == ends
