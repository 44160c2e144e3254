"""Ada signs in with an account at a real provider; Mallory has accounts there, too."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.mail import MailboxMessage
from cohort.people.models import Person
from cohort.settings import OidcProvider
from cohort.signin.models import Identity
from tests.conftest import Cast, Platform, Someone, TurnableClock

Keep = Callable[[], Awaitable[None]]
ORIGIN = "http://127.0.0.1:8000"
ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada of Elsewhere"}
ACCOUNTS: dict[str, dict[str, object]] = {
    "ada": ADA,
    "ada-too": ADA,
    "newcomer": {"email": "Neo@example.org", "email_verified": True, "name": "Neo\nNeo"},
    "mallory": {"email": "ada@example.org", "email_verified": False},
    "nameless": {},
}


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    """A provider in a process of its own: it imports what warns of its age."""
    port = free_port()
    people = [json.dumps({"sub": name, **claims}) for name, claims in ACCOUNTS.items()]
    known = [part for one in people for part in ("--user-claims", one)]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    running = subprocess.Popen([*command, *known], stderr=subprocess.DEVNULL)
    try:
        until_it_listens(port)
        yield f"http://localhost:{port}"
    finally:
        running.terminate()
        running.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
async def connected(_platform: Platform, issuer: str) -> AsyncGenerator[ASGITransport]:
    """The same platform, with two providers: one that is there, and one that is away."""
    nobody = f"http://localhost:{free_port()}"
    providers = [
        OidcProvider(
            name=name, label=label, issuer=where, client_id="cohort", client_secret="a b:c"
        )
        for name, label, where in (("there", "Elsewhere", issuer), ("away", "Nowhere", nobody))
    ]
    settings = _platform.settings.model_copy(update={"oidc_providers": tuple(providers)})
    app = create_app(settings, clock=_platform.clock)
    async with app.lifespan():
        yield ASGITransport(app)


@pytest.fixture
async def visitor(connected: ASGITransport, clock: TurnableClock) -> AsyncGenerator[AsyncClient]:
    """Now, as the provider signs by the time of the world."""
    clock.now = datetime.now(UTC)
    async with AsyncClient(transport=connected, base_url=ORIGIN) as client:
        yield client


async def there(address: str, account: str) -> str:
    """At the provider, where someone says yes: the address that it sends the browser back to."""
    async with AsyncClient() as browser:
        said = await browser.post(address, data={"sub": account})
    assert said.status_code == 302, said.text
    return said.headers["location"]


async def through(client: AsyncClient, account: str) -> Response:
    begun = await client.get("/login/with/there?next=/cohorts")
    assert begun.status_code == 303
    return await client.get(await there(begun.headers["location"], account))


async def who(client: AsyncClient) -> str | None:
    told = await client.get("/api/v1/me")
    return told.json()["email"] if told.status_code == 200 else None


async def test_a_confirmed_address_signs_in_to_its_account_and_connects_it(
    visitor: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep
) -> None:
    ada = await enter("Ada")
    assert "Sign in with Elsewhere" in (await visitor.get("/login")).text

    entered = await through(visitor, "ada")

    assert entered.headers["location"] == "/cohorts"
    assert await who(visitor) == "ada@example.org"
    await run_jobs()
    assert "signs in to your account" in (await db.scalar(select(MailboxMessage.text)) or "")
    connected = (await db.scalars(select(Identity))).one()
    assert (connected.subject, str(connected.person_id)) == ("ada", ada.id)
    kept = await db.get_one(Person, ada.person.id)
    assert kept.name == "Ada Example"  # nobody is renamed by a service


async def test_a_newcomer_with_a_confirmed_address_gets_an_account(
    visitor: AsyncClient, db: AsyncSession
) -> None:
    await through(visitor, "newcomer")
    assert await who(visitor) == "neo@example.org"
    person = (await db.scalars(select(Person))).one()
    assert (person.name, person.verified_at is not None) == ("neo", True)


@pytest.mark.parametrize("account", ["mallory", "nameless"])
async def test_an_address_that_was_not_confirmed_opens_nothing(
    visitor: AsyncClient, enter: Cast, db: AsyncSession, account: str
) -> None:
    await enter("Ada")
    refused = await through(visitor, account)
    assert refused.status_code == 409
    assert "mailed link" in refused.text
    assert await who(visitor) is None
    assert (await db.scalars(select(Identity))).all() == []


async def test_who_is_signed_in_connects_any_account_and_disconnects_it(
    visitor: AsyncClient, enter: Cast, connected: ASGITransport
) -> None:
    ada, eve = await enter("Ada"), await enter("Eve")

    async def connects(someone: Someone) -> Response:
        headers = someone.http.headers
        async with AsyncClient(transport=connected, base_url=ORIGIN, headers=headers) as client:
            asked = await client.post("/account/identities/with/there")
            address = asked.text.partition('href="http://localhost')[2].partition('"')[0]
            address = "http://localhost" + address.replace("&amp;", "&")
            return await client.get(await there(address, "nameless"))

    assert (await connects(ada)).headers["location"] == "/account/signing-in"
    taken = await connects(eve)
    assert (taken.status_code, "another one" in taken.text) == (409, True)
    assert (await connects(ada)).status_code == 303  # again changes nothing
    await through(visitor, "nameless")
    assert await who(visitor) == "ada@example.org"

    ways = (await visitor.get("/account/signing-in")).text
    remove = ways.partition("/account/identities/")[2].partition('"')[0]
    assert (await visitor.post(f"/account/identities/{remove}")).status_code == 303
    assert (await through(visitor, "nameless")).status_code == 409


async def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    visitor: AsyncClient, connected: ASGITransport, enter: Cast
) -> None:
    await enter("Ada")
    begun = await visitor.get("/login/with/there")
    query = parse_qs(urlsplit(begun.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(query)
    back = await there(begun.headers["location"], "ada")

    async with AsyncClient(transport=connected, base_url=ORIGIN) as mallory:
        planted = await mallory.get(back)  # the link that would sign her in as him
        assert planted.headers["location"] == "/login"
    forged = await visitor.get(back.replace("state=", "state=x"))
    assert forged.headers["location"] == "/login"
    again = await visitor.get(back)
    assert again.headers["location"] == "/login"
    assert await who(visitor) is None


async def test_a_code_of_another_try_is_refused(visitor: AsyncClient, enter: Cast) -> None:
    """Mallory puts a code of his own into her answer: its nonce is of his try."""
    await enter("Ada")
    his = await visitor.get("/login/with/there")
    stolen = parse_qs(urlsplit(await there(his.headers["location"], "ada")).query)["code"][0]
    hers = await visitor.get("/login/with/there")
    state = parse_qs(urlsplit(hers.headers["location"]).query)["state"][0]
    path = "/login/with/there/callback"
    refused = await visitor.get(path, params={"code": stolen, "state": state})
    assert (refused.status_code, await who(visitor)) == (403, None)


async def test_who_says_no_there_is_told_so(visitor: AsyncClient) -> None:
    begun = await visitor.get("/login/with/there")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    no = {"error": "access_denied", "state": state}
    refused = await visitor.get("/login/with/there/callback", params=no)
    assert refused.status_code == 403
    assert "Elsewhere did not sign you in" in refused.text


async def test_a_provider_that_is_away_is_named_in_a_sentence(visitor: AsyncClient) -> None:
    away = await visitor.get("/login/with/away")
    assert away.status_code == 503
    assert "Nowhere does not answer" in away.text
    assert (await visitor.get("/login/with/unknown")).status_code == 404


@pytest.mark.parametrize("where", ["http://accounts.example.org", "ftp://x", "https://x?y"])
def test_an_issuer_without_tls_is_no_setting(where: str) -> None:
    with pytest.raises(ValueError, match="must be an issuer"):
        OidcProvider(name="x", label="X", issuer=where, client_id="c", client_secret="s")
