"""What Ada and Grace say when it has ended, and what Grace has to show for her hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.jobs import ask_due
from cohort.mail import MailboxMessage
from cohort.meetings.models import Meeting, MeetingState
from tests.conftest import MONDAY, Platform, Someone
from tests.rooms.mentorship_world import Spring, begun

VERY = {"worth": "very", "would_again": True, "words": "Thanks to Grace."}


@pytest.fixture
async def ended(spring: Spring, platform: Platform) -> UUID:
    """The mentorship of Ada and Grace, which they are asked about."""
    its_id = (await begun(spring))["id"]
    address = f"/api/v1/mentorships/{its_id}/end"
    assert (await spring.ada.post(address, json={"reason": "A job."})).status_code == 200
    for _ in range(2):
        await ask_due(platform.runner.cron)
        await platform.run_jobs()
    return UUID(its_id)


async def asked(who: Someone) -> dict[str, Any]:
    (one,) = (await who.get("/api/v1/closing_surveys")).json()["items"]
    found: dict[str, Any] = one
    return found


async def test_both_are_asked_once_when_it_has_ended(
    spring: Spring, ended: UUID, db: AsyncSession
) -> None:
    for who, other in (("ada", "Grace"), ("grace", "Ada")):
        told = await db.scalars(
            select(MailboxMessage.subject).where(MailboxMessage.to == f"{who}@example.org")
        )
        assert told.all().count(f"How was it with {other} Example?") == 1


async def test_the_organisers_read_it_and_the_other_one_does_not(
    spring: Spring, ended: UUID
) -> None:
    address = f"/api/v1/closing_surveys/{(await asked(spring.ada))['id']}"
    for said in (VERY, VERY | {"worth": "partly"}):
        assert (await spring.ada.put(f"{address}/answer", json=said)).status_code == 200
    assert (await spring.olga.get(address)).json()["worth"] == "partly"
    assert (await spring.olga.put(f"{address}/answer", json=VERY)).status_code == 403
    assert (await spring.grace.get(address)).status_code == 404
    shown = await spring.olga.get(f"/cohorts/spring/mentorships/{ended}")
    assert "Thanks to Grace." in shown.text
    assert "not answered" in shown.text


async def test_the_page_says_what_is_missing_and_keeps_what_was_typed(
    spring: Spring, ended: UUID
) -> None:
    address = f"/closing-surveys/{(await asked(spring.ada))['id']}"
    assert 'href="/check-ins"' in (await spring.ada.get("/")).text
    assert address in (await spring.ada.get("/check-ins")).text
    wrong = await spring.ada.post(address, data={"worth": "", "words": "Half an hour."})
    assert (wrong.status_code, "Half an hour." in wrong.text) == (422, True)
    good = {"worth": "very", "would_again": "true", "may_name": "true", "words": ""}
    assert (await spring.ada.post(address, data=good)).status_code == 303
    assert "You may change it" in (await spring.ada.get(address)).text
    assert 'href="/check-ins"' not in (await spring.ada.get("/")).text
    assert address not in (await spring.ada.get("/check-ins")).text
    ended_page = (await spring.ada.get(f"/mentorships/{ended}")).text
    assert "A job." in ended_page
    assert 'href="/check-ins"' in ended_page


async def test_hours_are_those_of_held_meetings_and_name_only_who_agreed(
    spring: Spring, ended: UUID, db: AsyncSession
) -> None:
    new_year = MONDAY.replace(year=2025, month=12, day=31, hour=23, minute=30)
    for at, minutes, state in (
        (new_year, 45, MeetingState.HELD),
        (MONDAY - timedelta(days=20), 30, MeetingState.HELD),
        (MONDAY - timedelta(days=19), 60, MeetingState.HELD),
        (MONDAY - timedelta(days=10), 60, MeetingState.MISSED),
    ):
        who = {"mentorship_id": ended, "proposed_by": spring.ada.person.id}
        when = {"starts_at": at, "minutes": minutes, "created_at": at, "changed_at": at}
        db.add(Meeting(state=state, topic="", place="", **who, **when))
    await db.commit()
    address = f"/api/v1/mentors/{spring.mentor.id}/hours"
    hours = (await spring.grace.get(address)).json()
    assert [(one["first"], one["meetings"], one["minutes"]) for one in hours["months"]] == [
        ("2026-01-01", 1, 45),
        ("2026-02-01", 2, 90),
    ]
    assert (hours["meetings"], hours["minutes"], hours["named"]) == (3, 135, [])
    survey = f"/api/v1/closing_surveys/{(await asked(spring.ada))['id']}/answer"
    await spring.ada.put(survey, json=VERY | {"may_name": True})
    page = (await spring.grace.get(f"/mentoring/{spring.mentor.id}/hours")).text
    assert "3 meetings of 2 h 15 min in all" in page
    assert "by their leave: Ada Example" in page
    assert (await spring.ada.get(address)).status_code == 404
