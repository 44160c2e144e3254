"""Which requests pages of other sites may make: those of the public forms, and without cookies.

CORS as the Fetch standard has it. Whoever only reads may read from anywhere; who sends a form must
be a page of a site that the form's owner has named. A cookie that comes along is not read.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cohort.errors import NotAllowed
from cohort.http.headers import with_header
from cohort.http.origin import ALLOWED, SAFE_METHODS
from cohort.http.problems import answer_to

READABLE = re.compile(r"/api/v1/forms(/.*)?|/api/v1/taxonomies/.*|/static/(cohort-form|proof)\.js")
SENDABLE = re.compile(r"/api/v1/forms/(\w+)/([\w-]+)(?:/\w+)?")
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type, idempotency-key"),
    (b"access-control-max-age", b"600"),
]
MaySendFrom = Callable[[str, str, str], Awaitable[bool]]
"""`await may_send_from(kind, name, origin)`, of a form at /api/v1/forms/{kind}/{name}."""


class CrossOrigin:
    """Answer preflights, mark what may be sent from elsewhere, and let browsers read the answer."""

    def __init__(self, app: ASGIApp, public_url: str, may_send_from: MaySendFrom) -> None:
        self.app = app
        self.public = urlsplit(public_url).netloc
        self.may_send_from = may_send_from

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = self.foreign_origin(scope)
        if origin is None:
            await self.app(scope, receive, send)
            return
        method: str = scope["method"]  # type: ignore[typeddict-item]
        wanted = Headers.from_scope(scope).get("access-control-request-method")
        asked = wanted or method if method == "OPTIONS" else method
        allowed = "*" if asked in SAFE_METHODS else await self.origin_of_form(scope, origin)
        if method == "OPTIONS":
            await preflight(allowed, send)
        elif allowed is None:
            refusal = NotAllowed("The cohort does not name this site among those with its forms.")
            await answer_to(scope, refusal)(scope, receive, send)
        else:
            scope["state"][ALLOWED] = allowed
            await self.app(scope, receive, readable_by(allowed, send))

    def foreign_origin(self, scope: Scope) -> str | None:
        if scope["type"] != ScopeType.HTTP or not READABLE.fullmatch(scope["path"]):
            return None
        headers = Headers.from_scope(scope)
        origin = headers.get("origin")
        ours = {self.public, headers.get("host")}
        return origin if origin and urlsplit(origin).netloc not in ours else None

    async def origin_of_form(self, scope: Scope, origin: str) -> str | None:
        found = SENDABLE.fullmatch(scope["path"])
        is_named = found and await self.may_send_from(found[1], found[2], origin)
        return origin if is_named else None


async def preflight(allowed: str | None, send: Send) -> None:
    headers = [(b"vary", b"Origin"), (b"content-length", b"0")]
    if allowed is not None:
        headers += [(b"access-control-allow-origin", allowed.encode("latin-1")), *PREFLIGHT]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def readable_by(allowed: str, send: Send) -> Send:
    async def with_origin(message: Message) -> None:
        if message["type"] == "http.response.start":
            name = b"access-control-allow-origin"
            headers = with_header(message["headers"], name, allowed.encode("latin-1"))
            headers.append((b"access-control-expose-headers", b"Retry-After, ETag"))
            if allowed != "*":
                headers.append((b"vary", b"Origin"))
            message["headers"] = headers
        await send(message)

    return with_origin
