"""Headers that every answer carries."""

from collections.abc import Awaitable, Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from cohort.http.pages import Fingerprints
from cohort.settings import Settings

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OVER_TLS = {"strict-transport-security": "max-age=31536000"}
FOR_EVER = "public, max-age=31536000, immutable"


def add_headers(
    settings: Settings, fingerprints: Fingerprints
) -> Callable[[Message, Scope], Awaitable[None]]:
    always = SECURITY_HEADERS | (OVER_TLS if settings.secure else {})

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders(message)
        for name, value in always.items():
            headers[name] = value
        headers.setdefault("vary", "Accept-Encoding")
        headers.setdefault("cache-control", "no-store")
        if scope["litestar_app"].state.draining:
            # So that no proxy keeps a connection into which it would send when we are gone.
            headers["connection"] = "close"
        if message["status"] in {200, 304} and fingerprints.names(scope["path"], query_of(scope)):
            headers["cache-control"] = FOR_EVER
        if "content-encoding" in headers and headers.get("etag", "").startswith('"'):
            # The bytes differ from those of the plain answer, so the tag is a weak one.
            headers["etag"] = f"W/{headers['etag']}"

    return add


def query_of(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return query.decode("latin-1")
