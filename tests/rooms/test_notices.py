"""Ada chooses which mails she gets, and when; Olga nudges her, and Max reviews her work."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.notices import jobs
from cohort.notices.delivering import end_link
from cohort.notices.models import UnsubscribeLink, WaitingMail
from tests.conftest import MONDAY, Platform, TurnableClock
from tests.conftest import Cast as Enter
from tests.rooms.study_cast import AGAIN, Cast, the_cast

RunJobs = Callable[[], Awaitable[None]]
SETTINGS = "/api/v1/me/mail_settings"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def cast(db: AsyncSession, enter: Enter, run_jobs: RunJobs) -> Cast:
    cast = await the_cast(db, enter, now=MONDAY)
    await run_jobs()
    return cast


async def nudge(cast: Cast) -> None:
    sent = {"enrolment_ids": [str(cast.enrolment.id)]}
    answer = await cast.olga.post(f"/api/v1/cohorts/{cast.cohort.id}/study_nudges", json=sent)
    assert answer.json()["outcomes"][0]["outcome"] == "nudged", answer.text


async def to_ada(db: AsyncSession) -> list[MailboxMessage]:
    mails = select(MailboxMessage).where(MailboxMessage.to == "ada@example.org")
    return list(await db.scalars(mails.order_by(MailboxMessage.sent_at)))


def at(clock: TurnableClock, hour: int) -> datetime:
    """Let it be that hour in Berlin, today or tomorrow."""
    while clock().astimezone(BERLIN).hour != hour:
        clock.turn(hours=1)
    return clock()


async def test_one_page_has_every_choice_and_the_api_the_same(cast: Cast) -> None:
    page = (await cast.ada.get("/account/mails")).text
    assert "In the weekly digest" in page
    assert 'name="kind_account"' not in page  # nobody chooses to miss those
    assert "Berlin" in page  # as her profile says

    sent = {"kind_nudges": "daily", "kind_reviews": "off", "time_zone": "Berlin, Germany"}
    hours = {"quiet_from": "22:00", "quiet_to": "07:00", "digest_hour": "18", "digest_day": "4"}
    assert (await cast.ada.post("/account/mails", data=sent | hours)).status_code == 303
    told = (await cast.ada.get(SETTINGS)).json()
    comes = {one["kind"]: one["comes"] for one in told["kinds"]}
    assert (comes["nudges"], comes["reviews"], comes["account"]) == ("daily", "off", "at_once")
    assert (told["time_zone"], told["digest_hour"]) == ("Europe/Berlin", 18)
    assert '<option value="daily" selected>' in (await cast.ada.get("/account/mails")).text

    for wrong, field in [
        ({"choices": {"account": "off"}}, "choices/account"),
        ({"choices": {"meetings": "daily"}}, "choices/meetings"),
        ({"choices": {"gossip": "off"}}, "choices/gossip"),
        ({"quiet_from": "22:00"}, ""),
    ]:
        refused = await cast.ada.put(SETTINGS, json=wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    half = await cast.ada.post("/account/mails", data=sent | {"quiet_from": "22:00"})
    assert half.status_code == 422
    assert "both ends of the quiet hours" in half.text
    everything = await cast.ada.put(SETTINGS, json={})
    assert {one["comes"] for one in everything.json()["kinds"]} == {"at_once"}


async def test_at_night_a_mail_waits_for_the_morning_and_one_about_the_account_does_not(
    cast: Cast, db: AsyncSession, clock: TurnableClock, run_jobs: RunJobs
) -> None:
    quiet = {"time_zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_to": "07:00"}
    assert (await cast.ada.put(SETTINGS, json=quiet)).status_code == 200
    at(clock, 23)
    await nudge(cast)
    await cast.ada.post("/forgotten", data={"email": "ada@example.org"})
    await run_jobs()
    [about_the_account] = await to_ada(db)
    assert "/password/" in about_the_account.text
    at(clock, 6)
    await run_jobs()
    assert len(await to_ada(db)) == 1

    at(clock, 7)
    await run_jobs()
    await run_jobs()
    [_, reminder] = await to_ada(db)
    assert "your next step" in reminder.subject
    assert reminder.sent_at.astimezone(BERLIN).hour == 7
    assert "/unsubscribe/" in reminder.text
    assert "/account/mails" in reminder.html
    assert "/unsubscribe/" not in about_the_account.text + about_the_account.html


async def test_a_digest_is_one_mail_with_what_is_still_true(
    cast: Cast, db: AsyncSession, platform: Platform, clock: TurnableClock
) -> None:
    both = {"nudges": "daily", "reviews": "daily"}
    chosen = {"choices": both, "time_zone": "Europe/Berlin", "digest_hour": 18}
    assert (await cast.ada.put(SETTINGS, json=chosen)).status_code == 200
    await nudge(cast)
    handed_in = [await cast.hand_in(item_id=its_id) for its_id in cast.items.values()]
    review = f"/api/v1/submissions/{handed_in[0].json()['id']}/review"
    assert (await cast.max.post(review, json=AGAIN)).status_code == 201
    await platform.run_jobs()
    assert await to_ada(db) == []
    assert await db.scalar(select(func.count()).select_from(WaitingMail)) == 2

    at(clock, 18)
    for _ in range(2):  # two workers in the same minute, and each job tried twice
        await jobs.send_due(platform.runner.cron)
        await platform.run_jobs()
        clock.turn(minutes=1)
    [digest] = await to_ada(db)
    assert "How did you choose the threshold?" in digest.text
    assert "How did you choose the threshold?" in digest.html
    assert "&lt;p" not in digest.html
    for text in (digest.text, digest.html):
        assert text.count("Hello Ada Example,") == 1, "one greeting, whatever is in it"
        assert text.count("/unsubscribe/") == 1
    assert "A good next step is" in digest.text
    assert "your next step" in digest.text  # what was sent back is open again
    assert await db.scalar(select(func.count()).select_from(WaitingMail)) == 0


async def test_a_digest_of_nothing_is_not_sent_and_what_is_switched_off_waits_no_more(
    cast: Cast, db: AsyncSession, platform: Platform, clock: TurnableClock
) -> None:
    weekly = {"choices": {"nudges": "weekly", "reviews": "daily"}, "digest_hour": 18}
    await cast.ada.put(SETTINGS, json=weekly)
    await nudge(cast)
    await platform.run_jobs()
    for its_id in cast.items.values():
        assert (await cast.hand_in(item_id=its_id)).status_code == 201
    await platform.run_jobs()
    [waiting] = await db.scalars(select(WaitingMail))
    assert waiting.due_at.astimezone(BERLIN).weekday() == 0
    daily = weekly | {"digest_day": 1}
    await cast.ada.put(SETTINGS, json=daily)
    await db.refresh(waiting)
    assert waiting.due_at.weekday() == 1  # what waits follows the new choice

    clock.turn(days=2)
    await jobs.send_due(platform.runner.cron)
    await platform.run_jobs()
    assert await to_ada(db) == []  # everything is handed in by now
    assert await db.scalar(select(func.count()).select_from(WaitingMail)) == 0


async def test_one_click_ends_a_kind_without_a_login_and_opening_the_link_does_not(
    cast: Cast, db: AsyncSession, anyone: AsyncClient, run_jobs: RunJobs
) -> None:
    link = f"/unsubscribe/{await end_link(db, cast.ada.person.id, 'nudges', now=MONDAY)}"
    await db.commit()
    opened = await anyone.get(link)
    assert opened.status_code == 200
    assert "Nothing has changed yet" in opened.text
    assert "Ada" not in opened.text
    await nudge(cast)
    await run_jobs()
    assert len(await to_ada(db)) == 1

    elsewhere = {"origin": "https://mail.example.com", "sec-fetch-site": "cross-site"}
    as_form = {"data": {"List-Unsubscribe": "One-Click"}}
    in_parts = {"files": {"List-Unsubscribe": (None, "One-Click")}}
    for body in (as_form, in_parts):  # RFC 8058 knows both, and some programs send twice
        ended = await anyone.post(link, headers=elsewhere, **body)
        assert ended.status_code == 200
        assert "You get no more of these mails" in ended.text
    comes = {one["kind"]: one["comes"] for one in (await cast.ada.get(SETTINGS)).json()["kinds"]}
    assert [kind for kind, how in comes.items() if how == "off"] == ["nudges"]
    forged = await cast.ada.post("/account/mails", data={}, headers=elsewhere)
    assert forged.status_code == 403  # only that one address may be asked from anywhere

    assert (await cast.ada.post("/account/mails/links")).status_code == 303
    assert (await db.scalars(select(UnsubscribeLink))).all() == []
    for unknown in (link, "/unsubscribe/x", "/unsubscribe/%C3%A9"):
        for answer in (await anyone.get(unknown), await anyone.post(unknown)):
            assert answer.status_code == 404
            assert "ends nothing any more" in answer.text
