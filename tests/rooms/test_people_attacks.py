"""Mallory wants Ada's account, or wants her not to get into it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from limits import parse
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.errors import Unavailable
from cohort.mentors.models import MentorState
from cohort.people import keys, throttle, tokens
from cohort.people.models import ApiKey, Login, Person
from cohort.people.throttle import client_of
from cohort.settings import Settings
from cohort.worker import forget_unanswered
from tests.conftest import MONDAY, Cast, Platform, TurnableClock
from tests.rooms.accounts import ADA, EMAIL, JOIN, SIGN_IN, link_in_last_mail
from tests.world import a_cohort, a_guide, mentoring

Keep = Callable[[], Awaitable[None]]
KEY = {"name": "script", "scopes": ["cohorts:read"]}
NEW = "another long sentence"


async def join(client: AsyncClient, db: AsyncSession, run_jobs: Keep) -> None:
    await client.post("/api/v1/people", json=EMAIL)
    await run_jobs()
    joining = JOIN | {"token": await link_in_last_mail(db)}
    await db.rollback()  # so that a long test holds no transaction open
    assert (await client.post("/api/v1/verifications", json=joining)).status_code == 200


async def password_link(client: AsyncClient, db: AsyncSession, run_jobs: Keep) -> str:
    await client.post("/api/v1/password_links", json=EMAIL)
    await run_jobs()
    return await link_in_last_mail(db)


@pytest.fixture
async def at(platform: Platform) -> AsyncGenerator[Callable[[str], AsyncClient]]:
    """`mallory = at("192.0.2.1")`: someone who asks from there."""
    clients: list[AsyncClient] = []

    def from_there(address: str) -> AsyncClient:
        transport = ASGITransport(platform.app, client=(address, 1))
        clients.append(AsyncClient(transport=transport, base_url="http://127.0.0.1:8000"))
        return clients[-1]

    yield from_there
    for client in clients:
        await client.aclose()


async def test_who_types_a_strangers_address_leaves_nothing_behind(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    """What Mallory would have her confirm unseen: his password and his name."""
    await anyone.post("/api/v1/people", json=EMAIL)
    await run_jobs()
    assert await db.scalar(select(func.count()).select_from(Person)) == 0
    with_more = await anyone.post("/api/v1/people", json=EMAIL | JOIN)
    assert with_more.status_code == 422

    clock.turn(minutes=1)
    await join(anyone, db, run_jobs)

    ada = (await db.scalars(select(Person))).one()
    assert ada.name == ADA["name"]
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).status_code == 201


async def test_accounts_that_nobody_proved_go_but_for_what_others_worked_with(
    platform: Platform, db: AsyncSession
) -> None:
    """As earlier versions opened them, when a form was enough."""
    old = {"verified_at": None, "created_at": MONDAY}
    left, pending, at_work = (Person(email=f"{who}@x.org", name=who, **old) for who in "abc")
    db.add_all([left, pending, at_work])
    await db.flush()
    cohort = await a_cohort(db, await a_guide(db, now=MONDAY), now=MONDAY)
    await mentoring(db, cohort, pending, now=MONDAY, state=MentorState.PENDING)
    await mentoring(db, cohort, at_work, now=MONDAY)
    await db.commit()
    platform.clock.turn(days=29)
    await forget_unanswered(platform.runner.cron)
    assert len((await db.scalars(select(Person.name))).all()) == 3
    platform.clock.turn(days=2)
    await forget_unanswered(platform.runner.cron)
    assert (await db.scalars(select(Person.name))).all() == ["c"]


async def test_only_the_newest_link_works_even_of_links_made_at_once(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    await join(anyone, db, run_jobs)
    clock.turn(minutes=1)
    older = await password_link(anyone, db, run_jobs)
    clock.turn(minutes=1)
    newest = await password_link(anyone, db, run_jobs)
    chosen = [
        await anyone.post("/api/v1/passwords", json={"token": token, "password": NEW})
        for token in (older, newest, newest)
    ]
    assert [one.status_code for one in chosen] == [409, 200, 409]


async def test_a_new_password_ends_logins_keys_and_links(
    anyone: AsyncClient, platform: Platform, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    await join(anyone, db, run_jobs)
    entry = (await anyone.post("/api/v1/logins", json=SIGN_IN)).json()
    thief = platform.client(entry["token"])
    secret = (await thief.post("/api/v1/api_keys", json=KEY)).json()["secret"]
    script = platform.client(secret)
    assert (await script.get("/api/v1/me")).status_code == 200
    clock.turn(minutes=1)
    token = await password_link(anyone, db, run_jobs)

    await anyone.post("/api/v1/passwords", json={"token": token, "password": NEW})

    for client in (thief, script, anyone):
        assert (await client.get("/api/v1/me")).status_code == 401
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).status_code == 401
    for client in (thief, script):
        await client.aclose()


async def test_no_sign_in_with_the_old_password_outlives_a_new_one(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, clock: TurnableClock, at: Any
) -> None:
    """Whatever is under way when the password changes is before it, and ended, or too late."""
    await join(anyone, db, run_jobs)
    password = ADA["password"]
    for turn in range(4):
        clock.turn(minutes=1)
        here = at(f"192.0.2.{turn}")
        token = await password_link(anyone, db, run_jobs)
        chosen = {"token": token, "password": f"{NEW} {turn}"}
        old = {"email": ADA["email"], "password": password}
        outcomes = await asyncio.gather(
            *[here.post("/api/v1/logins", json=old) for _ in range(4)],
            anyone.post("/api/v1/passwords", json=chosen),
            *[here.post("/api/v1/logins", json=old) for _ in range(4)],
        )
        assert outcomes[4].status_code == 200
        assert {one.status_code for one in outcomes} <= {200, 201, 401}
        db.expire_all()
        assert await db.scalar(select(func.count()).select_from(Login)) == 0, turn
        await db.rollback()
        password = chosen["password"]


async def test_no_key_is_made_by_a_login_that_was_ended_meanwhile(
    enter: Cast, platform: Platform, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    login_id = await db.scalar(select(Login.id))
    async with platform.sessions() as resetting:
        locked = select(Person).where(Person.id == ada.person.id).with_for_update()
        await resetting.scalar(locked)
        making = asyncio.create_task(ada.post("/api/v1/api_keys", json=KEY))
        await asyncio.sleep(0.3)
        await resetting.delete(await resetting.get_one(Login, login_id))
        await resetting.commit()
    assert (await making).status_code == 401
    assert await db.scalar(select(func.count()).select_from(ApiKey)) == 0


async def test_keys_end_by_themselves_and_are_limited_in_number(
    enter: Cast, platform: Platform, clock: TurnableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 3)
    ada = await enter("Ada")
    made = await asyncio.gather(*[ada.post("/api/v1/api_keys", json=KEY) for _ in range(5)])
    assert sorted(one.status_code for one in made) == [201, 201, 201, 409, 409]
    assert {one.json()["code"] for one in made if one.status_code == 409} == {"too_many_keys"}
    secret = next(one.json()["secret"] for one in made if one.status_code == 201)
    script = platform.client(secret)
    clock.turn(days=89)
    assert (await script.get("/api/v1/me")).status_code == 200
    clock.turn(days=2)
    assert (await script.get("/api/v1/me")).status_code == 401
    await script.aclose()


async def test_signing_in_again_ends_the_login_that_this_browser_had(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep
) -> None:
    await join(anyone, db, run_jobs)
    await anyone.post("/login", data=SIGN_IN)
    before = anyone.cookies["cohort_login"]
    await anyone.post("/login", data=SIGN_IN)
    shown = {"authorization": f"Bearer {before}"}
    anyone.cookies.clear()
    assert (await anyone.get("/api/v1/me", headers=shown)).status_code == 401


async def wrong(client: AsyncClient, times: int) -> list[int]:
    guess = SIGN_IN | {"password": "not the password"}
    return [(await client.post("/api/v1/logins", json=guess)).status_code for _ in range(times)]


async def test_a_strangers_wrong_tries_are_his_own(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, at: Any
) -> None:
    await join(anyone, db, run_jobs)
    mallory, ada = at("192.0.2.1"), at("198.51.100.1")
    assert await wrong(mallory, 12) == [401] * 10 + [429] * 2
    assert (await ada.post("/api/v1/logins", json=SIGN_IN)).status_code == 201


async def test_many_strangers_lock_out_neither_a_known_browser_nor_a_mailed_link(
    anyone: AsyncClient,
    db: AsyncSession,
    run_jobs: Keep,
    at: Any,
    clock: TurnableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttle, "TRIES_PER_ADDRESS", parse("20 per hour"))
    await join(anyone, db, run_jobs)
    ada = at("198.51.100.1")
    assert (await ada.post("/login", data=SIGN_IN)).status_code == 303
    await ada.post("/logout")
    for number in range(2):
        await wrong(at(f"192.0.2.{number}"), 10)

    elsewhere = await at("203.0.113.1").post("/api/v1/logins", json=SIGN_IN)
    assert elsewhere.status_code == 429
    assert 3_000 < int(elsewhere.headers["retry-after"]) <= 3_600
    assert (await ada.post("/login", data=SIGN_IN)).status_code == 303
    clock.turn(minutes=1)
    token = await password_link(at("203.0.113.1"), db, run_jobs)
    chosen = {"token": token, "password": NEW}
    assert (await at("203.0.113.1").post("/api/v1/passwords", json=chosen)).status_code == 200


async def test_a_known_browser_may_not_guess_for_ever_nor_at_others(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, at: Any
) -> None:
    await join(anyone, db, run_jobs)
    ada = at("198.51.100.1")
    await ada.post("/login", data=SIGN_IN)
    assert await wrong(ada, 12) == [401] * 10 + [429] * 2
    other = {"email": "ben@example.org", "password": "not the password"}
    tries = [(await ada.post("/api/v1/logins", json=other)).status_code for _ in range(12)]
    assert tries == [401] * 10 + [429] * 2


async def test_many_strangers_cannot_keep_the_owner_from_a_link(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, at: Any, clock: TurnableClock
) -> None:
    """The mailbox is not flooded either: after the twentieth mail in an hour none is sent."""
    await join(anyone, db, run_jobs)
    for number in range(6):
        for _ in range(5):
            clock.turn(seconds=1)
            answer = await at(f"192.0.2.{number}").post("/api/v1/password_links", json=EMAIL)
            assert answer.status_code == 202
            await run_jobs()
    newest = await link_in_last_mail(db)
    chosen = {"token": newest, "password": NEW}
    assert (await at("203.0.113.1").post("/api/v1/passwords", json=chosen)).status_code == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_customer_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client


async def test_bodies_that_never_end_hold_no_connection(
    platform: Platform, anyone: AsyncClient
) -> None:
    """Each with a cookie that would have to be looked up."""
    stop = asyncio.Event()

    async def slowly() -> AsyncGenerator[bytes]:
        yield b'{"email": '
        await stop.wait()
        yield b'"x"}'

    async def send() -> int:
        headers = {"cookie": "cohort_login=garbage", "content-type": "application/json"}
        sent = await anyone.post("/api/v1/api_keys", content=slowly(), headers=headers)
        return sent.status_code

    slow = [asyncio.create_task(send()) for _ in range(40)]
    await asyncio.sleep(0.3)
    pool: Any = platform.sessions.kw["bind"].pool
    assert pool.checkedout() == 0
    assert (await anyone.get("/cohorts")).status_code == 303
    stop.set()
    assert set(await asyncio.gather(*slow)) == {401}


@pytest.mark.parametrize("path", ["/api/v1/people", "/join"])
async def test_a_client_that_goes_away_is_no_fault_of_ours(platform: Platform, path: str) -> None:
    """What is answered to nobody is a refusal, not something that broke and is logged."""
    coming = [
        {"type": "http.request", "body": b'{"em', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"x"), (b"content-type", b"application/json")],
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    await platform.app(scope, receive, send)
    assert answered[0]["status"] == 400


async def test_a_body_has_to_be_here_within_a_time(
    anyone: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cohort.http.body.BODY_WITHIN", 0.05)

    async def never() -> AsyncGenerator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    answer = await anyone.post("/api/v1/people", content=never())
    assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")


async def test_sign_ins_wait_with_no_connection_and_not_without_end(
    anyone: AsyncClient, platform: Platform, db: AsyncSession, run_jobs: Keep, at: Any
) -> None:
    await join(anyone, db, run_jobs)
    clients = [at(f"192.0.2.{number}") for number in range(9)]
    others = []
    pool: Any = platform.sessions.kw["bind"].pool
    at_work = [object(), object()]  # nobody's turn comes before all have asked
    held = [(limit, one) for limit in (tokens._in_line, tokens._two_at_a_time) for one in at_work]
    for limit, one in held:
        await limit.acquire_on_behalf_of(one)
    waiting = [
        asyncio.create_task(client.post("/api/v1/logins", json=SIGN_IN))
        for client in clients
        for _ in range(10)
    ]
    while sum(one.done() for one in waiting) < len(waiting) - tokens.MOST_WAITING:
        others.append((await anyone.get("/api/v1/taxonomies/domain")).status_code)
        await asyncio.sleep(0.02)
    for limit, one in held:
        limit.release_on_behalf_of(one)
    answers = await asyncio.gather(*waiting)
    refused = [one for one in answers if one.status_code == 503]
    assert len(refused) == len(waiting) - tokens.MOST_WAITING
    assert {one.status_code for one in answers} == {201, 503}
    assert all("retry-after" in one.headers for one in refused)
    assert set(others) == {200}
    assert pool.checkedout() == 0


async def test_of_those_who_come_in_one_moment_no_more_wait_than_may() -> None:
    asked = (tokens._in_turn(len, "four calm herons") for _ in range(100))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Unavailable) for one in answers) == 100 - 2 - tokens.MOST_WAITING


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"], ids=ascii)
async def test_a_name_has_no_end_of_line_of_any_kind(anyone: AsyncClient, separator: str) -> None:
    joining = JOIN | {"name": f"Ada{separator}Example", "token": "x" * 40}
    answer = await anyone.post("/api/v1/verifications", json=joining)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "name"


async def test_over_tls_every_cookie_insists_on_it(platform: Platform) -> None:
    settings = platform.settings.model_copy(update={"public_url": "https://cohort.example.org"})
    app = create_app(settings)
    async with (
        app.lifespan(),
        AsyncClient(transport=ASGITransport(app), base_url="https://cohort.example.org") as client,
    ):
        answer = await client.post("/join", data=EMAIL)
        assert answer.status_code == 303
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("; secure" in one.lower() for one in cookies)


@pytest.mark.parametrize("path", ["/static/x%00.js", "/static/" + "x" * 5_000 + ".js"])
async def test_an_odd_name_of_a_file_is_not_there(anyone: AsyncClient, path: str) -> None:
    answer = await anyone.get(path)
    assert answer.status_code in {400, 404}
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_a_part_in_an_unknown_charset_is_refused(anyone: AsyncClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="email"\r\n'
    part += b"Content-Type: text/plain; charset=klingon\r\n\r\nb\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await anyone.post("/join", content=part, headers=headers)
    assert 400 <= answer.status_code < 500


async def test_made_up_methods_add_nothing_to_the_metrics(anyone: AsyncClient) -> None:
    for number in range(3):
        await anyone.request(f"MADEUP{number}", "/login")
    assert "MADEUP" not in (await anyone.get("/metrics")).text


@pytest.mark.parametrize(
    ("public_url", "shown"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:9000", True),
        ("http://[::1]:8000", True),
        ("https://cohort.example.org", False),
        ("http://192.0.2.7:8000", False),
        ("http://localhost.example.org", False),
    ],
)
def test_mail_that_was_kept_is_shown_on_this_machine_alone(
    migrated: Settings, public_url: str, *, shown: bool
) -> None:
    assert migrated.model_copy(update={"public_url": public_url}).shows_mail is shown


async def test_there_is_no_mailbox_where_people_come_from_elsewhere(platform: Platform) -> None:
    elsewhere = platform.settings.model_copy(update={"public_url": "https://cohort.example.org"})
    app = create_app(elsewhere, clock=platform.clock)
    transport = ASGITransport(app)
    async with (
        app.lifespan(),
        AsyncClient(transport=transport, base_url="https://cohort.example.org") as visitor,
    ):
        for path in ("/mailbox", f"/mailbox/{uuid4()}"):
            assert (await visitor.get(path)).status_code == 404
        assert "Mailbox" not in (await visitor.get("/login")).text


async def test_no_key_can_let_someone_else_run_a_cohort(enter: Cast, platform: Platform) -> None:
    ada = await enter("Ada")
    wish = {"name": "script", "scopes": ["cohorts:read", "cohorts:write"]}
    script = platform.client((await ada.post("/api/v1/api_keys", json=wish)).json()["secret"])
    adding = f"/api/v1/cohorts/{uuid4()}/organiser_invitations"
    assert (await ada.post(adding, json=EMAIL)).status_code == 404
    assert (await script.post(adding, json=EMAIL)).status_code == 403
    await script.aclose()
