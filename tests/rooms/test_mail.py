"""Mail through a real SMTP server, which sometimes has a bad day."""

import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs.outbox import ATTEMPTS, Job, JobState
from cohort.mail import MailboxMessage
from cohort.notices import jobs
from cohort.notices.models import WaitingMail
from cohort.worker import create_runner
from tests.conftest import MONDAY, Cast, Platform, TurnableClock
from tests.rooms.accounts import EMAIL, JOIN
from tests.rooms.study_cast import the_cast


@dataclass
class PostOffice:
    """What arrived; `moods` are the answers of the next attempts, before it takes everything."""

    moods: list[str] = field(default_factory=list)
    arrived: list[EmailMessage] = field(default_factory=list)
    tried: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.tried += 1
        if self.moods:
            return self.moods.pop(0)
        self.arrived.append(message_from_bytes(envelope.content, EmailMessage, policy=default))
        return "250 OK"


@pytest.fixture
async def post_office(platform: Platform) -> AsyncGenerator[PostOffice]:
    """Let this platform's worker send by SMTP, to a server of its own."""
    office = PostOffice()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(office, hostname="127.0.0.1", port=port)
    server.start()
    before = platform.runner
    by_smtp = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "cohort <us@example.org>"}
    platform.runner = create_runner(platform.settings.model_copy(update=by_smtp), platform.clock)
    yield office
    await platform.runner.close()
    platform.runner = before
    server.stop()


async def test_a_mail_arrives_with_both_its_parts(
    post_office: PostOffice, platform: Platform, anyone: AsyncClient, db: AsyncSession
) -> None:
    await anyone.post("/api/v1/people", json=EMAIL)
    await platform.run_jobs()

    (mail,) = post_office.arrived
    assert (mail["To"], mail["From"]) == ("ada@example.org", "cohort <us@example.org>")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "http://127.0.0.1:8000/verify/" in text.get_content()
    assert "http://127.0.0.1:8000/verify/" in html.get_content()
    assert (await db.scalars(select(MailboxMessage))).all() == []


@pytest.mark.parametrize("mood", ["451 try later", "550 go away", "421 closing"])
async def test_a_mail_that_was_refused_is_sent_again_later(
    post_office: PostOffice,
    platform: Platform,
    anyone: AsyncClient,
    clock: TurnableClock,
    mood: str,
) -> None:
    post_office.moods = [mood, mood]
    await anyone.post("/api/v1/people", json=EMAIL)
    for _ in range(3):
        await platform.run_jobs()
        clock.turn(minutes=5)

    assert post_office.tried == 3
    assert len(post_office.arrived) == 1


async def test_work_that_always_fails_is_put_aside_after_its_last_attempt(
    post_office: PostOffice,
    platform: Platform,
    anyone: AsyncClient,
    clock: TurnableClock,
    db: AsyncSession,
) -> None:
    post_office.moods = ["550 never"] * 50
    await anyone.post("/api/v1/people", json=EMAIL)
    for _ in range(ATTEMPTS + 3):
        await platform.run_jobs()
        clock.turn(hours=2)

    job = await db.scalar(select(Job))
    assert job is not None
    assert (job.state, job.attempts) == (JobState.DEAD, ATTEMPTS)
    assert job.last_error
    assert post_office.tried == ATTEMPTS


@pytest.mark.parametrize("name", ["=?utf-8?q?a=0d=0aBcc:_x@y.z?=", "Ada\r\nBcc: x@y.z"])
async def test_a_name_cannot_add_a_header(anyone: AsyncClient, name: str) -> None:
    joining = JOIN | {"name": name, "token": "x" * 40}
    answer = await anyone.post("/api/v1/verifications", json=joining)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "name"


async def test_two_attempts_at_one_mail_carry_one_message_id(
    post_office: PostOffice, platform: Platform, anyone: AsyncClient, db: AsyncSession
) -> None:
    """A worker that dies between sending and committing sends again: readers can tell."""
    await anyone.post("/api/v1/people", json=EMAIL)
    await platform.run_jobs()
    job = await db.scalar(select(Job))
    assert job is not None
    job.state, job.attempts = JobState.PENDING, 0
    job.due_at = platform.clock()
    await db.commit()

    await platform.run_jobs()

    first, second = post_office.arrived
    assert first["Message-ID"] == second["Message-ID"]


async def test_a_reminder_says_how_to_end_its_kind_and_a_digest_survives_a_bad_day(
    post_office: PostOffice,
    platform: Platform,
    anyone: AsyncClient,
    clock: TurnableClock,
    enter: Cast,
    db: AsyncSession,
) -> None:
    cast = await the_cast(db, enter, now=MONDAY)
    nudges = f"/api/v1/cohorts/{cast.cohort.id}/study_nudges"
    asked = {"enrolment_ids": [str(cast.enrolment.id)]}
    await cast.olga.post(nudges, json=asked)
    await anyone.post("/forgotten", data={"email": "ada@example.org"})
    await platform.run_jobs()
    by_kind = {bool(mail["List-Unsubscribe"]): mail for mail in post_office.arrived}
    assert "password" in by_kind[False]["Subject"]
    assert by_kind[True]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = by_kind[True]["List-Unsubscribe"].strip("<>")
    assert "ada" not in link.lower()

    chosen = {"choices": {"nudges": "daily"}, "digest_hour": 18}
    assert (await cast.ada.put("/api/v1/me/mail_settings", json=chosen)).status_code == 200
    clock.turn(days=6, hours=23)  # their logins last for a week, and so does a nudge
    assert (await cast.olga.post("/api/v1/cohorts", json={})).status_code == 422
    clock.turn(hours=2)
    await cast.olga.post(nudges, json=asked)
    await platform.run_jobs()
    post_office.arrived, post_office.tried, post_office.moods = [], 0, ["451 try later"]
    clock.turn(hours=12)
    await jobs.send_due(platform.runner.cron)
    await platform.run_jobs()
    assert (post_office.tried, post_office.arrived) == (1, [])
    assert len((await db.scalars(select(WaitingMail))).all()) == 1
    for _ in range(2):
        clock.turn(minutes=5)
        await jobs.send_due(platform.runner.cron)
        await platform.run_jobs()
    [digest] = post_office.arrived
    ends_digests = digest["List-Unsubscribe"].strip("<>")
    assert ends_digests != link
    assert (await db.scalars(select(WaitingMail))).all() == []
    assert (await anyone.post(ends_digests)).status_code == 200
    told = (await cast.ada.get("/api/v1/me/mail_settings")).json()["kinds"]
    assert {one["kind"] for one in told if one["comes"] == "off"} == {"nudges"}
