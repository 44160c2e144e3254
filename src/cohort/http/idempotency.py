"""Idempotency-Key: a request that is sent twice has one effect and one response."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import cast

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http import stored_responses
from cohort.http.stored_responses import StoredResponse


class OneResponsePerKey:
    """Honour Idempotency-Key on every POST: the key, its work and its answer are one commit.

    The keys of a person are her own, whichever login she has; those that came with an API key are
    that key's own, so that no credential is told what it may not ask. A key without a person
    belongs to what was sent with it.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = None
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST":
            key = Headers.from_scope(scope).get("idempotency-key")
        handler = cast("HTTPRouteHandler", scope["route_handler"])
        if key is None or handler.opt.get("repeatable", False):
            await self.app(scope, receive, send)
            return
        if not 1 <= len(key) <= 200:
            raise Invalid.at("Idempotency-Key", "A key has 1 to 200 characters.")

        db, user = scope["state"]["db"], scope.get("user")
        body = scope["state"]["body"]
        digest = digest_of(scope, body, key)
        # The key itself is not stored: without it, nobody who reads the table can try out which
        # password was in a body with that digest.
        key = hashlib.sha256(key.encode()).hexdigest()
        # Visitors whom nobody knows must not meet in each other's keys, and may come back from
        # another address. Who sends the same content again with the same key is the same one.
        auth = scope.get("auth")
        owner = str((auth and auth.key_id) or user.id) if user else f"anyone {digest.hex()}"
        stored = await stored_responses.claim(db, owner, key, digest=digest, now=self.clock())
        if stored is not None:
            await replay(stored, send)
            return
        secret = handler.opt.get("secret_answer", False)

        async def remember(stored: StoredResponse) -> None:
            if stored.status < 400 and not secret:
                await stored_responses.remember(db, owner, key, stored)

        await self.app(scope, receive, buffered(send, remember))


def digest_of(scope: Scope, body: bytes, key: str) -> bytes:
    asked = f"{scope.get('method')} {scope['path']}?".encode() + scope["query_string"]
    return hmac.digest(key.encode(), asked + b"\0" + body, "sha256")


def buffered(send: Send, remember: Callable[[StoredResponse], Awaitable[None]]) -> Send:
    """Hold the answer back until it is whole and remembered."""
    messages: list[Message] = []

    async def buffer(message: Message) -> None:
        messages.append(message)
        if message["type"] != "http.response.body" or message.get("more_body", False):
            return
        start = messages[0]
        body = b"".join(part["body"] for part in messages[1:])  # type: ignore[typeddict-item]
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in start["headers"]  # type: ignore[typeddict-item]
            if name.lower() not in {b"set-cookie", b"date"}
        ]
        await remember(StoredResponse(start["status"], headers, body))  # type: ignore[typeddict-item]
        for part in messages:
            await send(part)
        messages.clear()

    return buffer


async def replay(stored: StoredResponse, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in stored.headers]
    headers.append((b"idempotent-replayed", b"true"))
    await send({"type": "http.response.start", "status": stored.status, "headers": headers})
    await send({"type": "http.response.body", "body": stored.body, "more_body": False})
