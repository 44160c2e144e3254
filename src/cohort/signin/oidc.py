"""Talking to a provider of OpenID Connect: where it is, what it says, and whether that holds.

The authorization code flow with PKCE (RFC 7636), state and nonce. Authlib has the protocol; what
goes over the network is read here, within a time and up to a size.
"""

import asyncio
import hmac
import ssl
from base64 import b64encode
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast
from urllib.parse import quote_plus, urlencode, urlsplit

import httpcore
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from cohort.errors import NotAllowed, NotFound, Unavailable
from cohort.http.fields import Email, Line
from cohort.people.tokens import new_token
from cohort.settings import OidcProvider, Settings

PATIENCE = 10.0
"""Seconds for one answer of a provider, all in all."""
LONGEST_ANSWER = 256 * 1024
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signed with a private key: a token of ours cannot be made from what we publish."""
LEEWAY = 60


class ProviderAway(Unavailable):
    code = "provider_away"
    title = "The other service does not answer"

    def __init__(self, provider: OidcProvider) -> None:
        super().__init__(
            f"{provider.label} does not answer as it should. Try again in a moment, or sign in"
            " another way."
        )


class NotVouchedFor(NotAllowed):
    code = "not_vouched_for"
    title = "The other service did not sign you in"

    def __init__(self, provider: OidcProvider) -> None:
        super().__init__(f"{provider.label} did not sign you in. Try again, or another way.")


class Metadata(BaseModel):
    """What we need of a provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class Trip(NamedTuple):
    """Where the browser goes, and what must be remembered until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class Vouched(NamedTuple):
    """Whom the provider vouches for. The address is there only if it was confirmed."""

    issuer: str
    subject: str
    email: str | None
    name: str | None


def provider_named(settings: Settings, name: str) -> OidcProvider:
    found = [one for one in settings.oidc_providers if one.name == name]
    if not found:
        raise NotFound
    return found[0]


def callback_of(settings: Settings, provider: OidcProvider) -> str:
    return f"{settings.public_url}/login/with/{provider.name}/callback"


async def set_out(settings: Settings, provider: OidcProvider) -> Trip:
    """Begin: the address of the provider, with everything that ties its answer to this try."""
    metadata = await discover(provider)
    state, nonce, verifier = new_token(), new_token(), new_token()
    address = prepare_grant_uri(
        metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=callback_of(settings, provider),
        scope=provider.scope,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return Trip(address, state, nonce, verifier)


async def come_back(
    settings: Settings,
    provider: OidcProvider,
    *,
    code: str,
    nonce: str,
    verifier: str,
    now: datetime,
) -> Vouched:
    """Change the code for an ID token, and check it: signature, issuer, audience, time, nonce."""
    metadata = await discover(provider)
    token = await _exchange(settings, provider, metadata, code, verifier)
    keys = await _ask(provider, "GET", metadata.jwks_uri)
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(cast("Any", keys)), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        return vouched(provider, claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotVouchedFor(provider) from error


def vouched(provider: OidcProvider, claims: dict[str, Any]) -> Vouched:
    """What is not as it should be, such as a name of two lines, is left out."""
    confirmed = claims.get("email_verified") in {True, "true"}
    return Vouched(
        provider.issuer,
        str(claims["sub"])[:255],
        _as(Email, claims.get("email")) if confirmed else None,
        _as(Line, claims.get("name")),
    )


def _as(kind: Any, value: object) -> str | None:
    try:
        kept: str = TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None
    return kept


async def discover(provider: OidcProvider) -> Metadata:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        found = Metadata.model_validate(await _ask(provider, "GET", address))
    except ValidationError as error:
        raise ProviderAway(provider) from error
    endpoints = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    scheme = urlsplit(provider.issuer).scheme
    if not hmac.compare_digest(found.issuer.encode(), provider.issuer.encode()) or any(
        urlsplit(one).scheme != scheme for one in endpoints
    ):
        raise ProviderAway(provider)
    return found


async def _exchange(
    settings: Settings, provider: OidcProvider, metadata: Metadata, code: str, verifier: str
) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback_of(settings, provider),
        "code_verifier": verifier,
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    secret = provider.client_secret.get_secret_value()
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        headers["authorization"] = _basic(provider.client_id, secret)
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    told = await _ask(provider, "POST", metadata.token_endpoint, headers, urlencode(form).encode())
    token = told.get("id_token")
    if not isinstance(token, str):
        raise NotVouchedFor(provider)
    return token


def _basic(name: str, secret: str) -> str:
    """RFC 6749, 2.3.1: both are form-encoded first."""
    both = f"{quote_plus(name)}:{quote_plus(secret)}"
    return f"Basic {b64encode(both.encode()).decode()}"


@cache
def _trusted() -> ssl.SSLContext:
    """Made once: to read the certificates takes as long as the rest of a sign-in."""
    return httpcore.default_ssl_context()


def _tls(address: str) -> ssl.SSLContext | None:
    return _trusted() if address.startswith("https://") else None


async def _ask(
    provider: OidcProvider,
    method: str,
    address: str,
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
) -> dict[str, Any]:
    """One answer, as JSON. What a refusal of the provider says is its own: 4xx is no vouching."""
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpcore.AsyncConnectionPool(ssl_context=_tls(address)) as pool,
            pool.stream(
                method,
                address,
                headers=[("accept", "application/json"), *(headers or {}).items()],
                content=content,
            ) as answer,
        ):
            body = b""
            async for part in answer.aiter_stream():
                body += part
                if len(body) > LONGEST_ANSWER:
                    raise ProviderAway(provider)
    except _AWAY as error:
        raise ProviderAway(provider) from error
    if method == "POST" and 400 <= answer.status < 500:
        raise NotVouchedFor(provider)
    try:
        told = from_json(body)
    except ValueError as error:
        raise ProviderAway(provider) from error
    if answer.status != 200 or not isinstance(told, dict):
        raise ProviderAway(provider)
    return told


_AWAY = (
    OSError,
    ssl.SSLError,
    TimeoutError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)
