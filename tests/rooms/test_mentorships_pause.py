"""Ada and Grace pause, and go on: asked by either or by Olga, or by the day that they named."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import service as checkins
from cohort.db import unit_of_work
from cohort.jobs.event_log import Event
from cohort.mail import MailboxMessage
from cohort.mentorships import pausing
from cohort.people.models import Act
from tests.conftest import Platform
from tests.rooms.mentorship_world import Spring, begun, taken

RunJobs = Callable[[], Awaitable[None]]


@pytest.fixture
async def address(spring: Spring) -> str:
    return f"/api/v1/mentorships/{(await begun(spring))['id']}"


async def mails(db: AsyncSession, to: str) -> list[str]:
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    return list(await db.scalars(statement.order_by(MailboxMessage.sent_at)))


async def test_a_pause_keeps_the_place_and_goes_on_by_itself(
    spring: Spring, address: str, platform: Platform, db: AsyncSession, run_jobs: RunJobs
) -> None:
    """On the day that was named, as Berlin counts days, whose clock changes in between."""
    within, after = "2026-03-10T17:00:00+01:00", "2026-04-10T17:00:00+02:00"
    for at in (within, after):
        await spring.ada.post(f"{address}/meetings", json={"starts_at": at})
    for _ in range(2):
        paused = await spring.ada.put(f"{address}/pause", json={"resumes_on": "2026-04-06"})
        assert (paused.status_code, paused.json()["state"]) == (200, "paused")
    await run_jobs()

    assert await taken(db, spring.mentor.id) == 1
    meetings = (await spring.ada.get(f"{address}/meetings")).json()["items"]
    assert [one["state"] for one in meetings] == ["cancelled", "proposed"]
    listed = await spring.olga.get("/api/v1/mentorships", params={"state": "paused"})
    assert len(listed.json()["items"]) == 1
    assert (await mails(db, "grace")).count("Your mentorship with Ada Example pauses") == 1
    refused = await spring.grace.post(f"{address}/meetings", json={"starts_at": within})
    assert (refused.status_code, refused.json()["code"]) == (409, "mentorship_paused")

    async with unit_of_work(platform.sessions) as during:
        assert not await checkins.ask_due(during, now=datetime(2026, 4, 4, tzinfo=UTC))
    for minute, state in ((59, "paused"), (60, "active"), (61, "active")):
        async with unit_of_work(platform.sessions) as cron:
            at = datetime(2026, 4, 5, 21 + minute // 60, minute % 60, tzinfo=UTC)
            await pausing.resume_due(cron, now=at)
        assert (await spring.ada.get(address)).json()["state"] == state
    platform.clock.now = at
    await run_jobs()
    for one, other in (("ada", "Grace"), ("grace", "Ada")):
        assert (await mails(db, one)).count(f"Your mentorship with {other} Example goes on") == 1
    kinds = select(Event.kind).where(Event.kind.in_(["mentorship.paused", "mentorship.resumed"]))
    assert len(list(await db.scalars(kinds))) == 2


async def test_anyone_of_the_three_pauses_and_resumes_and_nobody_after_the_end(
    spring: Spring, address: str, db: AsyncSession
) -> None:
    eternal = {"resumes_on": None}
    assert (await spring.olga.put(f"{address}/pause", json=eternal)).json()["state"] == "paused"
    for _ in range(2):
        assert (await spring.grace.delete(f"{address}/pause")).json()["state"] == "active"
    for day in ("2026-03-02", "2029-01-01"):
        refused = await spring.ada.put(f"{address}/pause", json={"resumes_on": day})
        assert refused.json()["errors"][0]["field"] == "resumes_on"

    await spring.ada.put(f"{address}/pause", json=eternal)
    await spring.ada.post(f"{address}/end", json={"reason": "A new job."})
    assert (await spring.ada.get(address)).json()["state"] == "ended"
    for answer in (
        await spring.ada.put(f"{address}/pause", json=eternal),
        await spring.ada.delete(f"{address}/pause"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "mentorship_ended")
    verbs = await db.scalars(select(Act.verb).where(Act.verb.like("mentorship.%")).order_by(Act.id))
    assert list(verbs) == [
        *("mentorship.pause", "mentorship.resume"),
        *("mentorship.pause", "mentorship.end"),
    ]


async def test_they_pause_on_their_page(spring: Spring, address: str) -> None:
    here = address.removeprefix("/api/v1")
    assert f'href="{here}/pause"' in (await spring.ada.get(here)).text
    assert "Pause this mentorship?" in (await spring.grace.get(f"{here}/pause")).text
    wrong = await spring.ada.post(f"{here}/pause", data={"resumes_on": "2026-01-01"})
    assert (wrong.status_code, "within a year" in wrong.text) == (422, True)
    done = await spring.ada.post(f"{here}/pause", data={"resumes_on": "2026-04-06"})
    assert done.headers["location"] == here
    shown = (await spring.grace.get(here)).text
    assert "You pause until Mon 6 Apr 2026" in shown
    assert "Propose a meeting" not in shown
    asked_anyway = {"day": "2026-03-10", "hour": "17:00", "minutes": "30"}
    refused = await spring.grace.post(f"{here}/meetings", data=asked_anyway)
    assert (refused.status_code, "This mentorship pauses" in refused.text) == (422, True)
    assert 'value="2026-04-06"' in (await spring.olga.get(f"{here}/pause")).text
    ended = await spring.olga.post(f"{here}/resume")
    assert ended.headers["location"] == f"{here}/pause"
    assert "You pause" not in (await spring.ada.get(here)).text
