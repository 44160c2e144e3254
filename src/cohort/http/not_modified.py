"""If-None-Match: whoever has the page or the list already is not sent it again."""

import hashlib
import re

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

REVALIDATED = "private, no-cache"
"""A browser may keep it, for its own user only, and asks each time whether it still holds."""

KEPT_WITH_304 = {"cache-control", "content-location", "date", "etag", "expires", "vary"}
"""What RFC 9110 (15.4.5) has a 304 repeat; cookies are sent as well."""


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
                    if _may_be_compared(start) and _is_known(start, body, known):
                        message["body"] = b""
                begun, start = start, None
                await send(begun)
            await send(message)

        await self.app(scope, receive, compare_then_send)


def _may_be_compared(start: HTTPResponseStartEvent) -> bool:
    headers = MutableScopeHeaders(start)
    if start["status"] != 200 or "set-cookie" in headers:
        return False
    if headers.get("cache-control") == "no-store":
        return False
    is_a_file = "last-modified" in headers
    return "etag" not in headers or is_a_file


def _is_known(start: HTTPResponseStartEvent, body: bytes, known: str | None) -> bool:
    """Tag the answer; if its receiver has it, make it a 304."""
    headers = MutableScopeHeaders(start)
    opaque = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers["etag"] = f'W/"{opaque}"'
    headers.setdefault("cache-control", REVALIDATED)
    if known is None or not (known.strip() == "*" or opaque in re.findall(r'"([^"]*)"', known)):
        return False
    start["status"] = 304
    for name in set(headers) - KEPT_WITH_304:
        del headers[name]
    return True
