"""Ada makes a passkey and signs in with it; Mallory tries with a copy, elsewhere, and again."""

import html
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.mail import MailboxMessage
from cohort.people.models import Person
from cohort.signin.models import Identity
from tests.conftest import Cast, Platform, Someone, TurnableClock
from tests.rooms.authenticator import Authenticator

Keep = Callable[[], Awaitable[None]]
ORIGIN = "http://localhost:8000"


@pytest.fixture(scope="module")
async def localhost(_platform: Platform) -> AsyncGenerator[ASGITransport]:
    """The same platform at an address with a name, which passkeys need."""
    named = _platform.settings.model_copy(update={"public_url": ORIGIN})
    app = create_app(named, clock=_platform.clock)
    async with app.lifespan():
        yield ASGITransport(app)


@pytest.fixture
async def visitor(localhost: ASGITransport) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(transport=localhost, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
async def ada(enter: Cast, localhost: ASGITransport) -> AsyncGenerator[Someone]:
    ada = await enter("Ada")
    headers = ada.http.headers
    async with AsyncClient(transport=localhost, base_url=ORIGIN, headers=headers) as client:
        yield Someone(ada.person, client)


def options_on(shown: Response) -> dict[str, Any]:
    found = re.search(r'data-passkey="([^"]+)"', shown.text)
    assert found, shown.text
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


async def make(ada: Someone, device: Authenticator, name: str = "my phone") -> Response:
    begun = await ada.post("/account/passkeys", data={"name": name})
    credential = device.makes(options_on(begun))
    made: Response = await ada.post("/account/passkeys/confirm", data={"credential": credential})
    return made


async def enter_with(visitor: AsyncClient, device: Authenticator) -> Response:
    credential = device.answers(options_on(await visitor.get("/login/passkey")))
    return await visitor.post("/login/passkey?next=/cohorts", data={"credential": credential})


async def test_ada_makes_a_passkey_and_signs_in_with_nothing_else(
    visitor: AsyncClient, ada: Someone, db: AsyncSession, run_jobs: Keep
) -> None:
    phone = Authenticator(ORIGIN)
    made = await make(ada, phone)
    assert "Your recovery codes" in made.text
    assert "my phone" in (await ada.get("/account/signing-in")).text
    again = await make(ada, phone, "the same one")
    assert again.status_code == 403
    tablet = await make(ada, Authenticator(ORIGIN, b"another device"), "my tablet")
    assert tablet.headers["location"] == "/account/signing-in"

    entered = await enter_with(visitor, phone)

    assert entered.headers["location"] == "/cohorts"
    assert "Ada Example" in (await visitor.get("/cohorts")).text
    await run_jobs()
    assert "A new passkey" in " ".join(await db.scalars(select(MailboxMessage.text)))


async def test_a_passkey_confirms_a_login_and_the_form_goes_on(
    visitor: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    phone = Authenticator(ORIGIN)
    await make(ada, phone)
    await enter_with(visitor, phone)
    clock.turn(minutes=16)
    assert (await visitor.post("/account/logins/end_others")).status_code == 403
    assert (
        'href="/login/passkey?next=/account/confirm"'
        in (await visitor.get("/account/confirm")).text
    )
    await enter_with(visitor, phone)
    assert (await visitor.post("/account/logins/end_others")).status_code == 303


async def test_what_is_not_the_device_on_this_site_now_is_refused(
    visitor: AsyncClient, ada: Someone
) -> None:
    phone = Authenticator(ORIGIN)
    await make(ada, phone)
    stranger = Authenticator(ORIGIN)  # another key under the same name
    elsewhere = Authenticator("https://evil.example", key=phone.key)
    untouched = Authenticator(ORIGIN, key=phone.key, verified=0b1)
    for device in (stranger, elsewhere, untouched):
        refused = await enter_with(visitor, device)
        assert refused.status_code == 403

    challenge = options_on(await visitor.get("/login/passkey"))
    sent = {"credential": phone.answers(challenge)}
    assert (await visitor.post("/login/passkey", data=sent)).headers["location"] == "/week"
    replayed = await visitor.post("/login/passkey", data=sent)
    assert replayed.headers["location"] == "/login/passkey"
    copy = Authenticator(ORIGIN, key=phone.key)  # its counter is behind
    assert (await enter_with(visitor, copy)).status_code == 403
    for nonsense in ("{", "{}", "[]", "null", '{"id": "x", "rawId": "x", "response": {}}'):
        await visitor.get("/login/passkey")
        answer = await visitor.post("/login/passkey", data={"credential": nonsense})
        assert answer.status_code == 403, nonsense


async def test_removed_it_signs_in_no_more_and_one_step_is_enough_again(
    visitor: AsyncClient, ada: Someone
) -> None:
    phone = Authenticator(ORIGIN)
    await make(ada, phone)
    page = (await ada.get("/account/signing-in")).text
    assert "Recovery codes" in page
    found = re.search(r"/account/passkeys/[0-9a-f-]+/remove", page)
    assert found

    removed = await ada.post(found[0])

    assert removed.headers["location"] == "/account/signing-in"
    assert (await enter_with(visitor, phone)).status_code == 403
    assert "Recovery codes" not in (await ada.get("/account/signing-in")).text


async def test_a_challenge_of_someone_else_makes_no_passkey(
    ada: Someone, localhost: ASGITransport, enter: Cast
) -> None:
    eve = await enter("Eve")
    begun = await ada.post("/account/passkeys", data={"name": "blue one"})
    cookies = dict(ada.http.cookies)
    headers = eve.http.headers
    async with AsyncClient(transport=localhost, base_url=ORIGIN, headers=headers) as client:
        client.cookies.update(cookies)
        credential = Authenticator(ORIGIN).makes(options_on(begun))
        sent = await client.post("/account/passkeys/confirm", data={"credential": credential})
        assert sent.headers["location"] == "/account/signing-in"
        assert "blue one" not in (await client.get("/account/signing-in")).text


async def test_a_site_of_numbers_has_no_passkeys_and_says_so(
    anyone: AsyncClient, enter: Cast
) -> None:
    assert "passkey" not in (await anyone.get("/login")).text
    refused = await anyone.get("/login/passkey")
    assert refused.status_code == 409
    ada = await enter("Ada")
    assert "need a site with a name" in (await ada.get("/account/signing-in")).text


async def test_a_new_password_tells_what_else_signs_in(
    visitor: AsyncClient,
    ada: Someone,
    db: AsyncSession,
    platform: Platform,
    run_jobs: Keep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await make(ada, Authenticator(ORIGIN))
    found = await db.get_one(Person, ada.person.id)
    found.password_hash = "from before"
    who = {"person_id": found.id, "issuer": "https://orcid.org", "subject": "0000-1"}
    db.add(Identity(**who, email=None, created_at=platform.clock(), used_at=platform.clock()))
    await db.commit()
    shorter = platform.settings.model_copy(update={"confirm_link_hours": 2})
    monkeypatch.setattr(platform.runner, "settings", shorter)
    await visitor.post("/forgotten", data={"email": "ada@example.org"})
    await run_jobs()
    texts = select(MailboxMessage.text).where(MailboxMessage.text.contains("/password/"))
    text = (await db.scalars(texts)).one()
    assert "works for 2 hours" in text
    token = text.partition("/password/")[2].split()[0]
    platform.clock.turn(hours=1, minutes=59)
    chosen = await visitor.post(f"/password/{token}", data={"password": "four calm herons wading"})
    assert chosen.headers["location"] == "/login?next=/account/signing-in"
    said = (await visitor.get("/login?next=/account/signing-in")).text
    assert "So do 1 passkey and 1 account elsewhere" in said
    await run_jobs()
    changed = select(MailboxMessage.text).where(MailboxMessage.subject.contains("was changed"))
    mail = (await db.scalars(changed)).one()
    assert "- The passkey “my phone”\n- Your account at https://orcid.org\n" in mail
    assert "/account/signing-in" in mail
