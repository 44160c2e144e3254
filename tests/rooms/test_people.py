"""Accounts: Ada signs up, a stranger tries to."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.stored_responses import IdempotencyRecord
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.people.models import Login, Person
from tests.rooms.accounts import ADA, EMAIL, JOIN, SIGN_IN, link_in_last_mail


async def test_ada_signs_up_opens_the_link_and_signs_in(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    assert (await anyone.post("/api/v1/people", json=EMAIL)).status_code == 202
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()["code"] == "wrong_password"
    await run_jobs()
    token = await link_in_last_mail(db)
    joined = await anyone.post("/api/v1/verifications", json=JOIN | {"token": token})
    assert joined.json()["email"] == ADA["email"]

    entry = (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()

    me = await anyone.get("/api/v1/me", headers={"authorization": f"Bearer {entry['token']}"})
    assert me.json()["name"] == "Ada Example"
    assert await db.scalar(select(Login.token_hash)) != entry["token"].encode()


async def test_a_link_works_once(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    await anyone.post("/api/v1/people", json=EMAIL)
    await run_jobs()
    joining = JOIN | {"token": await link_in_last_mail(db)}
    await anyone.post("/api/v1/verifications", json=joining)

    again = await anyone.post("/api/v1/verifications", json=joining)

    assert (again.status_code, again.json()["code"]) == (409, "link_spent")


async def test_a_taken_address_is_not_told_apart(
    anyone: AsyncClient, enter: Any, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    await enter("Ada")
    known = await anyone.post("/api/v1/people", json=EMAIL)
    unknown = await anyone.post("/api/v1/people", json={"email": "nobody@example.org"})

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    await run_jobs()
    assert await db.scalar(select(func.count()).select_from(Person)) == 1
    letters = await db.scalars(select(MailboxMessage))
    mails = {letter.to: letter.subject for letter in letters}
    assert mails == {
        "ada@example.org": "You already have an account with cohort",
        "nobody@example.org": "Open your account with cohort",
    }


async def test_the_same_key_answers_the_same_and_does_it_once(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    key = {"idempotency-key": "one"}
    first = await anyone.post("/api/v1/people", json=EMAIL, headers=key)
    second = await anyone.post("/api/v1/people", json=EMAIL, headers=key)

    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert await db.scalar(select(func.count()).select_from(Job)) == 1


async def test_visitors_with_the_same_key_do_not_meet(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]], clock: Any
) -> None:
    """A front end may count its keys from 1: each visitor is answered for what she sent."""
    key = {"idempotency-key": "1"}
    ben = {"email": "ben@example.org"}
    joining = {}
    for visitor in (EMAIL, ben):
        told = await anyone.post("/api/v1/people", json=visitor, headers=key)
        assert told.status_code == 202
        assert "idempotent-replayed" not in told.headers
        await run_jobs()
        clock.turn(minutes=1)
        joining[visitor["email"]] = JOIN | {"token": await link_in_last_mail(db)}

    for _ in range(2):  # the second time, each is told her own answer again
        for email, sent in joining.items():
            told = await anyone.post("/api/v1/verifications", json=sent, headers=key)
            assert told.json()["email"] == email
    # The same content with the same key elsewhere is another act.
    elsewhere = await anyone.post("/api/v1/password_links", json=EMAIL, headers=key)
    assert "idempotent-replayed" not in elsewhere.headers


async def test_nobody_can_try_out_passwords_on_what_a_key_keeps(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    await anyone.post("/api/v1/people", json=EMAIL, headers={"idempotency-key": "rather random"})
    kept = (await db.scalars(select(IdempotencyRecord))).one()
    content = b"POST /api/v1/people?\0" + json.dumps(EMAIL, separators=(",", ":")).encode()
    assert kept.key != "rather random"
    assert kept.digest != hashlib.sha256(content).digest()
    assert kept.digest == hmac.digest(b"rather random", content, "sha256")


async def test_the_answer_with_a_secret_is_said_once(enter: Any, db: AsyncSession) -> None:
    ada = await enter("Ada")
    wish = {"name": "script", "scopes": ["cohorts:read"]}
    key = {"idempotency-key": "one"}
    first = await ada.post("/api/v1/api_keys", json=wish, headers=key)
    second = await ada.post("/api/v1/api_keys", json=wish, headers=key)

    assert first.status_code == 201
    assert first.json()["secret"].startswith("cohort_")
    assert (second.status_code, second.json()["code"]) == (409, "only_said_once")


@pytest.mark.parametrize("when", ["2199-12-31T12:00:00", "2020-01-01T12:00:00Z", 4_000_000_000])
async def test_a_key_ends_at_a_moment_to_come(enter: Any, when: Any) -> None:
    ada = await enter("Ada")
    wish = {"name": "script", "scopes": ["cohorts:read"], "expires_at": when}
    answer = await ada.post("/api/v1/api_keys", json=wish)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "expires_at"


async def test_a_key_reaches_no_further_than_its_scopes(enter: Any, platform: Any) -> None:
    ada = await enter("Ada")
    made = await ada.post("/api/v1/api_keys", json={"name": "s", "scopes": ["cohorts:read"]})
    script = platform.client(made.json()["secret"])

    assert (await script.get("/api/v1/me")).json()["id"] == ada.id
    refused = await script.get("/api/v1/api_keys")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")

    await ada.delete(f"/api/v1/api_keys/{made.json()['id']}")
    assert (await script.get("/api/v1/me")).status_code == 401
    await script.aclose()


async def test_the_keys_of_others_are_not_there(enter: Any) -> None:
    ada, bao = await enter("Ada"), await enter("Bao")
    made = await ada.post("/api/v1/api_keys", json={"name": "s", "scopes": ["study:read"]})

    assert (await bao.delete(f"/api/v1/api_keys/{made.json()['id']}")).status_code == 404
    assert (await bao.get("/api/v1/api_keys")).json() == {"items": [], "next": None}
    assert len((await ada.get("/api/v1/api_keys")).json()["items"]) == 1


async def test_keys_are_listed_page_by_page_in_one_order(
    enter: Any, count_statements: Any, clock: Any
) -> None:
    ada = await enter("Ada")
    for number in range(5):
        clock.turn(seconds=number % 2)
        await ada.post("/api/v1/api_keys", json={"name": f"{number}", "scopes": ["study:read"]})

    first = (await ada.get("/api/v1/api_keys?limit=3")).json()
    async with count_statements() as statements:
        rest = (await ada.get("/api/v1/api_keys", params={"cursor": first["next"]})).json()

    names = [key["name"] for key in first["items"] + rest["items"]]
    assert sorted(names) == ["0", "1", "2", "3", "4"]
    assert rest["next"] is None
    assert len(statements) == 2  # who is asking, and the page


@pytest.mark.parametrize(
    "cursor", ["x", "W10=", "e30=", "WyJhIiwgImIiXQ==", "WzEsIDJd", "%00", "é"]
)
async def test_a_cursor_of_nobodys_is_refused_at_its_field(enter: Any, cursor: str) -> None:
    ada = await enter("Ada")
    answer = await ada.get("/api/v1/api_keys", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "cursor"


HOSTILE = {
    "not json": (b"{", 400),
    "not utf-8": (b'{"name": "\xff"}', 400),
    "deep": (b"[" * 30_000, 400),
    "half a character": (b'{"name": "\\ud800", "token": "12345678901234567890"}', 422),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "nothing": (b"", 422),
    "too large": (b'{"name": "' + b"a" * 70_000 + b'"}', 413),
    "control characters": (
        b'{"name": "a\\u0000", "token": "12345678901234567890", "password": "123456789012"}',
        422,
    ),
    "a number for a name": (
        b'{"name": 1, "token": "12345678901234567890", "password": "123456789012"}',
        422,
    ),
    "a huge number": (b'{"name": 1' + b"0" * 400 + b"}", 422),
    "unknown fields": (
        b'{"name": "A", "token": "12345678901234567890", "password": "123456789012", "x": 1}',
        422,
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_hostile_body_is_refused_and_nothing_is_kept(
    anyone: AsyncClient, db: AsyncSession, kind: str
) -> None:
    body, status = HOSTILE[kind]
    answer = await anyone.post(
        "/api/v1/verifications", content=body, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert await db.scalar(select(func.count()).select_from(Person)) == 0


async def test_two_who_race_with_one_link_open_one_account(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    await anyone.post("/api/v1/people", json=EMAIL)
    await run_jobs()
    joining = JOIN | {"token": await link_in_last_mail(db)}
    answers = await asyncio.gather(
        *[anyone.post("/api/v1/verifications", json=joining) for _ in range(5)]
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert await db.scalar(select(func.count()).select_from(Person)) == 1


async def test_the_same_key_at_the_same_time_does_it_once(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    key = {"idempotency-key": "k"}
    answers = await asyncio.gather(
        *[anyone.post("/api/v1/people", json=EMAIL, headers=key) for _ in range(5)]
    )

    assert {answer.status_code for answer in answers} == {202}
    assert await db.scalar(select(func.count()).select_from(Job)) == 1


async def test_passwords_cannot_be_guessed_for_long(anyone: AsyncClient) -> None:
    guesses = await asyncio.gather(
        *[anyone.post("/api/v1/logins", json=SIGN_IN) for _ in range(30)]
    )
    statuses = [guess.status_code for guess in guesses]
    assert (statuses.count(401), statuses.count(429)) == (10, 20)


async def test_nobody_can_make_us_flood_a_mailbox(anyone: AsyncClient) -> None:
    answers = [await anyone.post("/forgotten", data={"email": ADA["email"]}) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("limit=many", "This must be a whole number."),
        ("limit=0", "This must be at least 1."),
        ("limit=201", "This must be at most 200."),
    ],
)
async def test_a_wrong_parameter_is_named_in_our_words(enter: Any, asked: str, said: str) -> None:
    ada = await enter("Ada")
    answer = await ada.get(f"/api/v1/api_keys?{asked}")
    assert answer.json()["errors"] == [{"field": "limit", "message": said}]
