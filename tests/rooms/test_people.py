"""Accounts: Ada signs up, a stranger tries to."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.people.models import Login, Person

ADA = {"name": "Ada Example", "email": "ada@example.org", "password": "a sentence that is long"}
SIGN_IN = {"email": ADA["email"], "password": ADA["password"]}


async def link_in_last_mail(db: AsyncSession) -> str:
    last = select(MailboxMessage.text).order_by(MailboxMessage.sent_at.desc())
    text = await db.scalar(last.limit(1))
    found = re.search(r"/(?:verify|password)/([\w-]+)", text or "")
    assert found
    return found[1]


async def test_ada_signs_up_opens_the_link_and_signs_in(
    anyone: AsyncClient, db: AsyncSession, keep_promises: Callable[[], Awaitable[None]]
) -> None:
    assert (await anyone.post("/api/v1/people", json=ADA)).status_code == 202
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()["code"] == "not_verified"
    await keep_promises()
    token = await link_in_last_mail(db)
    verified = await anyone.post("/api/v1/verifications", json={"token": token})
    assert verified.json()["email"] == ADA["email"]

    entry = (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()

    me = await anyone.get("/api/v1/me", headers={"authorization": f"Bearer {entry['token']}"})
    assert me.json()["name"] == "Ada Example"
    assert await db.scalar(select(Login.token_hash)) != entry["token"].encode()


async def test_a_link_works_once(
    anyone: AsyncClient, db: AsyncSession, keep_promises: Callable[[], Awaitable[None]]
) -> None:
    await anyone.post("/api/v1/people", json=ADA)
    await keep_promises()
    token = await link_in_last_mail(db)
    await anyone.post("/api/v1/verifications", json={"token": token})

    again = await anyone.post("/api/v1/verifications", json={"token": token})

    assert (again.status_code, again.json()["code"]) == (409, "link_spent")


async def test_a_taken_address_is_not_told_apart(anyone: AsyncClient, db: AsyncSession) -> None:
    first = await anyone.post("/api/v1/people", json=ADA)
    second = await anyone.post("/api/v1/people", json=ADA | {"name": "Mallory"})

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert await db.scalar(select(func.count()).select_from(Person)) == 1


async def test_the_same_key_answers_the_same_and_does_it_once(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    key = {"idempotency-key": "one"}
    first = await anyone.post("/api/v1/people", json=ADA, headers=key)
    second = await anyone.post("/api/v1/people", json=ADA, headers=key)
    other = await anyone.post("/api/v1/people", json=ADA | {"name": "B"}, headers=key)

    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert other.json()["code"] == "idempotency_key_reused"


async def test_the_answer_with_a_secret_is_said_once(enter: Any, db: AsyncSession) -> None:
    ada = await enter("Ada")
    wish = {"name": "script", "scopes": ["cohorts:read"]}
    key = {"idempotency-key": "one"}
    first = await ada.post("/api/v1/api_keys", json=wish, headers=key)
    second = await ada.post("/api/v1/api_keys", json=wish, headers=key)

    assert first.status_code == 201
    assert first.json()["secret"].startswith("cohort_")
    assert (second.status_code, second.json()["code"]) == (409, "only_said_once")
