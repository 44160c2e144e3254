"""Ada's calendar, as the program on her phone reads it."""

from collections.abc import Awaitable, Callable
from datetime import date

import recurring_ical_events
from httpx import AsyncClient
from icalendar import Calendar
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.study import service as study
from tests.conftest import MONDAY, Someone
from tests.rooms.mentorship_world import Spring, begun

WHEN = {"starts_at": "2026-03-10T17:00:00+01:00", "topic": "Pipelines."}


async def address_of(someone: Someone) -> str:
    made = await someone.post("/api/v1/me/calendar_feed")
    assert made.status_code == 201
    url: str = made.json()["url"]
    return url


async def read(anyone: AsyncClient, address: str) -> Calendar:
    answer = await anyone.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content)


async def test_meetings_and_due_days_stand_in_it(
    spring: Spring, db: AsyncSession, anyone: AsyncClient
) -> None:
    mentorship = await begun(spring)
    await spring.grace.post(f"/api/v1/mentorships/{mentorship['id']}/meetings", json=WHEN)
    await study.lay_out(db, spring.enrolment.id, now=MONDAY)
    await db.commit()
    found = await read(anyone, await address_of(spring.ada))
    (meeting,) = recurring_ical_events.of(found).at((2026, 3, 10))
    assert str(meeting["summary"]) == "Mentoring: Ada Example and Grace Example"
    assert meeting.start.isoformat() == "2026-03-10T16:00:00+00:00"
    due = {
        str(event["summary"]): event.start for event in found.events if "Due" in event["summary"]
    }
    assert len(due) == 3
    assert all(type(day) is date for day in due.values())

    hers = await read(anyone, await address_of(spring.grace))
    assert [str(event["summary"]) for event in hers.events] == [str(meeting["summary"])]


async def test_what_was_cancelled_leaves_it(spring: Spring, anyone: AsyncClient) -> None:
    mentorship = await begun(spring)
    made = await spring.ada.post(f"/api/v1/mentorships/{mentorship['id']}/meetings", json=WHEN)
    address = await address_of(spring.grace)
    assert len((await read(anyone, address)).events) == 1
    await spring.ada.post(f"/api/v1/meetings/{made.json()['id']}/cancellation", json={})
    assert (await read(anyone, address)).events == []


async def test_a_new_address_ends_the_old_one(spring: Spring, anyone: AsyncClient) -> None:
    first, second = await address_of(spring.ada), await address_of(spring.ada)
    assert first != second
    assert (await anyone.get(first)).status_code == 404
    assert (await anyone.get(second)).status_code == 200
    assert (await spring.ada.delete("/api/v1/me/calendar_feed")).status_code == 204
    assert (await anyone.get(second)).status_code == 404
    for guess in ("x.ics", second.rsplit("/", 1)[-1].removesuffix(".ics"), "a" * 5_000 + ".ics"):
        assert (await anyone.get(f"/calendars/{guess}")).status_code == 404


async def test_the_page_tells_the_address_once(spring: Spring, anyone: AsyncClient) -> None:
    assert "no address yet" in (await spring.ada.get("/calendar")).text
    told = await spring.ada.post("/calendar")
    address = told.text.split('<code class="secret">')[1].split("<")[0]
    assert (await anyone.get(address)).status_code == 200
    assert address not in (await spring.ada.get("/calendar")).text
    assert (await spring.ada.post("/calendar/revocation")).status_code == 303
    assert (await anyone.get(address)).status_code == 404


async def test_it_is_closed_while_its_owner_is_suspended(
    spring: Spring, db: AsyncSession, anyone: AsyncClient
) -> None:
    address = await address_of(spring.ada)
    (await db.get_one(Person, spring.ada.person.id)).suspended_at = MONDAY
    await db.commit()
    assert (await anyone.get(address)).status_code == 404


async def test_a_new_password_by_a_mailed_link_ends_the_address(
    spring: Spring, db: AsyncSession, anyone: AsyncClient, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    address = await address_of(spring.ada)
    token = await new_link(db, spring.ada.person.email, LinkPurpose.PASSWORD, now=MONDAY)
    await db.commit()
    chosen = {"token": token, "password": "seven quiet otters rowing"}
    assert (await anyone.post("/api/v1/passwords", json=chosen)).is_success
    await run_jobs()
    assert (await anyone.get(address)).status_code == 404
