"""Mailed links, opened before they are used: by scanners of mail, too late, or by guessing."""

import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from tests.conftest import TurnableClock
from tests.rooms.accounts import EMAIL, JOIN, link_in_last_mail

Keep = Callable[[], Awaitable[None]]
PASSWORD = {"password": "another long sentence"}
LINKS = {
    "/join": ("/verify", JOIN),
    "/forgotten": ("/password", PASSWORD),
    "/login/link": ("/login/link", {}),
}
"""Where each link is asked for, where it leads, and what is sent there."""


@pytest.fixture(params=LINKS)
async def asked_at(
    request: pytest.FixtureRequest, anyone: AsyncClient, db: AsyncSession, run_jobs: Keep
) -> str:
    """Where a link is asked for; Ada has an account, unless the link is to open one."""
    where: str = request.param
    if where != "/join":
        await anyone.post("/join", data=EMAIL)
        await run_jobs()
        await anyone.post(f"/verify/{await link_in_last_mail(db)}", data=JOIN)
        await anyone.post("/logout")
    return where


@pytest.fixture
async def link(
    asked_at: str,
    anyone: AsyncClient,
    db: AsyncSession,
    run_jobs: Keep,
    clock: TurnableClock,
) -> str:
    clock.turn(minutes=1)
    return await newest(anyone, asked_at, db, run_jobs)


async def newest(anyone: AsyncClient, asked_at: str, db: AsyncSession, run_jobs: Keep) -> str:
    """The way to a link that is asked for and mailed now."""
    assert (await anyone.post(asked_at, data=EMAIL)).status_code == 303
    await anyone.get("/login")  # where it is said that the link is on its way
    await run_jobs()
    last = select(MailboxMessage.text).order_by(MailboxMessage.sent_at.desc()).limit(1)
    found = re.search(rf"{LINKS[asked_at][0]}/[\w-]+", await db.scalar(last) or "")
    await db.rollback()  # so that the next look sees what is new
    assert found
    return found[0]


async def test_a_link_that_a_scanner_opened_works_and_a_used_one_says_so_at_once(
    anyone: AsyncClient, link: str, asked_at: str
) -> None:
    for method in ("HEAD", "GET", "HEAD", "GET"):
        assert (await anyone.request(method, link)).status_code == 200
    assert (await anyone.post(link, data=LINKS[asked_at][1])).status_code == 303
    await anyone.post("/logout")

    opened, sent = await anyone.get(link), await anyone.post(link, data=LINKS[asked_at][1])

    for answer in (opened, sent):
        assert answer.status_code == 409
        assert "This link does not work any more" in answer.text
        assert f'action="{asked_at}"' in answer.text
        assert 'name="password"' not in answer.text
    assert (await anyone.head(link)).status_code == 409


async def test_a_link_too_old_and_one_made_up_are_told_alike_and_a_new_one_is_asked_for_there(
    anyone: AsyncClient,
    link: str,
    asked_at: str,
    db: AsyncSession,
    run_jobs: Keep,
    clock: TurnableClock,
) -> None:
    clock.turn(days=2)
    too_old = await anyone.get(link)
    made_up = await anyone.get(f"{LINKS[asked_at][0]}/made-up-by-a-stranger")
    assert (too_old.status_code, too_old.text) == (409, made_up.text)

    newer = await newest(anyone, asked_at, db, run_jobs)
    assert (await anyone.get(newer)).status_code == 200
    assert (await anyone.get(link)).text == too_old.text


async def test_a_link_of_one_kind_is_none_of_another(anyone: AsyncClient, link: str) -> None:
    kind, _, token = link.rpartition("/")
    for other, _ in LINKS.values():
        opened = await anyone.get(f"{other}/{token}")
        assert opened.status_code == (200 if other == kind else 409)
