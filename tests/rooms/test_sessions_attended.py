"""Who was there, who is reminded, and what stands in the calendars of those who come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import recurring_ical_events
from httpx import AsyncClient
from icalendar import Calendar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Act
from cohort.sessions import jobs
from tests.conftest import Platform, Someone, TurnableClock
from tests.rooms.mentorship_world import Spring
from tests.rooms.session_world import RunJobs, place, planned, read, subjects


async def at(who: Someone, session: dict[str, Any], code: str) -> tuple[int, Any]:
    answer = await who.post(f"/api/v1/sessions/{session['id']}/attendance", json={"code": code})
    told = answer.json()
    return answer.status_code, told.get("own_attendance", told.get("code"))


async def test_a_code_a_link_and_the_list_note_who_was_there(
    spring: Spring, db: AsyncSession, clock: TurnableClock
) -> None:
    [talk] = await planned(spring)
    code = talk["code"]
    assert (await read(spring.ada, talk))["code"] is None
    await spring.ada.put(place(talk))
    assert await at(spring.ada, talk, code) == (409, "attendance_closed")
    clock.now = datetime(2026, 3, 10, 16, 5, tzinfo=UTC)
    assert await at(spring.ada, talk, "AAAAAA") == (422, "invalid")
    assert await at(spring.ada, talk, code.lower()) == (200, True)

    here = f"/sessions/{talk['id']}"
    link = (await spring.olga.get(here)).text.split("<code>")[1].split("</code>")[0]
    linked = (await spring.grace.get(link)).text
    assert f'value="{code}"' in linked
    said = {"by": "link", "code": code}
    assert (await spring.grace.post(f"{here}/here", data=said)).status_code == 303
    people = (await spring.olga.get(f"/api/v1/sessions/{talk['id']}/places")).json()["items"]
    assert {(one["name"], one["state"], one["attended_by"]) for one in people} == {
        ("Ada Example", "coming", "code"),
        ("Grace Example", "walked_in", "link"),
    }
    assert (await read(spring.olga, talk))["taken"] == 1

    ada, grace = spring.ada.id, spring.grace.id
    listed = {"present": [grace], "noted": [ada, grace]}
    assert (await spring.olga.post(f"{here}/attendance_list", data=listed)).status_code == 303
    assert [(await read(who, talk))["own_attendance"] for who in (spring.ada, spring.grace)] == [
        False,
        True,
    ]
    stranger = {"present": [spring.olga.id]}
    at_api = f"/api/v1/sessions/{talk['id']}/attendance_list"
    assert (await spring.olga.post(at_api, json=stranger)).json()["errors"][0][
        "field"
    ] == "present/0"
    acts = select(func.count()).where(Act.verb == "session.note_attendance")
    assert await db.scalar(acts) == 1

    clock.now = datetime(2026, 3, 10, 18, 1, tzinfo=UTC)
    assert await at(spring.ada, talk, code) == (409, "attendance_closed")
    links = {"recording_link": "https://v.example/1"}
    seen = {"If-Match": '"1"'}
    answer = await spring.olga.patch(f"/api/v1/sessions/{talk['id']}", json=links, headers=seen)
    assert answer.status_code == 200
    assert "https://v.example/1" in (await spring.ada.get("/cohorts/spring/sessions")).text


async def test_guessing_a_code_is_refused_for_a_while_and_only_for_whoever_guesses(
    spring: Spring, clock: TurnableClock
) -> None:
    [talk] = await planned(spring)
    clock.now = datetime(2026, 3, 10, 16, 5, tzinfo=UTC)
    here = f"/sessions/{talk['id']}/here"
    for _ in range(9):
        assert await at(spring.ada, talk, "AAAAAA") == (422, "invalid")
    assert (await spring.ada.post(here, data={"code": "AAAAAA"})).status_code == 422
    refused = await spring.ada.post(f"/api/v1{here[:-4]}attendance", json={"code": talk["code"]})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert "Wait 5 minutes" in (await spring.ada.post(here, data={"code": talk["code"]})).text
    assert await at(spring.grace, talk, talk["code"]) == (200, True)


async def test_who_comes_is_reminded_once_on_the_morning_before_on_the_cohorts_clock(
    spring: Spring, db: AsyncSession, platform: Platform, run_jobs: RunJobs, clock: TurnableClock
) -> None:
    [talk] = await planned(spring)
    await spring.ada.put(place(talk))

    async def reminders(now: datetime) -> int:
        clock.now = now
        for _ in range(2):
            await jobs.remind_due(platform.runner.cron)
            await run_jobs()
        return len([one for one in await subjects(db, "ada") if one.startswith("Reminder")])

    nine = datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert await reminders(nine - timedelta(minutes=1)) == 0
    assert await reminders(nine) == 1
    seen = {"If-Match": '"1"'}
    moved = {"day": "2026-03-30"}
    at_api = f"/api/v1/sessions/{talk['id']}"
    assert (await spring.olga.patch(at_api, json=moved, headers=seen)).status_code == 200
    nine = datetime(2026, 3, 29, 7, tzinfo=UTC)  # in Berlin, whose clocks were changed that night
    assert await reminders(nine - timedelta(minutes=1)) == 1
    assert await reminders(nine) == 2
    assert [one for one in await subjects(db, "grace") if one.startswith("Reminder")] == []


async def test_ones_own_calendar_has_what_one_comes_to_where_it_stands_now(
    spring: Spring, anyone: AsyncClient
) -> None:
    first, second, _third = await planned(spring, day="2026-03-25", repeats="FREQ=WEEKLY;COUNT=3")
    for one in (first, second):
        await spring.ada.put(place(one))
    feed = (await spring.ada.post("/api/v1/me/calendar_feed")).json()["url"]

    async def starts() -> list[str]:
        found = Calendar.from_ical((await anyone.get(feed)).content)
        between = recurring_ical_events.of(found).between((2026, 3, 1), (2026, 5, 1))
        return sorted(
            f"{event.start:%m-%d %H:%M}"
            for event in between
            if event["summary"] == "Serving models"
        )

    assert await starts() == ["03-25 16:00", "04-01 15:00"]
    seen = {"If-Match": '"1"'}
    moved = {"hour": "18:00", "following": True}
    answer = await spring.olga.patch(f"/api/v1/sessions/{first['id']}", json=moved, headers=seen)
    assert answer.status_code == 200
    assert await starts() == ["03-25 17:00", "04-01 16:00"]
    await spring.olga.post(f"/api/v1/sessions/{first['id']}/cancellation", json={})
    await spring.ada.delete(place(second))
    assert await starts() == []


async def test_who_leaves_the_cohort_frees_the_seat_for_who_waits(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    [talk] = await planned(spring, capacity=1)
    await spring.ada.put(place(talk))
    await spring.grace.put(place(talk))
    gone = await spring.ada.post(f"/api/v1/enrolments/{spring.enrolment.id}/withdrawal")
    assert gone.status_code == 200, gone.text
    await run_jobs()
    assert (await read(spring.grace, talk))["own_place"] == "coming"
    assert (await spring.ada.get(f"/sessions/{talk['id']}")).status_code == 404
    assert "You gave your place back: Serving models, Tue 10 Mar 2026, 17:00" in await subjects(
        db, "ada"
    )
