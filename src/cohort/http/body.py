"""Reading a body whole, and as JSON: no name twice, every value strictly of the type asked for.

Forms are read by `forms.read_form`, which takes texts for numbers and dates; the API does not.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, NoReturn, cast

from litestar import Request
from litestar.datastructures import Headers, State
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send
from pydantic import ValidationError

from cohort.errors import Invalid, Malformed, Refusal, TooLarge
from cohort.http.fields import Strict
from cohort.http.forms import field_errors
from cohort.http.origin import SAFE_METHODS
from cohort.http.problems import UNREADABLE

BODY_LIMIT = 64 * 1024
BODY_WITHIN = 20.0
"""Seconds in which a body has to be here."""
FILES_WITHIN = 180.0
"""The same with files: enough for 50 MB at 3 Mbit a second. No connection is held meanwhile."""
MEGABYTE = 1024 * 1024
HELD = 256 * 1024
"""Bytes of a body with files that are held in memory; what is longer waits on the disk."""
PART = 64 * 1024


class TooSlow(Refusal):
    status = 408
    code = "too_slow"
    title = "That took too long to arrive"


class WholeBody:
    """Wait for the body before anyone is looked up: while it comes, no connection is held."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        handler = cast("HTTPRouteHandler", scope["route_handler"])
        limit = handler.resolve_request_max_body_size() or 0
        if brings_files(scope, handler):
            with SpooledTemporaryFile(HELD) as file, ExitStack() as closes:
                async with _within(FILES_WITHIN):
                    digest = await read_to_disk(receive, file, limit=limit)
                scope["state"]["body"], scope["state"]["closes"] = digest, closes
                await self.app(scope, again_from(file, receive), send)
            return
        async with _within(BODY_WITHIN):
            longest = handler.opt.get("longest_without_files", limit)
            body = await read_whole(receive, limit=longest)
        scope["state"]["body"] = body
        await self.app(scope, again(body, receive), send)


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        sentence = f"What you sent was not here after {seconds:.0f} seconds. Send it again."
        raise TooSlow(sentence) from None


def brings_files(scope: Scope, handler: HTTPRouteHandler) -> bool:
    """Only a route that says so takes them, and on a page only a form that can carry them."""
    takes = handler.opt.get("takes_files")
    kind = Headers.from_scope(scope).get("content-type", "")
    return takes == "always" or (takes == "in a form" and kind.startswith("multipart/form-data"))


async def read_to_disk(
    receive: Receive, file: "SpooledTemporaryFile[bytes]", *, limit: int
) -> bytes:
    """What was sent waits in a file without a name; in memory stays its SHA-256."""
    digest, size, more = hashlib.sha256(), 0, True
    while more:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The connection ended before the body did. Send it again.")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        digest.update(part)
        file.write(part)
        more = message.get("more_body", False)
    file.seek(0)
    return digest.digest()


def require_announced_within(scope: Scope, limit: int) -> None:
    """Before anything is read; who says less than she sends is found out on the way."""
    announced = Headers.from_scope(scope).get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)


def too_large(limit: int) -> TooLarge:
    if limit < MEGABYTE:
        return TooLarge(f"Send at most {limit // 1024} kB.")
    return TooLarge(f"Send at most {limit // MEGABYTE} MB.")


def again_from(file: "SpooledTemporaryFile[bytes]", receive: Receive) -> Receive:
    """As `again`, in parts from the disk."""
    ended = False

    async def receive_again() -> Any:
        nonlocal ended
        if ended:
            return await receive()
        part = file.read(PART)
        ended = len(part) < PART
        return {"type": "http.request", "body": part, "more_body": not ended}

    return receive_again


async def read_whole(receive: Receive, *, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("The connection ended before the body did. Send it again.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise too_large(limit)
        more = message.get("more_body", False)
    return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """The body as one message, for the handler; then whatever the client does next."""
    pending: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Any:
        return pending.pop() if pending else await receive()

    return receive_again


class JsonRequest(Request[Any, Any, State]):
    """A request whose JSON becomes, strictly, what its handler wants as `data`."""

    async def json(self) -> Any:
        wanted: Any = self.route_handler.parsed_data_field
        kind, _ = self.content_type
        if kind != "application/json":
            raise Malformed("Send the body as JSON, with Content-Type: application/json.")
        return read(await self.body(), wanted.annotation)


def read(body: bytes, form: type[Strict]) -> Strict:
    """Raises Malformed for what is no JSON, and Invalid, by field, for what does not fit.

    The text is parsed twice, because pydantic's own parser keeps the last of two values of one
    name, takes NaN and Infinity, and cannot say in which field half of a character stands. Two
    readers of one body (a proxy and we) must never understand it differently. The first parse
    costs 15 microseconds for 3 kB.
    """
    try:
        text = body.decode()
        json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(UNREADABLE) from error
    try:
        return form.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Invalid.at_each(field_errors(error)) from error


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise Invalid.at(_shown(name), "This is said twice. Say it once.")
        if isinstance(value, str) and not value.isascii() and _shown(value) != value:
            raise Invalid.at(_shown(name), "This contains half of a character; type it again.")
        values[name] = value
    return values


def _shown(text: str) -> str:
    """Halves of characters cannot be written in an answer."""
    return text.encode(errors="replace").decode()


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)
