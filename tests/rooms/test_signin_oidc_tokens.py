"""A provider that says what it should not: nobody is signed in, and the answer is a sentence."""

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import ASGITransport, AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from cohort.app import create_app
from cohort.settings import OidcProvider
from tests.conftest import Platform, TurnableClock

OURS, ANOTHERS = (RSAKey.generate_key(2048, {"kid": "k", "use": "sig"}) for _ in range(2))
Claims = dict[str, Any]


class Provider(ThreadingHTTPServer):
    """Answers what it is told to, at each of its three addresses."""

    answers: dict[str, bytes]
    status = 200
    asked: bytes = b""

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.server_port}"

    def is_honest(self) -> None:
        self.status = 200
        self.answers = {
            "/.well-known/openid-configuration": json.dumps(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            ).encode(),
            "/keys": json.dumps(KeySet([OURS]).as_dict(private=False)).encode(),
        }

    def claims(self, nonce: str) -> Claims:
        now = int(datetime.now(UTC).timestamp())
        return {
            "iss": self.issuer,
            "aud": "cohort",
            "sub": "ada",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": "ada@example.org",
            "email_verified": True,
        }


class Answering(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        body = self.server.answers.get(self.path, b"{}")
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.asked = self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def running() -> Generator[Provider]:
    with Provider(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.is_honest()
    return running


@pytest.fixture(scope="module")
async def site(_platform: Platform, running: Provider) -> AsyncGenerator[ASGITransport]:
    one = OidcProvider(
        name="odd", label="Odd", issuer=running.issuer, client_id="cohort", client_secret="s&=%"
    )
    app = create_app(
        _platform.settings.model_copy(update={"oidc_providers": (one,)}), clock=_platform.clock
    )
    async with app.lifespan():
        yield ASGITransport(app)


@pytest.fixture
async def ada(site: ASGITransport, clock: TurnableClock) -> AsyncGenerator[AsyncClient]:
    clock.now = datetime.now(UTC)
    async with AsyncClient(transport=site, base_url="http://127.0.0.1:8000") as client:
        yield client


async def come_back(ada: AsyncClient, provider: Provider, token: Callable[[str], str]) -> Response:
    """Set out, and come back with a code for which the provider gives this token."""
    begun = await ada.get("/login/with/odd")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    given = {"id_token": token(asked["nonce"][0]), "access_token": "x", "token_type": "Bearer"}
    provider.answers["/token"] = json.dumps(given).encode()
    back = {"code": "a code", "state": asked["state"][0]}
    return await ada.get("/login/with/odd/callback", params=back)


def signed(claims: Claims, key: RSAKey = OURS) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k"}, claims, key)


def by_hand(claims: Claims, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """What no library makes."""
    said = ".".join(b64(json.dumps(one).encode()) for one in ({"alg": algorithm}, claims))
    return f"{said}.{b64(sign(said.encode()))}"


def b64(given: bytes) -> str:
    return urlsafe_b64encode(given).decode().rstrip("=")


def with_what_is_public(said: bytes) -> bytes:
    """The key that anyone can read, as the secret of a symmetric algorithm."""
    return hmac.digest(OURS.as_pem(private=False), said, "sha256")


async def test_an_honest_token_signs_in(ada: AsyncClient, provider: Provider) -> None:
    told = await come_back(ada, provider, lambda nonce: signed(provider.claims(nonce)))
    assert told.headers["location"] == "/week"
    assert (await ada.get("/api/v1/me")).json()["email"] == "ada@example.org"
    sent = parse_qs(provider.asked.decode())
    assert sent["client_secret"] == ["s&=%"]
    assert sent["redirect_uri"] == ["http://127.0.0.1:8000/login/with/odd/callback"]
    assert len(sent["code_verifier"][0]) >= 43


WRONG: dict[str, Callable[[Claims], str]] = {
    "for another client": lambda claims: signed(claims | {"aud": "another"}),
    "for two, without saying which": lambda claims: signed(claims | {"aud": ["cohort", "x"]}),
    "of another issuer": lambda claims: signed(claims | {"iss": "https://evil.example"}),
    "too old": lambda claims: signed(claims | {"exp": claims["iat"] - 3600}),
    "of another try": lambda claims: signed(claims | {"nonce": "another"}),
    "of no try": lambda claims: signed({k: v for k, v in claims.items() if k != "nonce"}),
    "of nobody": lambda claims: signed({k: v for k, v in claims.items() if k != "sub"}),
    "by another key": lambda claims: signed(claims, ANOTHERS),
    "by no key": lambda claims: by_hand(claims, "none", lambda _: b""),
    "by what is public": lambda claims: by_hand(claims, "HS256", with_what_is_public),
    "changed": lambda claims: signed(claims)[:-4] + "AAAA",
    "nonsense": lambda _: "a.b.c",
}


async def test_a_token_that_is_wrong_signs_nobody_in(ada: AsyncClient, provider: Provider) -> None:
    for how, made in WRONG.items():
        refused = await come_back(ada, provider, lambda nonce, by=made: by(provider.claims(nonce)))
        said = "Odd did not sign you in" in refused.text
        assert (how, refused.status_code, said) == (how, 403, True)
        assert (await ada.get("/api/v1/me")).status_code == 401


NONSENSE = [b"", b"<html>", b"[]", b"{}", b'{"x": "' + b"x" * 300_000 + b'"}']


@pytest.mark.parametrize("where", ["/.well-known/openid-configuration", "/keys", "/token"])
async def test_a_provider_that_talks_nonsense_is_answered_with_a_sentence(
    ada: AsyncClient, provider: Provider, where: str
) -> None:
    for said in NONSENSE:
        provider.is_honest()
        begun = await ada.get("/login/with/odd")
        asked = parse_qs(urlsplit(begun.headers["location"]).query)
        token = {"id_token": signed(provider.claims(asked["nonce"][0]))}
        provider.answers |= {"/token": json.dumps(token).encode(), where: said}
        back = {"code": "a code", "state": asked["state"][0]}
        refused = await ada.get("/login/with/odd/callback", params=back)
        assert refused.status_code in {403, 503}, said[:9]
        assert "Odd d" in refused.text


async def test_a_provider_that_refuses_or_breaks_is_told_apart(
    ada: AsyncClient, provider: Provider
) -> None:
    provider.status = 500
    assert (await ada.get("/login/with/odd")).status_code == 503
    provider.is_honest()
    claims = json.loads(provider.answers["/.well-known/openid-configuration"])
    for change in ({"issuer": "http://localhost:1"}, {"token_endpoint": "file:///etc/passwd"}):
        provider.answers["/.well-known/openid-configuration"] = json.dumps(claims | change).encode()
        assert (await ada.get("/login/with/odd")).status_code == 503
