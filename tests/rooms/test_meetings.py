"""Ada and Grace meet: named, agreed, moved, cancelled, held, and read by their calendars."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
import recurring_ical_events
from httpx import AsyncClient
from icalendar import Calendar
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import mail
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.meetings import emails, reading
from cohort.mentorships.models import Side
from tests.conftest import Cast, Platform, Someone, TurnableClock
from tests.rooms.mentorship_world import Spring, begun

RunJobs = Callable[[], Awaitable[None]]
TUESDAY = "2026-03-10T17:00:00+01:00"
WEDNESDAY = "2026-03-11T17:00:00+01:00"


@pytest.fixture
async def address(spring: Spring) -> str:
    """Of the meetings of a mentorship that has just begun."""
    return f"/api/v1/mentorships/{(await begun(spring))['id']}/meetings"


async def named(who: Someone, address: str, **more: Any) -> dict[str, Any]:
    answer = await who.post(address, json={"starts_at": TUESDAY, **more})
    assert answer.status_code == 201, answer.text
    meeting: dict[str, Any] = answer.json()
    return meeting


def agreement(meeting: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": f"/api/v1/meetings/{meeting['id']}/agreement",
        "json": {"starts_at": meeting["starts_at"]},
    }


async def mails(db: AsyncSession, to: str) -> list[str]:
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    return list(await db.scalars(statement.order_by(MailboxMessage.subject)))


async def test_one_names_a_time_and_the_other_agrees(
    spring: Spring, address: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    meeting = await named(spring.ada, address, topic="Pipelines.", place="Room 4")
    assert (meeting["state"], meeting["minutes"]) == ("proposed", 30)
    await run_jobs()
    assert "Ada Example asks you: Tue 10 Mar 2026, 17:00?" in await mails(db, "grace")
    assert not [subject for subject in await mails(db, "ada") if "asks" in subject]

    for _ in range(2):  # a second click changes nothing
        agreed = await spring.grace.post(**agreement(meeting))
        assert (agreed.status_code, agreed.json()["state"]) == (200, "agreed")
    await run_jobs()
    for one, other in (("ada", "Grace"), ("grace", "Ada")):
        told = [subject for subject in await mails(db, one) if subject.startswith("Agreed")]
        assert told == [f"Agreed: Tue 10 Mar 2026, 17:00 with {other} Example"]


async def test_naming_the_same_time_twice_is_one_meeting(spring: Spring, address: str) -> None:
    first, second = await named(spring.ada, address), await named(spring.grace, address)
    assert first["id"] == second["id"]
    assert len((await spring.ada.get(address)).json()["items"]) == 1


async def test_nobody_agrees_to_a_time_that_was_moved_meanwhile(
    spring: Spring, address: str
) -> None:
    meeting = await named(spring.ada, address)
    at = f"/api/v1/meetings/{meeting['id']}"
    assert (await spring.ada.patch(at, json={"starts_at": WEDNESDAY})).status_code == 428
    read = await spring.ada.get(at)
    seen = {"If-Match": read.headers["etag"]}
    moved = await spring.ada.patch(at, json={"starts_at": WEDNESDAY}, headers=seen)
    assert moved.json()["starts_at"] == "2026-03-11T16:00:00Z"
    late = await spring.grace.post(**agreement(meeting))
    assert (late.status_code, late.json()["code"]) == (409, "meeting_moved")
    stale = await spring.grace.patch(at, json={"topic": "Mine."}, headers=seen)
    assert stale.status_code == 412
    assert (await spring.grace.post(**agreement(moved.json()))).json()["state"] == "agreed"


async def test_only_the_other_one_agrees(spring: Spring, address: str) -> None:
    meeting = await named(spring.ada, address)
    assert (await spring.ada.post(**agreement(meeting))).status_code == 403


async def test_who_moves_what_was_agreed_asks_again(spring: Spring, address: str) -> None:
    meeting = await named(spring.ada, address)
    agreed = await spring.grace.post(**agreement(meeting))
    at, seen = f"/api/v1/meetings/{meeting['id']}", {"If-Match": agreed.headers["etag"]}
    said = await spring.grace.patch(at, json={"place": "Room 5"}, headers=seen)
    assert (said.json()["state"], said.json()["place"]) == ("agreed", "Room 5")
    seen = {"If-Match": said.headers["etag"]}
    moved = (await spring.grace.patch(at, json={"minutes": 60}, headers=seen)).json()
    assert (moved["state"], moved["proposed_by"]) == ("proposed", spring.grace.id)


async def change_it(who: Someone, meeting: dict[str, Any], **to: Any) -> dict[str, Any]:
    at = f"/api/v1/meetings/{meeting['id']}"
    seen = {"If-Match": (await who.get(at)).headers["etag"]}
    changed: dict[str, Any] = (await who.patch(at, json=to, headers=seen)).json()
    return changed


async def newest_mails(db: AsyncSession, subject: str) -> dict[str, str]:
    """To whom this was written, and what; the white space of a mail does not count."""
    written = select(MailboxMessage.to, MailboxMessage.text)
    found = await db.execute(written.where(MailboxMessage.subject.startswith(subject)))
    return {to.split("@")[0]: " ".join(text.split()) for to, text in found}


async def test_whoever_is_asked_to_move_reads_from_when(
    spring: Spring, address: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    meeting = await named(spring.ada, address)
    moved = await change_it(spring.grace, meeting, starts_at=WEDNESDAY)
    assert (moved["state"], moved["moved_from"]) == ("proposed", meeting["starts_at"])

    await run_jobs()
    asked = await newest_mails(db, "Grace Example asks to move: Wed 11 Mar 2026, 17:00?")
    assert "would like to move your meeting of Tue 10 Mar 2026, 17:00 (Berlin" in asked["ada"]
    told = await newest_mails(db, "Moved: Wed 11 Mar 2026, 17:00 with Ada Example")
    assert "Ada Example is asked whether your meeting of Tue 10 Mar 2026" in told["grace"]
    page = (await spring.ada.get(f"/mentorships/{address.split('/')[4]}")).text
    assert "instead of Tue 10 Mar 2026, 17:00" in page

    agreed = (await spring.ada.post(**agreement(moved))).json()
    assert (agreed["state"], agreed["moved_from"]) == ("agreed", None)


async def test_a_new_place_is_no_new_time(
    spring: Spring, address: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    meeting = await named(spring.ada, address)
    await change_it(spring.ada, meeting, topic="Pipelines.")
    await run_jobs()
    changed = "Changed: Tue 10 Mar 2026, 17:00"
    told = await newest_mails(db, changed)
    assert "Does its time suit you?" in told["grace"]
    assert "Grace Example has not answered yet whether its time suits." in told["ada"]

    await spring.grace.post(**agreement(meeting))
    await run_jobs()
    await db.execute(delete(MailboxMessage))
    await db.commit()
    await change_it(spring.grace, meeting, place="Room 5")
    await run_jobs()
    told = await newest_mails(db, changed)
    assert "Grace Example changed where your meeting is" in told["ada"]
    assert "you changed where your meeting with Ada Example is" in told["grace"]
    assert all("Its time is agreed as before." in text for text in told.values())

    longer = await change_it(spring.grace, meeting, minutes=60)
    assert longer["moved_from"] == longer["starts_at"]
    await run_jobs()
    told = await newest_mails(db, "Grace Example asks you: Tue 10 Mar 2026, 17:00?")
    assert "would like your meeting to take 60 minutes" in told["ada"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"starts_at": "2026-03-01T17:00:00+01:00"}, "starts_at"),
        ({"starts_at": "2027-06-01T17:00:00+01:00"}, "starts_at"),
        ({"starts_at": "2026-03-10T17:00:00"}, "starts_at"),
        ({"starts_at": "2026-03-10T17:00:30+01:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": TUESDAY, "minutes": 5}, "minutes"),
        ({"starts_at": TUESDAY, "place": "two\nlines"}, "place"),
        ({"starts_at": TUESDAY, "mood": "bad"}, "mood"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field(
    spring: Spring, address: str, body: dict[str, Any], field: str
) -> None:
    refused = await spring.ada.post(address, json=body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert (await spring.ada.get(address)).json()["items"] == []


async def test_a_place_is_remembered(spring: Spring, address: str) -> None:
    await named(spring.grace, address, place="https://meet.example.org/us")
    second = await spring.ada.post(address, json={"starts_at": WEDNESDAY})
    assert second.json()["place"] == "https://meet.example.org/us"


async def test_afterwards_the_two_say_whether_it_took_place(
    spring: Spring, address: str, clock: TurnableClock
) -> None:
    meeting = await named(spring.ada, address)
    at = f"/api/v1/meetings/{meeting['id']}/outcome"
    early = await spring.ada.post(at, json={"held": True})
    assert early.json()["code"] == "not_over_yet"
    clock.turn(days=9)
    late = await spring.grace.post(**agreement(meeting))
    assert late.json()["code"] == "meeting_closed"
    assert (await spring.ada.post(at, json={"held": True})).json()["state"] == "held"
    again = await spring.grace.post(at, json={"held": False, "note": "The call broke."})
    assert (again.json()["state"], again.json()["note"]) == ("missed", "The call broke.")


async def test_the_end_of_the_mentorship_cancels_what_is_to_come(
    spring: Spring, address: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    meeting = await named(spring.ada, address)
    await run_jobs()
    mentorship = address.removesuffix("/meetings")
    ended = await spring.ada.post(f"{mentorship}/end", json={"reason": "A new job."})
    assert ended.status_code == 200
    await run_jobs()
    read = (await spring.grace.get(f"/api/v1/meetings/{meeting['id']}")).json()
    assert (read["state"], read["note"]) == ("cancelled", "The mentorship has ended.")
    assert "Cancelled: Tue 10 Mar 2026, 17:00 with Ada Example" in await mails(db, "grace")
    refused = await spring.ada.post(address, json={"starts_at": WEDNESDAY})
    assert refused.json()["code"] == "mentorship_ended"


async def test_it_is_for_the_two_alone(
    spring: Spring, address: str, enter: Cast, anyone: AsyncClient
) -> None:
    meeting = await named(spring.ada, address, topic="A secret.")
    eve = await enter("Eve")
    at = f"/api/v1/meetings/{meeting['id']}"
    assert (await anyone.get(at)).status_code == 401
    for stranger in (eve, spring.olga):
        assert (await stranger.get(at)).status_code == 404
        cancelled = await stranger.post(f"{at}/cancellation", json={})
        assert cancelled.status_code == 404
    assert (await eve.get(address)).status_code == 404
    assert (await spring.olga.get(address)).json()["items"] == []


async def test_times_are_suggested_when_both_are_free(spring: Spring, address: str) -> None:
    times = address.replace("/meetings", "/suggested-times")
    offered = (await spring.ada.get(times)).json()
    assert offered["starts_at"][0] == "2026-03-03T16:00:00Z"
    assert offered["time_zones"] == ["Europe/Berlin", "Europe/Berlin"]
    await spring.ada.post(address, json={"starts_at": offered["starts_at"][0]})
    assert offered["starts_at"][0] not in (await spring.grace.get(times)).json()["starts_at"]
    assert (await spring.olga.get(times)).status_code == 403


async def test_a_list_takes_as_many_statements_for_ten_as_for_one(
    spring: Spring, address: str, count_statements: Any
) -> None:
    await named(spring.ada, address)
    page = f"/mentorships/{address.split('/')[4]}"
    counts = []
    for _ in range(2):
        for read in (address, "/api/v1/meetings", page):
            async with count_statements() as statements:
                assert (await spring.ada.get(read)).status_code == 200
            counts.append(len(statements))
        for day in range(11, 20):
            await spring.ada.post(address, json={"starts_at": f"2026-03-{day}T12:00:00Z"})
    assert counts[:3] == counts[3:]


async def test_a_calendar_takes_each_mail_as_an_update_of_one_entry(
    spring: Spring, address: str, db: AsyncSession, platform: Platform
) -> None:
    meeting = await named(spring.ada, address, topic="Pipelines; and, more.", place="Room 4")
    entries = [await entry_of(db, platform, meeting)]
    agreed = await spring.grace.post(**agreement(meeting))
    entries.append(await entry_of(db, platform, meeting))
    at, seen = f"/api/v1/meetings/{meeting['id']}", {"If-Match": agreed.headers["etag"]}
    await spring.ada.patch(at, json={"starts_at": WEDNESDAY}, headers=seen)
    entries.append(await entry_of(db, platform, meeting))
    await spring.ada.post(f"{at}/cancellation", json={"note": "Ill."})
    entries.append(await entry_of(db, platform, meeting))

    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    events = [calendar.events[0] for _, calendar in entries]
    assert len({str(event["uid"]) for event in events}) == 1
    assert [int(event["sequence"]) for event in events] == [0, 1, 2, 3]
    states = [str(event["status"]) for event in events]
    assert states == ["TENTATIVE", "CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert events[0].start == datetime(2026, 3, 10, 16, tzinfo=UTC)
    assert events[2].start == datetime(2026, 3, 11, 16, tzinfo=UTC)
    assert str(events[0]["summary"]) == "Mentoring: Ada Example and Grace Example"
    assert "Pipelines; and, more." in str(events[0]["description"])
    attendees = [str(one) for one in events[0]["attendee"]]
    assert attendees == ["mailto:ada@example.org", "mailto:grace@example.org"]
    (found,) = recurring_ical_events.of(entries[1][1]).at((2026, 3, 10))
    assert found.duration.total_seconds() == 1800


async def entry_of(
    db: AsyncSession, platform: Platform, meeting: dict[str, Any]
) -> tuple[str, Calendar]:
    """The calendar part of the mail to Grace, as her mail program reads it from the bytes."""
    db.expire_all()
    row = await reading.get_for_job(db, meeting["id"])
    written = mail.compose(
        emails.told(row, Side.MENTOR, None, platform.settings),
        job_id=row.id,
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


async def test_a_mail_that_comes_late_says_nothing_old(
    spring: Spring, address: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    meeting = await named(spring.ada, address)
    await spring.ada.post(f"/api/v1/meetings/{meeting['id']}/cancellation", json={})
    await run_jobs()
    about = [subject for subject in await mails(db, "grace") if "Tue 10" in subject]
    assert about == ["Cancelled: Tue 10 Mar 2026, 17:00 with Ada Example"]
    assert not list(await db.scalars(select(Job).where(Job.last_error.is_not(None))))


async def test_on_the_page_the_two_plan_and_agree(
    spring: Spring, address: str, clock: TurnableClock
) -> None:
    page = f"/mentorships/{address.split('/')[4]}"
    first = (await spring.ada.get(page)).text
    assert "Tue 3 Mar 2026, 17:00" in first
    wrong = await spring.ada.post(f"{page}/meetings", data={"suggested": "other", "hour": "17:00"})
    assert (wrong.status_code, "give a day and an hour" in wrong.text) == (422, True)
    skipped = {"suggested": "other", "day": "2026-03-29", "hour": "02:30"}
    gap = await spring.ada.post(f"{page}/meetings", data=skipped)
    assert "The clocks skip this hour" in gap.text
    spring_day = {"suggested": "other", "day": "2026-03-30", "hour": "17:00"}
    assert (await spring.ada.post(f"{page}/meetings", data=spring_day)).status_code == 303
    asked = {"suggested": "other", "day": "2026-03-10", "hour": "17:00", "topic": "<b>Hi</b>"}
    assert (await spring.ada.post(f"{page}/meetings", data=asked)).status_code == 303
    meeting, later = (await spring.ada.get(address)).json()["items"]
    assert later["starts_at"] == "2026-03-30T15:00:00Z"  # summer time has begun
    assert meeting["starts_at"] == "2026-03-10T16:00:00Z"

    hers = (await spring.grace.get(page)).text
    assert "Ada Example asks you" in hers
    assert "&lt;b&gt;Hi&lt;/b&gt;" in hers
    agree = f"/meetings/{meeting['id']}/agree"
    yes = await spring.grace.post(agree, data={"starts_at": meeting["starts_at"]})
    assert yes.headers["location"] == page
    clock.turn(days=9)
    assert "Did you meet?" in (await spring.grace.get(page)).text
    done = await spring.grace.post(f"/meetings/{meeting['id']}/outcome", data={"held": "true"})
    assert done.status_code == 303
    assert "Held" in (await spring.ada.get(page)).text


async def test_a_time_that_is_taken_is_refused_and_the_meeting_stays(
    spring: Spring, address: str
) -> None:
    await named(spring.ada, address)
    second = await spring.ada.post(address, json={"starts_at": WEDNESDAY})
    at = f"/api/v1/meetings/{second.json()['id']}"
    seen = {"If-Match": second.headers["etag"]}
    refused = await spring.ada.patch(at, json={"starts_at": TUESDAY}, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "meeting_in_the_way")
    assert (await spring.ada.get(at)).json() == second.json()


async def test_what_was_typed_survives_a_move_by_the_other_one(
    spring: Spring, address: str
) -> None:
    meeting = await named(spring.ada, address)
    move = f"/meetings/{meeting['id']}/move"
    typed = {"suggested": "", "minutes": "60", "topic": "My own words.", "version": "1"}
    first = await spring.grace.post(move, data={**typed, "topic": "Hers."})
    assert first.status_code == 303
    late = await spring.ada.post(move, data=typed)
    assert late.status_code == 422
    assert "My own words." in late.text
    assert 'name="version" value="2"' in late.text


async def test_a_time_that_nobody_answered_is_told_afterwards(
    spring: Spring, address: str, clock: TurnableClock
) -> None:
    await named(spring.ada, address)
    clock.turn(days=9)
    page = (await spring.ada.get(f"/mentorships/{address.split('/')[4]}")).text
    assert "Nobody answered in time" in page
    assert "Did you meet?" not in page


async def test_the_page_of_a_cancelled_meeting_offers_no_move(spring: Spring, address: str) -> None:
    meeting = await named(spring.ada, address)
    page = f"/meetings/{meeting['id']}/move"
    assert "Change it" in (await spring.ada.get(page)).text
    await spring.grace.post(f"/api/v1/meetings/{meeting['id']}/cancellation", json={})
    closed = (await spring.ada.get(page)).text
    assert "There is nothing to move" in closed
    assert "Change it" not in closed
