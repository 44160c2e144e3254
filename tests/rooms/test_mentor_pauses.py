"""Grace pauses from a day to a day, and is back by herself, on the clock of her zone."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs.event_log import Event
from cohort.mail import MailboxMessage
from cohort.matching.gather import _seats
from cohort.mentors import pausing
from cohort.mentors.models import Mentor
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.mentor_forms import GRACE, link_to_confirm
from tests.world import mentoring

RunJobs = Callable[[], Awaitable[None]]


@pytest.fixture
async def grace(enter: Cast) -> Someone:
    return await enter("Grace")


@pytest.fixture
async def mentor(db: AsyncSession, cohort: Cohort, grace: Someone) -> Mentor:
    """In Auckland, whose Monday has nearly ended when that of London begins to work."""
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, time_zone="Pacific/Auckland")
    await db.commit()
    return mentor


async def a_minute_at(platform: Platform, *when: int) -> None:
    async with unit_of_work(platform.sessions) as db:
        await pausing.turn_of_day(db, now=datetime(*when, tzinfo=UTC))


async def test_a_pause_begins_and_ends_with_the_days_of_her_zone(
    platform: Platform, grace: Someone, mentor: Mentor, db: AsyncSession, run_jobs: RunJobs
) -> None:
    """Clocks in Auckland go back on the 5th of April 2026, within her pause."""
    address = f"/api/v1/mentors/{mentor.id}"
    asked = {"pause_from": "2026-03-11", "back_on": "2026-04-06"}
    for _ in range(2):
        answer = (await grace.put(f"{address}/pause", json=asked)).json()
        assert {name: answer[name] for name in asked} == asked
        assert answer["paused_at"] is None

    async def is_paused() -> bool:
        return (await grace.get(address)).json()["paused_at"] is not None

    for when, paused in (
        ((2026, 3, 10, 10, 59), False),
        ((2026, 3, 10, 11, 0), True),
        ((2026, 3, 10, 11, 1), True),
        ((2026, 4, 5, 11, 59), True),
        ((2026, 4, 5, 12, 0), False),
    ):
        await a_minute_at(platform, *when)
        assert await is_paused() is paused, when
    platform.clock.now = datetime(2026, 4, 5, 12, 1, tzinfo=UTC)
    await run_jobs()
    mails = await db.scalars(select(MailboxMessage).where(MailboxMessage.to == "grace@example.org"))
    assert [mail.subject for mail in mails] == ["You take part again in Spring 2026"]
    kinds = await db.scalars(select(Event.kind).order_by(Event.number))
    assert list(kinds) == ["mentor.paused", "mentor.resumed"]


async def test_the_days_of_a_pause_change_and_what_makes_none_is_refused(
    grace: Someone, mentor: Mentor
) -> None:
    address = f"/api/v1/mentors/{mentor.id}/pause"
    first = (await grace.post(address)).json()
    longer = (await grace.put(address, json={"back_on": "2026-05-01"})).json()
    assert (longer["paused_at"], longer["back_on"]) == (first["paused_at"], "2026-05-01")
    for wrong, field in (
        ({"back_on": "2026-03-02"}, "back_on"),
        ({"pause_from": "2026-03-20", "back_on": "2026-03-20"}, "back_on"),
        ({"pause_from": "2029-03-20"}, "pause_from"),
    ):
        refused = await grace.put(address, json=wrong)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == field
    assert (await grace.delete(address)).json()["back_on"] is None


async def test_a_round_leaves_out_who_pauses_within_its_week(
    grace: Someone, mentor: Mentor, cohort: Cohort, db: AsyncSession
) -> None:
    week, address = MONDAY.date(), f"/api/v1/mentors/{mentor.id}/pause"
    for first, taking_part in (("2026-03-08", 0), ("2026-03-09", 1), (None, 0)):
        await grace.put(address, json={"pause_from": first})
        assert len(await _seats(db, cohort.id, week)) == taking_part, first


async def test_a_sign_up_may_begin_with_a_pause(
    anyone: AsyncClient, cohort: Cohort, db: AsyncSession, run_jobs: RunJobs
) -> None:
    """What was planned when the form was sent counts when its link is opened."""
    page = f"/mentors/join/{cohort.slug}"
    assert "Not right away?" in (await anyone.get(page)).text
    asked = GRACE | {"back_on": "2026-04-06"}
    await anyone.post(f"/api/v1/cohorts/{cohort.id}/mentors", json=asked)
    await run_jobs()
    await anyone.post(await link_to_confirm(db, "grace@example.org"))
    [mentor] = await db.scalars(select(Mentor))
    assert mentor.paused_at == MONDAY
    assert str(mentor.back_on) == "2026-04-06"
