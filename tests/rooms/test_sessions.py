"""Olga plans sessions; Ada and Grace come to them; the clocks change in between."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort import mail
from cohort.sessions import emails, telling
from cohort.sessions.models import LiveSession, PlaceState
from tests.conftest import MONDAY, Cast, Platform, Someone, TurnableClock
from tests.rooms.mentorship_world import Spring
from tests.rooms.session_world import TALK, RunJobs, place, planned, read, subjects
from tests.world import enrolled

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def pia(enter: Cast, db: AsyncSession, spring: Spring) -> Someone:
    pia = await enter("Pia")
    await enrolled(db, spring.cohort, pia.person, now=MONDAY)
    await db.commit()
    return pia


async def test_the_hour_on_the_wall_stays_when_the_clocks_change(spring: Spring) -> None:
    weekly = await planned(spring, day="2026-03-17", repeats="FREQ=WEEKLY;COUNT=4")
    starts = [datetime.fromisoformat(one["starts_at"]).astimezone(UTC) for one in weekly]
    assert [f"{at:%m-%d %H:%M}" for at in starts] == [
        "03-17 16:00",
        "03-24 16:00",
        "03-31 15:00",  # the clocks were put forward on the 29th
        "04-07 15:00",
    ]
    night = await planned(spring, day="2026-03-28", hour="02:30", repeats="FREQ=DAILY;COUNT=2")
    skipped = datetime.fromisoformat(night[1]["starts_at"]).astimezone(BERLIN)
    assert f"{skipped:%m-%d %H:%M}" == "03-29 03:30"


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("repeats", {"repeats": "FREQ=SECONDLY"}),
        ("repeats", {"repeats": "FREQ=WEEKLY;INTERVAL=0"}),
        ("repeats", {"repeats": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}),
        ("repeats", {"repeats": "FREQ=DAILY"}),
        ("repeats", {"repeats": "FREQ=WEEKLY;BYDAY=MO;COUNT=3"}),
        ("repeats", {"repeats": "FREQ=WEEKLY;UNTIL=20269999"}),
        ("repeats", {"repeats": "FREQ=WEEKLY;COUNT=3", "day": "2026-07-07"}),
        ("hour", {"day": "2026-03-29", "hour": "02:30"}),
        ("day", {"day": "2026-03-01"}),
        ("day", {"day": "2199-12-31"}),
        ("link", {"link": "javascript:alert(1)"}),
    ],
    ids=str,
)
async def test_what_no_calendar_can_hold_is_refused_at_its_field(
    spring: Spring, field: str, sent: dict[str, str]
) -> None:
    address = f"/api/v1/cohorts/{spring.cohort.id}/sessions"
    answer = await spring.olga.post(address, json=TALK | sent)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert (await spring.olga.get(address)).json()["items"] == []


async def test_the_last_seat_has_one_taker_and_a_freed_one_goes_to_who_waits_longest(
    spring: Spring,
    pia: Someone,
    db: AsyncSession,
    run_jobs: RunJobs,
    clock: TurnableClock,
) -> None:
    [talk] = await planned(spring, capacity=1)
    answers = await asyncio.gather(*(one.put(place(talk)) for one in (spring.ada, spring.grace)))
    assert sorted(one.json()["own_place"] for one in answers) == ["coming", "waiting"]
    first, second = (
        (spring.ada, spring.grace)
        if answers[0].json()["own_place"] == "coming"
        else (spring.grace, spring.ada)
    )
    clock.turn(minutes=1)
    assert (await pia.put(place(talk))).json()["own_place"] == "waiting"
    assert (await second.put(place(talk))).json()["own_place"] == "waiting"  # asked again
    assert "1 person waits before you" in (await pia.get(f"/sessions/{talk['id']}")).text

    assert (await first.delete(place(talk))).status_code == 204
    assert (await read(second, talk))["own_place"] == "coming"
    assert (await read(pia, talk))["own_place"] == "waiting"
    assert (await read(pia, talk))["taken"] == 1
    await run_jobs()
    name = second.person.email.partition("@")[0]
    assert "You have a seat: Serving models, Tue 10 Mar 2026, 17:00" in await subjects(db, name)

    changed = await spring.olga.patch(
        f"/api/v1/sessions/{talk['id']}", json={"capacity": 0}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()["taken"]) == (200, 2)
    assert (await read(pia, talk))["own_place"] == "coming"
    less = await spring.olga.patch(
        f"/api/v1/sessions/{talk['id']}", json={"capacity": 1}, headers={"If-Match": '"2"'}
    )
    assert [one["field"] for one in less.json()["errors"]] == ["capacity"]


async def test_what_follows_moves_with_it_and_calendars_take_it_as_an_update(
    spring: Spring, db: AsyncSession, platform: Platform
) -> None:
    series = await planned(spring, day="2026-03-17", repeats="FREQ=WEEKLY;COUNT=4")
    for one in series[1:3]:
        await spring.ada.put(place(one))
    entries = [await entry_of(db, platform, spring, telling.COMING, series[1:3])]
    at, seen = f"/api/v1/sessions/{series[1]['id']}", {"If-Match": '"1"'}
    move = {"day": "2026-03-25", "hour": "18:30", "following": True}
    assert (await spring.olga.patch(at, json=move, headers=seen)).status_code == 200
    entries.append(await entry_of(db, platform, spring, telling.CHANGED, series[1:3]))
    told = {"note": "Snow.", "following": True}
    assert (await spring.olga.post(f"{at}/cancellation", json=told)).status_code == 200
    entries.append(await entry_of(db, platform, spring, telling.CANCELLED, series[1:3]))

    now = [await read(spring.olga, one) for one in series]
    assert [one["state"] for one in now] == ["planned", "cancelled", "cancelled", "cancelled"]
    walls = [datetime.fromisoformat(one["starts_at"]).astimezone(BERLIN) for one in now]
    assert [f"{at:%m-%d %H:%M}" for at in walls] == [
        "03-17 17:00",
        "03-25 18:30",
        "04-01 18:30",
        "04-08 18:30",
    ]
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [[int(e["sequence"]) for e in found.events] for _, found in entries] == [
        [0, 0],
        [1, 1],
        [2, 2],
    ]
    instances = {
        (str(e["uid"]), e["recurrence-id"].dt) for _, found in entries for e in found.events
    }
    assert len(instances) == 2
    (moved,) = recurring_ical_events.of(entries[1][1]).at((2026, 4, 1))
    assert moved.start == datetime(2026, 4, 1, 16, 30, tzinfo=UTC)


async def entry_of(
    db: AsyncSession, platform: Platform, spring: Spring, why: str, sessions: list[dict[str, Any]]
) -> tuple[str, Calendar]:
    """The calendar part of the mail to Ada, as her mail program reads it from the bytes."""
    db.expire_all()
    wanted = select(LiveSession).where(LiveSession.id.in_([UUID(one["id"]) for one in sessions]))
    rows = (await db.scalars(wanted.options(joinedload(LiveSession.cohort)))).all()
    message = emails.told(
        spring.ada.person,
        why,
        rows,
        {row.id: PlaceState.COMING for row in rows},
        ["Europe/Berlin"],
        platform.settings,
        now=platform.clock(),
    )
    written = mail.compose(
        message,
        job_id=rows[0].id,
        pages=platform.app.state.pages,
        settings=platform.settings,
        now=platform.clock(),
    )
    (part,) = [
        part
        for part in message_from_bytes(bytes(written)).walk()
        if part.get_content_type() == "text/calendar"
    ]
    found = Calendar.from_ical(part.get_payload(decode=True))
    assert str(found["method"]) == part.get_param("method")
    return str(found["method"]), found


async def test_one_mail_tells_of_all_that_changed_and_only_those_who_come(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    series = await planned(spring, day="2026-03-17", repeats="FREQ=WEEKLY;COUNT=4")
    for one in series:
        await spring.ada.put(place(one))
    await spring.grace.put(place(series[3]))
    await spring.grace.delete(place(series[3]))
    await run_jobs()
    before = Counter(await subjects(db, "ada"))
    told = {"note": "Snow.", "following": True}
    at = f"/api/v1/sessions/{series[1]['id']}/cancellation"
    await spring.olga.post(at, json=told)
    await spring.olga.post(at, json=told)  # a second click changes nothing
    await run_jobs()
    new = Counter(await subjects(db, "ada")) - before
    assert new == {"Cancelled: Serving models, Tue 24 Mar 2026, 17:00": 1}
    assert not [one for one in await subjects(db, "grace") if "Cancelled" in one]
    refused = await spring.grace.put(place(series[3]))
    assert (refused.status_code, refused.json()["code"]) == (409, "session_closed")


async def test_a_calendar_of_many_costs_no_more_statements(
    spring: Spring, count_statements: Any
) -> None:
    await planned(spring)
    counts = []
    for _ in range(2):
        for who in (spring.ada, spring.olga):
            for page in (
                f"/api/v1/cohorts/{spring.cohort.id}/sessions",
                "/cohorts/spring/sessions",
            ):
                async with count_statements() as statements:
                    assert (await who.get(page)).status_code == 200
                counts.append(len(statements))
        for one in await planned(spring, day="2026-03-17", repeats="FREQ=WEEKLY;COUNT=8"):
            await spring.ada.put(place(one))
    assert counts[:4] == counts[4:]


async def test_it_is_planned_signed_up_for_and_moved_on_pages(
    spring: Spring, db: AsyncSession
) -> None:
    new = "/cohorts/spring/sessions/new"
    form = {"title": "Office <hour>", "day": "2026-03-17", "hour": "17:00", "minutes": "60"}
    refused = await spring.olga.post(new, data=form | {"every": "rule", "rule": "FREQ=HOURLY"})
    assert refused.status_code == 422
    assert "is not a rule that we follow" in refused.text
    assert 'value="Office &lt;hour&gt;"' in refused.text
    form |= {"capacity": "", "link": "", "every": "FREQ=WEEKLY", "last_day": "2026-03-31"}
    assert (await spring.olga.post(new, data=form)).status_code == 303
    found = (await spring.ada.get("/api/v1/cohorts/" + str(spring.cohort.id) + "/sessions")).json()
    first, *others = found["items"]
    assert (len(others), first["capacity"], first["repeats"]) == (
        2,
        0,
        "FREQ=WEEKLY;UNTIL=20260331",
    )
    here = f"/sessions/{first['id']}"
    assert (await spring.ada.post(f"{here}/place")).status_code == 303
    assert "You come" in (await spring.ada.get("/cohorts/spring/sessions")).text
    assert "Ada Example" in (await spring.olga.get(here)).text
    assert "Ada Example" not in (await spring.grace.get(here)).text.partition("<main")[2]
    stale = {"title": "Later", "hour": "18:00", "version": "7"}
    again = await spring.olga.post(f"{here}/change", data=stale)
    assert (again.status_code, 'value="Later"' in again.text) == (422, True)
    moved = await spring.olga.post(f"{here}/change", data=stale | {"version": "1"})
    assert moved.status_code == 303
    assert "Tue 17 Mar 2026, 18:00" in (await spring.ada.get(here)).text
    own_hour = {"hour": "19:00", "version": "1"}
    alone = f"/sessions/{others[0]['id']}/change"
    assert (await spring.olga.post(alone, data=own_hour)).status_code == 303
    whole = {"title": "Later", "day": "2026-03-17", "hour": "18:00", "host": "Grace"}
    all_of = whole | {"following": "true", "version": "2"}
    assert (await spring.olga.post(f"{here}/change", data=all_of)).status_code == 303
    told = await read(spring.ada, others[0])
    hour = datetime.fromisoformat(told["starts_at"]).astimezone(BERLIN).hour
    assert (told["host"], told["title"], hour) == ("Grace", "Office <hour>", 19)


async def test_a_whole_series_is_signed_up_for_at_once_each_with_its_own_waiting_list(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    first, second, third = await planned(spring, capacity=1, repeats="FREQ=WEEKLY;COUNT=3")
    await spring.grace.put(place(second))
    await spring.ada.put(place(first))
    at = f"/api/v1/sessions/{third['id']}/series_place"
    told = (await spring.ada.put(at)).json()
    assert (told["coming"], told["waiting"]) == (2, 1)
    assert [one["own_place"] for one in told["sessions"]] == ["coming", "waiting", "coming"]
    page = await spring.ada.post(f"/sessions/{first['id']}/series_place")
    assert page.headers["location"].startswith("/cohorts/spring/sessions")
    assert [(await read(spring.ada, one))["taken"] for one in (first, second, third)] == [1, 1, 1]
    assert (await spring.olga.put(at)).status_code == 403
    await run_jobs()
    mails = [one for one in await subjects(db, "ada") if one.startswith("Your places")]
    assert mails == ["Your places: Serving models, from Tue 17 Mar 2026, 17:00"]  # and only once
    assert f"/sessions/{first['id']}" in (await spring.grace.get("/")).text  # who mentors
