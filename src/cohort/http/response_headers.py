"""Headers that every answer carries.

Written as bytes: a helper that looks each name up costs more than all the rest of a short answer.
"""

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope

from cohort.http.headers import with_header
from cohort.http.pages import Fingerprints
from cohort.settings import Settings

SECURITY_HEADERS = [
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            b"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
            b"frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
OVER_TLS = (b"strict-transport-security", b"max-age=31536000")
FOR_EVER = b"public, max-age=31536000, immutable"


def add_headers(
    settings: Settings, fingerprints: Fingerprints
) -> Callable[[Message, Scope], Awaitable[None]]:
    always = [*SECURITY_HEADERS, *([OVER_TLS] if settings.secure else [])]

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = list(message["headers"])
        sent = {name.lower(): value for name, value in headers}
        path, query = scope["path"], scope.get("query_string", b"")
        if b"vary" not in sent:
            headers.append((b"vary", b"Accept-Encoding"))
        if message["status"] in {200, 304} and fingerprints.names(path, query.decode("latin-1")):
            headers = with_header(headers, b"cache-control", FOR_EVER)
        elif b"cache-control" not in sent:
            headers.append((b"cache-control", b"no-store"))
        if settings.secure:
            headers = [_insisting(*pair) for pair in headers]
        if scope["litestar_app"].state.draining:
            # So that no proxy keeps a connection into which it would send when we are gone.
            headers.append((b"connection", b"close"))
        if b"content-encoding" in sent and sent.get(b"etag", b"").startswith(b'"'):
            # The bytes differ from those of the plain answer, so the tag is a weak one.
            headers = with_header(headers, b"etag", b"W/" + sent[b"etag"])
        message["headers"] = [*headers, *always]

    return add


def _insisting(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """No cookie of ours travels in the clear, whoever set it."""
    lacks = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if lacks else value
