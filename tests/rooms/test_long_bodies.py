"""A long body is refused before it is read: over real sockets, as browsers and programs send it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from cohort.http.body import BODY_LIMIT
from tests.conftest import Platform
from tests.serving import serving

MEGABYTE = 1024 * 1024
FORM = "multipart/form-data; boundary=x"


class Wire:
    """One connection, on which a request is sent piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        for one in parts:
            self.writer.write(one)
        await self.writer.drain()

    async def begin(self, method: str, path: str, **headers: Any) -> None:
        lines = [f"{method} {path} HTTP/1.1", "host: cohort.example"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            return int(head.split()[1]), await self.reader.readexactly(length)


@asynccontextmanager
async def connected(port: int) -> AsyncGenerator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


@pytest.fixture
async def port(platform: Platform) -> AsyncGenerator[int]:
    async with serving(platform.app) as at:
        yield at


def takers(app: Litestar) -> list[tuple[str, HTTPRouteHandler]]:
    """Method and path of every route whose body may be long."""
    found: list[tuple[str, HTTPRouteHandler]] = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            limit = handler.resolve_request_max_body_size() or 0
            if method not in {"GET", "HEAD", "OPTIONS"} and limit > BODY_LIMIT:
                found.append((f"{method} {route.path_format}", handler))
    return found


async def test_nobody_without_a_login_makes_us_read_a_long_body(
    port: int, platform: Platform
) -> None:
    every = takers(platform.app)
    assert {"PUT /api/v1/plan_items/{item_id}/files/{file_name}"} < {one for one, _ in every}
    assert len(every) > 9
    for route, handler in every:
        # To confirm a login a form is read, which this is no place for.
        assert not handler.opt.get("confirmed_login", False), route
        method, path = route.split(" ")
        for name in ("{slug}", "{file_name}"):
            path = path.replace(name, "name")
        while "{" in path:
            path = f"{path.partition('{')[0]}{uuid4()}{path.partition('}')[2]}"
        for length in ({"content_length": MEGABYTE // 4}, {"transfer_encoding": "chunked"}):
            async with connected(port) as wire:
                await wire.begin(method, path, content_type=FORM, **length)
                status, _ = await wire.answer()
                assert status == 401, route


async def test_a_refused_sender_may_send_on_and_is_answered_again(port: int) -> None:
    at = f"/api/v1/plan_items/{uuid4()}/files/a.pdf"
    for chunked in (False, True):
        length = {"transfer_encoding": "chunked"} if chunked else {"content_length": 3 * MEGABYTE}
        async with connected(port) as wire:
            await wire.begin("PUT", at, **length)
            status, told = await wire.answer()
            assert (status, b"not_signed_in" in told) == (401, True)
            for _ in range(3):
                part = bytes(MEGABYTE)
                framed = (b"%x\r\n" % MEGABYTE, part, b"\r\n") if chunked else (part,)
                await wire.send(*framed)
            await wire.send(b"0\r\n\r\n" if chunked else b"")
            await wire.begin("GET", "/health/live")
            assert (await wire.answer())[0] == 200
        # Who asks first, as curl does, is told no, and sends nothing.
        async with connected(port) as wire:
            await wire.begin("PUT", at, expect="100-continue", **length)
            assert (await wire.answer())[0] == 401


async def test_what_is_announced_too_long_is_refused_at_once_whoever_sends_it(
    port: int, enter: Any
) -> None:
    ada = await enter("Ada")
    hers = {"authorization": ada.http.headers["authorization"]}
    at = f"/api/v1/plan_items/{uuid4()}/files/a.pdf"
    for path, length, status in (
        (at, 11 * MEGABYTE, 413),
        ("/api/v1/cohorts", BODY_LIMIT + 1, 413),
    ):
        async with connected(port) as wire:
            method = "PUT" if path == at else "POST"
            await wire.begin(method, path, content_length=length, **hers)
            assert (await wire.answer())[0] == status
    # What is announced as short and is not, or is not announced, is found out on the way.
    async with connected(port) as wire:
        await wire.begin("PUT", at, transfer_encoding="chunked", **hers)
        for _ in range(11):
            await wire.send(b"%x\r\n" % MEGABYTE, bytes(MEGABYTE), b"\r\n")
        assert (await wire.answer())[0] == 413
