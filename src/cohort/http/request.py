"""What every request shares: one transaction, one answer per key, and who may send it."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cohort.clock import Clock
from cohort.db import Sessions
from cohort.errors import Invalid, NotAllowed, TooLarge
from cohort.http import stored_responses as idempotency
from cohort.http.problems import answer_to
from cohort.http.stored_responses import Said
from cohort.jobs import outbox

log = structlog.get_logger()

BODY_LIMIT = 64 * 1024
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag that you read.", max_length=100),
]

Wake = Callable[[Sequence[UUID]], Awaitable[None]]


class OneTransaction:
    """Commit before the first byte of a good answer leaves, roll back before a bad one.

    A failing COMMIT is answered as the refusal that it is: nobody is told of work that was lost.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, wake: Wake) -> None:
        self.app = app
        self.sessions = sessions
        self.wake = wake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        async with self.sessions() as db:
            scope["state"]["db"] = db
            scope["state"]["began"] = time.perf_counter()
            begun = False

            async def settle_then_send(message: Message) -> None:
                nonlocal begun
                if message["type"] == "http.response.start" and not begun:
                    if message["status"] < 400:
                        await db.commit()
                    else:
                        await db.rollback()
                    await db.close()
                    begun = True
                await send(message)

            try:
                await self.app(scope, receive, settle_then_send)
            except Exception as error:
                if begun:
                    raise
                await db.rollback()
                refused = answer_to(scope, error.__cause__ or error)
                await refused(scope, receive, send)
                return
            promised = outbox.promises_of(db)
        if promised and begun:
            await self.wake(promised)


class SameOrigin:
    """Refuse what another site makes a browser send with our cookies.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; scripts send
    neither, and carry no cookies that they did not choose to send.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            self.check(Headers.from_scope(scope))
        await self.app(scope, receive, send)

    def check(self, headers: Headers) -> None:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site in {"same-origin", "none"}:
            return
        ours = {self.public, headers.get("host")}
        if site is None and (origin is None or urlsplit(origin).netloc in ours):
            return
        raise NotAllowed("This was sent from another site. Open our page and try again there.")


class OneAnswerPerKey:
    """Honour Idempotency-Key on every POST: the key, its work and its answer are one commit."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = None
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST":
            key = Headers.from_scope(scope).get("idempotency-key")
        if key is None:
            await self.app(scope, receive, send)
            return
        if not 1 <= len(key) <= 200:
            raise Invalid.at("Idempotency-Key", "A key has 1 to 200 characters.")

        db, user = scope["state"]["db"], scope.get("user")
        owner = str(user.id) if user else "anyone"
        handler = cast("HTTPRouteHandler", scope["route_handler"])
        body = await read_whole(receive, limit=handler.resolve_request_max_body_size() or 0)
        digest = digest_of(scope, body)
        said = await idempotency.claim(db, owner, key, digest=digest, now=self.clock())
        if said is not None:
            await say_again(said, send)
            return
        secret = handler.opt.get("secret_answer", False)

        async def remember(said: Said) -> None:
            if said.status < 400 and not secret:
                await idempotency.remember(db, owner, key, said)

        await self.app(scope, whole(body), answered_whole(send, remember))


async def read_whole(receive: Receive, *, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise TooLarge(f"Send at most {limit // 1024} kB.")
        more = message.get("more_body", False)
    return b"".join(parts)


def whole(body: bytes) -> Receive:
    """The request's body again, for the handler, as one message."""
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return pending.pop() if pending else {"type": "http.disconnect"}

    return receive


def digest_of(scope: Scope, body: bytes) -> bytes:
    asked = f"{scope.get('method')} {scope['path']}?".encode() + scope["query_string"]
    return hashlib.sha256(asked + b"\0" + body).digest()


def answered_whole(send: Send, remember: Callable[[Said], Awaitable[None]]) -> Send:
    """Hold the answer back until it is whole and remembered."""
    held: list[Message] = []

    async def hold(message: Message) -> None:
        held.append(message)
        if message["type"] != "http.response.body" or message.get("more_body", False):
            return
        start = held[0]
        body = b"".join(part["body"] for part in held[1:])  # type: ignore[typeddict-item]
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in start["headers"]  # type: ignore[typeddict-item]
            if name.lower() not in {b"set-cookie", b"date"}
        ]
        await remember(Said(start["status"], headers, body))  # type: ignore[typeddict-item]
        for part in held:
            await send(part)
        held.clear()

    return hold


async def say_again(said: Said, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in said.headers]
    headers.append((b"idempotent-replayed", b"true"))
    await send({"type": "http.response.start", "status": said.status, "headers": headers})
    await send({"type": "http.response.body", "body": said.body, "more_body": False})
