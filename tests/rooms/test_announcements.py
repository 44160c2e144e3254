"""Olga writes to her people: to all, to some, and each gets it as she chose."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.notices import jobs
from cohort.people.models import Act
from tests.conftest import MONDAY, Platform, TurnableClock
from tests.conftest import Cast as Enter
from tests.rooms.study_cast import Cast, make_due, the_cast
from tests.world import enrolled

RunJobs = Callable[[], Awaitable[None]]
SAID = {"audience": "researchers", "subject": "A new date", "text": "It is on **14 May**."}


@pytest.fixture
async def cast(db: AsyncSession, enter: Enter, run_jobs: RunJobs) -> Cast:
    """Bea studies beside Ada, and has no mentor."""
    cast = await the_cast(db, enter, now=MONDAY)
    bea = await enter("Bea")
    await enrolled(db, cast.cohort, bea.person, now=MONDAY)
    await db.commit()
    await run_jobs()
    cast.sam = bea
    return cast


async def announce(cast: Cast, **said: Any) -> Any:
    return await cast.olga.post(f"/api/v1/cohorts/{cast.cohort.id}/announcements", json=SAID | said)


async def told(db: AsyncSession) -> list[str]:
    """Who got an announcement, by mail."""
    mails = select(MailboxMessage.to).where(MailboxMessage.subject.contains("A new date"))
    return sorted(one.partition("@")[0] for one in await db.scalars(mails))


async def test_an_announcement_is_looked_at_first_and_sent_once(
    cast: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    here = f"/cohorts/{cast.cohort.slug}/announcements"
    form = (await cast.olga.get(f"{here}/new?audience=everyone")).text
    assert 'value="everyone" selected' in form
    sent = SAID | {"audience": "everyone"}
    nothing = await cast.olga.post(f"{here}/new", data=sent | {"text": "", "step": "summary"})
    assert nothing.status_code == 422
    seen = await cast.olga.post(f"{here}/new", data=sent | {"step": "summary"})
    key = re.findall(r'name="key" value="([^"]+)"', seen.text)[0]
    sent |= {"key": key}
    assert "<strong>14 May</strong>" in seen.text
    assert all(f"<li>{name} Example</li>" in seen.text for name in ("Ada", "Bea", "Max"))
    assert "Nothing is sent yet" in seen.text
    changed = await cast.olga.post(f"{here}/new", data=sent | {"step": "change"})
    assert key in changed.text
    await run_jobs()
    assert await told(db) == []

    for _ in range(2):  # a second click
        done = await cast.olga.post(f"{here}/new", data=sent)
        assert done.headers["location"] == f"{here}/{key}"
    await run_jobs()
    assert await told(db) == ["ada", "bea", "max"]
    mail = await db.scalar(select(MailboxMessage).where(MailboxMessage.to == "ada@example.org"))
    assert "14 May" in (await cast.olga.get(f"{here}/{key}")).text
    assert "3 sent" in (await cast.olga.get(here)).text
    acts = (await db.scalars(select(Act).where(Act.verb == "announcement.send"))).all()
    assert [act.detail["people"] for act in acts] == [3]
    assert mail is not None
    assert "at risk" not in mail.text
    assert (await cast.ada.get(f"{here}/{key}")).status_code == 403


async def test_each_audience_is_who_belongs_to_it_now(
    cast: Cast, db: AsyncSession, enter: Enter, count_statements: Callable[[], Any]
) -> None:
    async def who(audience: str) -> list[str]:
        answer = await announce(cast, audience=audience, dry_run=True)
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["field"] == "audience"
            return []
        return [one["name"].removesuffix(" Example") for one in answer.json()["people"]]

    await make_due(db, cast.first, now=MONDAY)
    assert await who("everyone") == ["Ada", "Bea", "Max"]
    assert await who("researchers") == ["Ada", "Bea"]
    assert await who("mentors") == ["Max"]
    assert await who("without_mentor") == ["Bea"]
    assert await who("behind") == ["Ada"]
    assert await who("done") == []
    pause = f"/api/v1/enrolments/{cast.enrolment.id}/pause"
    assert (await cast.ada.post(pause, json={"until": "2026-05-04"})).status_code < 300
    assert await who("paused") == ["Ada"]

    async with count_statements() as few:
        await who("at_risk")
    another = await enter("Cleo")
    await enrolled(db, cast.cohort, another.person, now=MONDAY)
    await db.commit()
    async with count_statements() as more:
        await who("at_risk")
    assert len(more) == len(few)


async def test_each_gets_it_as_she_chose_but_for_what_is_essential(
    cast: Cast, db: AsyncSession, platform: Platform, clock: TurnableClock
) -> None:
    settings = "/api/v1/me/mail_settings"
    await cast.ada.put(settings, json={"choices": {"announcements": "off"}})
    await cast.sam.put(settings, json={"choices": {"announcements": "daily"}, "digest_hour": 18})
    preview = (await announce(cast, dry_run=True)).json()
    assert (preview["at_once"], preview["in_digest"], preview["off"]) == (0, 1, 1)
    sent = (await announce(cast)).json()
    await platform.run_jobs()
    assert await told(db) == []

    async def counts() -> Any:
        return (await cast.olga.get(f"/api/v1/announcements/{sent['id']}")).json()["counts"]

    assert await counts() == {"off": 1, "in_digest": 1}
    clock.turn(hours=12)
    await jobs.send_due(platform.runner.cron)
    await platform.run_jobs()
    assert await told(db) == ["bea"]
    assert await counts() == {"off": 1, "sent": 1}

    for _ in range(2):
        assert (await announce(cast, is_essential=True)).status_code == 200
    await platform.run_jobs()
    assert await told(db) == ["ada", "ada", "bea", "bea", "bea"]
    third = await announce(cast, is_essential=True)
    assert (third.status_code, third.json()["code"]) == (409, "essential_used_up")
