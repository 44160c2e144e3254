"""A client that sends the next request as soon as the last is answered, on open connections."""

import asyncio
import json
import random
import time
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import uvloop
from api_data import TOKEN, id_of

HEADERS = f"Host: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
MENTOR: dict[str, Any] = {
    "name": "Grace Example",
    "consent": True,
    "domains": ["domain-1", "domain-2"],
    "roles": ["role-1"],
    "contexts": ["context-1"],
    "skills": ["skill-1", "skill-2"],
    "came_from": "phd",
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "weekly_hours": [{"day": "tuesday", "start": "17:00", "end": "20:00"}],
    "organisations": ["Northwind Robotics"],
    "capacity": 2,
    "motivation": "I was there once.",
}
COHORT, RUN = UUID(id_of("cohort", 0)), UUID(id_of("run", 0))
GETS = {
    "list of 50": lambda _: f"/cohorts/{COHORT}/enrolments",
    "one enrolment": lambda n: f"/enrolments/{UUID(id_of('enrolment', 1 + n % 2000))}",
    "overview": lambda _: f"/cohorts/{COHORT}/overview",
    "progress of 50": lambda _: f"/cohorts/{COHORT}/progress",
    "one plan": lambda n: f"/enrolments/{UUID(id_of('enrolment', 1 + n % 2000))}/plan",
    "50 pairs": lambda _: f"/runs/{RUN}/pairs",
}
SIGN_UP = "mentor sign-up"
ENDPOINTS = (*GETS, SIGN_UP)
_numbers = count(random.randrange(1 << 40))


def request(endpoint: str, number: int) -> bytes:
    if endpoint != SIGN_UP:
        return f"GET /api/v1{GETS[endpoint](number)} HTTP/1.1\r\n{HEADERS}\r\n".encode()
    # Another visitor each time: nobody may sign up sixty people in an hour.
    visitor = ".".join(str(random.randrange(1, 255)) for _ in range(4))
    unique = f"{random.getrandbits(64):x}-{next(_numbers)}@example.org"
    body = json.dumps(MENTOR | {"email": unique}).encode()
    head = (
        f"POST /api/v1/cohorts/{COHORT}/mentors HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"X-Forwarded-For: {visitor}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    place = head.lower().index(b"content-length:") + 15
    length = int(head[place : head.index(b"\r\n", place)])
    return int(head[9:12]), await reader.readexactly(length)


@dataclass
class Loaded:
    requests: int
    per_second: float
    slowest: float
    """Seconds that 99 of 100 requests stay below."""


async def load(port: int, endpoint: str, connections: int, seconds: float) -> Loaded:
    taken: list[float] = []
    began = time.perf_counter()

    async def ask(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        for number in count(first, connections):
            start = time.perf_counter()
            if start - began > seconds:
                break
            writer.write(request(endpoint, number))
            status, body = await answer(reader)
            if status >= 300:
                raise RuntimeError(f"{endpoint} on {port}: {status} {body[:300]!r}")
            taken.append(time.perf_counter() - start)
        writer.close()

    await asyncio.gather(*(ask(one) for one in range(connections)))
    spent = time.perf_counter() - began
    return Loaded(len(taken), len(taken) / spent, sorted(taken)[int(len(taken) * 0.99)])


def run(port: int, endpoint: str, connections: int, seconds: float) -> Loaded:
    """In whichever process calls it; it should do nothing else meanwhile."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load(port, endpoint, connections, seconds))


def read_once(port: int, endpoint: str) -> Any:
    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(request(endpoint, 0))
        status, body = await answer(reader)
        if status >= 300:
            raise RuntimeError(f"{endpoint} on {port}: {status} {body[:300]!r}")
        return body

    return json.loads(asyncio.run(once()))
