"""Ada's account: her password, where she is signed in, and what wants her password once more."""

import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people.devices import device_of
from cohort.people.links import new_link
from cohort.people.models import ApiKey, LinkPurpose, Person
from cohort.people.tokens import hash_password
from tests.conftest import Cast, Platform, Someone, TurnableClock

PASSWORD = "seven quiet otters"
NEW = "nine loud badgers"
SIGN_IN = {"email": "ada@example.org", "password": PASSWORD}
KEY = {"name": "script", "scopes": ["cohorts:read"]}
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="session")
async def hashed() -> str:
    return await hash_password(PASSWORD)


@pytest.fixture
async def ada(enter: Cast, platform: Platform, hashed: str) -> Someone:
    ada = await enter("Ada")
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Person).values(password_hash=hashed))
    return ada


WEAK = [
    "password1234",
    "qwertyuiop123",
    "aaaaaaaaaaaaaaaa",
    "ada@example.org",
    "AdaExample2026",
    "cohortcohort",
    "abcdefghijkl",
]


async def test_a_password_that_is_soon_guessed_is_refused_with_what_to_do(
    anyone: AsyncClient, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        token = await new_link(db, "ada@example.org", LinkPurpose.JOIN, now=platform.clock())
    joining = {"token": token, "name": "Ada Example"}
    for weak in WEAK:
        refused = await anyone.post("/api/v1/verifications", json=joining | {"password": weak})
        assert refused.status_code == 422, weak
        (error,) = refused.json()["errors"]
        assert error["field"] == "password"
        assert "Choose several words" in error["message"]

    form = {"name": "Ada Example", "password": "password1234"}
    page = await anyone.post(f"/verify/{token}", data=form)
    assert (page.status_code, "too easy to guess" in page.text) == (422, True)
    # And the link still works.
    joined = await anyone.post("/api/v1/verifications", json=joining | {"password": PASSWORD})
    assert joined.status_code == 200


async def test_she_changes_her_password_and_other_logins_end(
    ada: Someone, anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    elsewhere = (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()["token"]
    anyone.cookies.clear()
    weak = await ada.put("/api/v1/me/password", json={"password": "Ada.Example"})
    assert weak.status_code == 422
    assert (await ada.put("/api/v1/me/password", json={"password": NEW})).status_code == 204

    assert (await ada.get("/api/v1/me")).status_code == 200
    other = {"authorization": f"Bearer {elsewhere}"}
    assert (await anyone.get("/api/v1/me", headers=other)).status_code == 401
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).status_code == 401
    with_new = SIGN_IN | {"password": NEW}
    assert (await anyone.post("/api/v1/logins", json=with_new)).status_code == 201
    await run_jobs()
    (mail,) = (await db.scalars(select(MailboxMessage))).all()
    assert mail.subject == "Your password was changed"


async def test_she_sees_where_she_is_signed_in_and_ends_it(
    ada: Someone, anyone: AsyncClient, enter: Cast
) -> None:
    agent = {"user-agent": WINDOWS}
    elsewhere = (await anyone.post("/api/v1/logins", json=SIGN_IN, headers=agent)).json()["token"]
    listed = (await ada.get("/api/v1/logins")).json()["items"]
    assert [one["is_current"] for one in listed].count(True) == 1
    (other,) = [one for one in listed if not one["is_current"]]
    assert other["device"] == "Firefox on Windows"

    eve = await enter("Eve")
    assert (await eve.delete(f"/api/v1/logins/{other['id']}")).status_code == 404
    assert (await ada.delete(f"/api/v1/logins/{other['id']}")).status_code == 204
    other_login = {"authorization": f"Bearer {elsewhere}"}
    assert (await anyone.get("/api/v1/me", headers=other_login)).status_code == 401
    assert len((await ada.get("/api/v1/logins")).json()["items"]) == 1


async def test_what_decides_about_access_wants_the_password_once_more(
    ada: Someone, clock: TurnableClock, db: AsyncSession
) -> None:
    clock.turn(minutes=16)
    for method, path, body in (
        ("POST", "/api/v1/api_keys", KEY),
        ("PUT", "/api/v1/me/password", {"password": NEW}),
        ("DELETE", "/api/v1/logins/others", None),
    ):
        refused = await ada.request(method, path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_confirmed"), path
    confirmation = "/api/v1/logins/current/confirmation"
    wrong = await ada.post(confirmation, json={"password": "not her password"})
    assert wrong.status_code == 401
    assert (await ada.post("/api/v1/api_keys", json=KEY)).status_code == 403
    assert (await ada.post(confirmation, json={"password": PASSWORD})).status_code == 204
    assert (await ada.post("/api/v1/api_keys", json=KEY)).status_code == 201


async def test_on_a_page_the_password_is_asked_for_and_the_form_goes_on(
    ada: Someone, clock: TurnableClock, db: AsyncSession
) -> None:
    clock.turn(minutes=16)
    form = {"name": "A “quoted” <key>", "scopes": ["cohorts:read", "study:read"]}
    asked = await ada.post("/account/keys", data=form)
    assert asked.status_code == 403
    sent = [
        (name, text.replace("&lt;", "<").replace("&gt;", ">"))
        for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text)
    ]
    assert sorted(sent) == [
        ("name", form["name"]),
        ("scopes", "cohorts:read"),
        ("scopes", "study:read"),
    ]
    wrong = await ada.post("/account/keys", data=form | {"confirm_password": "not hers"})
    assert (wrong.status_code, "That is not your password" in wrong.text) == (403, True)
    assert await db.scalar(select(func.count()).select_from(ApiKey)) == 0

    done = await ada.post("/account/keys", data=form | {"confirm_password": PASSWORD})
    assert (done.status_code, "Copy this key now" in done.text) == (200, True)
    # For a while, it is not asked for again.
    ended = await ada.post("/account/logins/end_others")
    assert ended.status_code == 303


async def test_nobody_guesses_a_password_where_it_is_asked_for_once_more(
    ada: Someone, clock: TurnableClock
) -> None:
    clock.turn(minutes=16)
    wrong = {"confirm_password": "x"}
    told = [(await ada.post("/account/logins/end_others", data=wrong)).status_code for _ in "x" * 6]
    confirmation = "/api/v1/logins/current/confirmation"
    told += [(await ada.post(confirmation, json={"password": "x"})).status_code for _ in "x" * 5]
    assert told == [403] * 6 + [401] * 4 + [429]


async def test_a_login_ends_unused_and_after_its_last_day(
    ada: Someone, clock: TurnableClock
) -> None:
    for _ in range(2):
        clock.turn(days=6)
        assert (await ada.get("/api/v1/me")).status_code == 200
    clock.turn(days=1, hours=23)
    assert (await ada.get("/api/v1/me")).status_code == 200
    clock.turn(hours=2)
    assert (await ada.get("/api/v1/me")).status_code == 401


async def test_a_login_that_nobody_uses_ends(
    ada: Someone, anyone: AsyncClient, clock: TurnableClock
) -> None:
    await anyone.post("/api/v1/logins", json=SIGN_IN)
    clock.turn(days=7, minutes=-1)
    assert (await anyone.get("/api/v1/me")).status_code == 200
    clock.turn(days=7, minutes=1)
    assert (await anyone.get("/api/v1/me")).status_code == 401


async def test_an_answer_that_was_given_is_not_told_to_a_key_that_may_not_ask(
    ada: Someone, platform: Platform
) -> None:
    """Mallory found a key of hers, and knows which Idempotency-Key her own program sends."""
    secret = (await ada.post("/api/v1/api_keys", json=KEY)).json()["secret"]
    once = {
        "headers": {"idempotency-key": "monday"},
        "json": {"name": "k", "scopes": ["study:read"]},
    }
    first = await ada.post("/api/v1/api_keys", **once)
    assert first.status_code == 201
    async with platform.client(secret) as script:
        asked = await script.post("/api/v1/api_keys", **once)
    assert (asked.status_code, asked.json()["code"]) == (403, "not_allowed")


async def test_her_account_page_lists_all_of_it_and_revokes_a_key(
    ada: Someone, anyone: AsyncClient, db: AsyncSession
) -> None:
    await anyone.post("/api/v1/logins", json=SIGN_IN, headers={"user-agent": WINDOWS})
    await ada.post("/api/v1/api_keys", json=KEY)
    page = (await ada.get("/account")).text
    assert "Firefox on Windows" in page
    assert "This one" in page
    key_id = await db.scalar(select(ApiKey.id))
    assert (await ada.post(f"/account/keys/{key_id}/revoke")).status_code == 303
    assert f"/account/keys/{key_id}/revoke" not in (await ada.get("/account")).text
    weak = await ada.post("/account/password", data={"password": "password1234"})
    assert (weak.status_code, "too easy to guess" in weak.text) == (422, True)
    changed = await ada.post("/account/password", data={"password": NEW})
    assert changed.status_code == 303


KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (WINDOWS, "Firefox on Windows"),
        (f"{IPHONE} {KIT} Version/17.4 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} {KIT} CriOS/139.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"Mozilla/5.0 (X11; Linux) {KIT} Chrome/139.0 Safari/537.36 Edg/139.0", "Edge on Linux"),
        (f"Mozilla/5.0 (Linux; Android 14) {KIT} Chrome/139.0 Safari/537", "Chrome on Android"),
        ("python-httpx/0.28", "A Python program"),
        ("<script>alert(1)</script>", "Another program"),
    ],
)
def test_a_device_is_named_in_our_words(agent: str, said: str) -> None:
    assert device_of(agent) == said
