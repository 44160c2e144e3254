"""If-None-Match: whoever has the page or the list already is not sent it again."""

import hashlib
import re
from collections.abc import Mapping

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from cohort.http.headers import with_header

REVALIDATED = b"private, no-cache"
"""A browser may keep it, for its own user only, and asks each time whether it still holds."""

KEPT_WITH_304 = {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary"}
"""What RFC 9110 (15.4.5) has a 304 repeat."""
TAGS = re.compile(r'"([^"]*)"')


class NotModified:
    """Give whole answers to GET a weak ETag of their bytes, and answer 304 to who has them.

    The ETag is weak because the same text may go out compressed or not. Left alone are answers
    that set a cookie, hold a secret, or must not be kept.
    A resource with a version has the version as its ETag, for If-Match: what it shows of other
    resources may change without it, so it is always sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = scope["route_handler"].opt.get("secret_answer", False)
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET" or secret:
            await self.app(scope, receive, send)
            return
        known = Headers.from_scope(scope).get("if-none-match")
        start: HTTPResponseStartEvent | None = None

        async def compare_then_send(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] == "http.response.body" and start is not None:
                if not message.get("more_body", False):
                    body = message["body"]
                    if _is_known(start, body, known):
                        message["body"] = b""
                begun, start = start, None
                await send(begun)
            await send(message)

        await self.app(scope, receive, compare_then_send)


def _may_be_compared(start: HTTPResponseStartEvent, headers: Mapping[bytes, bytes]) -> bool:
    if start["status"] != 200 or b"set-cookie" in headers:
        return False
    if headers.get(b"cache-control") == b"no-store":
        return False
    is_a_file = b"last-modified" in headers
    return b"etag" not in headers or is_a_file


def _is_known(start: HTTPResponseStartEvent, body: bytes, known: str | None) -> bool:
    """Tag the answer if it may be tagged; if its receiver has it, make it a 304."""
    headers = {name.lower(): value for name, value in start["headers"]}
    if not _may_be_compared(start, headers):
        return False
    opaque = hashlib.blake2b(body, digest_size=12).hexdigest()
    start["headers"] = with_header(start["headers"], b"etag", f'W/"{opaque}"'.encode())
    if b"cache-control" not in headers:
        start["headers"] = [*start["headers"], (b"cache-control", REVALIDATED)]
    if known is None or not (known.strip() == "*" or opaque in TAGS.findall(known)):
        return False
    start["status"] = 304
    start["headers"] = [pair for pair in start["headers"] if pair[0].lower() in KEPT_WITH_304]
    return True
