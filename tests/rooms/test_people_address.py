"""Ada changes the address of her account."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people.links import new_link
from cohort.people.models import AddressChange, LinkPurpose, Login, MailedLink, Person
from tests.conftest import MONDAY, Cast, Platform, Someone, TurnableClock

RunJobs = Callable[[], Awaitable[None]]
NEW = {"email": "ada.lovelace@example.org"}


@pytest.fixture
async def ada(enter: Cast) -> Someone:
    return await enter("Ada")


async def link_to(db: AsyncSession, email: str) -> str:
    newest = select(MailboxMessage.text).where(MailboxMessage.to == email)
    text = await db.scalar(newest.order_by(MailboxMessage.sent_at.desc()).limit(1))
    found = re.search(r"/address/([\w-]+)", text or "")
    assert found
    return found[1]


async def test_the_link_to_the_new_one_moves_her_account_once_and_the_old_one_is_told(
    ada: Someone, anyone: AsyncClient, enter: Cast, db: AsyncSession, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as other:
        await new_link(other, "ada@example.org", LinkPurpose.PASSWORD, now=platform.clock())
    asked = await ada.post("/api/v1/me/address", json={"email": " Ada.Lovelace@Example.org "})
    assert asked.status_code == 202
    await platform.run_jobs()
    token = await link_to(db, NEW["email"])
    assert (await ada.get("/api/v1/me")).json()["email"] == "ada@example.org"
    assert "Is this your new address?" in (await ada.get(f"/address/{token}")).text
    there = f"/login?next=/address/{token}"
    assert (await anyone.get(f"/address/{token}")).headers["location"] == there
    eve = await enter("Eve")
    for other, code in ((anyone, "not_signed_in"), (eve, "link_spent")):
        refused = await other.post("/api/v1/addresses", json={"token": token})
        assert refused.json()["code"] == code
    for who, path in ((eve, token), (eve, "made-up"), (ada, "made-up")):
        opened = await who.get(f"/address/{path}")
        assert (opened.status_code, "Is this your new address?" in opened.text) == (409, False)
    assert (await ada.get("/api/v1/me")).json()["email"] == "ada@example.org"

    sent = {"json": {"token": token}}
    told = await asyncio.gather(*(ada.post("/api/v1/addresses", **sent) for _ in range(3)))
    assert sorted(one.status_code for one in told) == [200, 409, 409]
    assert (await ada.get("/api/v1/me")).json()["email"] == NEW["email"]
    assert await db.scalar(select(func.count()).select_from(MailedLink)) == 0
    await platform.run_jobs()
    old = select(MailboxMessage.subject).where(MailboxMessage.to == "ada@example.org")
    assert (await db.scalars(old)).all() == ["Your account at cohort has another address"]


async def test_on_her_page_with_a_lately_confirmed_login(
    ada: Someone, db: AsyncSession, run_jobs: RunJobs, platform: Platform
) -> None:
    wrong = await ada.post("/account/address", data={"email": "ada@example.org"})
    assert (wrong.status_code, "This is the address that you have" in wrong.text) == (422, True)
    assert (await ada.post("/account/address", data={"email": "ada"})).status_code == 422
    sent = await ada.post("/account/address", data=NEW)
    assert sent.headers["location"] == "/account"
    await run_jobs()
    token = await link_to(db, NEW["email"])
    assert (await ada.post(f"/address/{token}")).headers["location"] == "/account"
    assert NEW["email"] in (await ada.get("/account")).text

    async with unit_of_work(platform.sessions) as other:
        long_ago = MONDAY.replace(hour=8)
        await other.execute(update(Login).values(confirmed_at=long_ago))
    stale = await ada.post("/api/v1/me/address", json={"email": "eve@example.org"})
    assert (stale.status_code, stale.json()["code"]) == (403, "not_confirmed")


async def test_nobody_learns_whether_somebody_has_an_address(
    ada: Someone, enter: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await enter("Ben")
    told = []
    for email in ("ben@example.org", "nobody@example.org"):
        answer = await ada.post("/api/v1/me/address", json={"email": email})
        told.append((answer.status_code, answer.json()))
        await run_jobs()
    assert told[0] == told[1]
    bens = select(MailboxMessage.subject).where(MailboxMessage.to == "ben@example.org")
    assert (await db.scalars(bens)).all() == ["You already have an account with cohort"]
    [change] = (await db.scalars(select(AddressChange.email))).all()
    assert change == "nobody@example.org"


async def test_who_opened_an_account_there_meanwhile_keeps_it(
    ada: Someone, enter: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await ada.post("/api/v1/me/address", json={"email": "ben@example.org"})
    await run_jobs()
    token = await link_to(db, "ben@example.org")
    await enter("Ben")
    taken = await ada.post("/api/v1/addresses", json={"token": token})
    assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
    assert (await ada.get("/api/v1/me")).json()["email"] == "ada@example.org"


async def test_what_was_asked_before_a_new_password_mails_no_link(
    ada: Someone, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await ada.post("/api/v1/me/address", json=NEW)
    choose = {"password": "nine loud badgers"}
    assert (await ada.put("/api/v1/me/password", json=choose)).status_code == 204
    await run_jobs()
    there = select(func.count()).select_from(MailboxMessage).filter_by(to=NEW["email"])
    assert await db.scalar(there) == 0
    assert (await db.scalars(select(AddressChange.email))).all() == []


@pytest.mark.parametrize("why", ["newer", "late", "password", "suspended"])
async def test_a_link_that_does_not_count_any_more_moves_nothing(
    ada: Someone,
    enter: Cast,
    db: AsyncSession,
    run_jobs: RunJobs,
    clock: TurnableClock,
    why: str,
) -> None:
    await ada.post("/api/v1/me/address", json=NEW)
    await run_jobs()
    token = await link_to(db, NEW["email"])
    if why == "newer":
        await ada.post("/api/v1/me/address", json={"email": "other@example.org"})
        await run_jobs()
    elif why == "late":
        clock.turn(days=1)
    elif why == "password":
        choose = {"password": "nine loud badgers"}
        assert (await ada.put("/api/v1/me/password", json=choose)).status_code == 204
    else:
        amy = await enter("Amy", admin=True)
        out = await amy.put(f"/api/v1/people/{ada.id}/suspension", json={"reason": "Spam."})
        assert out.status_code == 200
    spent = await ada.post("/api/v1/addresses", json={"token": token})
    refused = (401, "not_signed_in") if why == "suspended" else (409, "link_spent")
    assert (spent.status_code, spent.json()["code"]) == refused
    hers = select(Person.email).where(Person.id == ada.person.id)
    assert await db.scalar(hers) == "ada@example.org"
