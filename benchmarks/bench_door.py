"""What strangers can learn and what they can stop, at the routes that need no account.

    python benchmarks/bench_door.py                 all of it, about 6 minutes
    python benchmarks/bench_door.py --only timing   or slow, or rush
    python benchmarks/bench_door.py --tries 100     a shorter look at the timing

One API process on a database and a Redis of its own, and a worker for the rush.

timing  Each route is asked about addresses with and without an account in turn, by a client each,
        and timed. Told is the AUC: how often, of one of each, the known address took longer; 0.5
        is a coin, and the goal is 0.45 to 0.55.
slow    Connections that sent the head of a request and a part of its body, and go on with a byte
        now and then; meanwhile somebody who is signed in reads, and the p95 of that is told.
rush    Sign-ups of as many addresses within a minute: as many links and as many mails.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Admission, Cohort, CohortState, Organiser
from cohort.db import create_engine, create_sessions, unit_of_work
from cohort.guides.models import Guide, Term, TermKind
from cohort.local.servers import throwaway
from cohort.mail import MailboxMessage
from cohort.migrate import upgrade
from cohort.people import logins
from cohort.people.models import MailedLink, Person
from cohort.people.tokens import hash_password
from cohort.settings import Settings

WITHIN = (0.45, 0.55)
SLOW = (20, 200, 2000)
GOAL_P95 = 0.3
RUSH = 2000
PROFILE = {
    "name": "Ada Example",
    "domains": ["nlp"],
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "weekly_hours": [{"day": "tuesday", "start": "17:00", "end": "20:00"}],
}
MENTOR = PROFILE | {
    "roles": ["ml-engineer"],
    "skills": ["serving"],
    "came_from": "phd",
    "capacity": 2,
    "motivation": "I was there once.",
    "consent": True,
}
RESEARCHER = PROFILE | {"stage": "phd", "role_goals": ["ml-engineer"]}
PASSWORD = {"password": "not the right one"}
clients = count()


def routes(cohort_id: UUID) -> dict[str, tuple[str, dict[str, object]]]:
    here = f"/api/v1/cohorts/{cohort_id}"
    return {
        "sign-up": ("/api/v1/people", {}),
        "reset": ("/api/v1/password_links", {}),
        "mailed link": ("/api/v1/login_links", {}),
        "sign-in": ("/api/v1/logins", PASSWORD),
        "mentor form": (f"{here}/mentors", MENTOR),
        "application": (f"{here}/applications", RESEARCHER),
        "organiser": (f"{here}/organiser_invitations", {}),
    }


async def fill(db: AsyncSession, accounts: int) -> tuple[UUID, str]:
    """Accounts, and a cohort that takes mentors and applications; its id and a login's token."""
    now = datetime.now(UTC)
    hashed = await hash_password("four calm herons wading")
    known = {"name": "Ada", "password_hash": hashed, "verified_at": now, "created_at": now}
    rows = [{"id": uuid4(), "email": f"known{k}@example.org", **known} for k in range(accounts)]
    await db.execute(insert(Person), rows)
    olga = await db.get_one(Person, rows[0]["id"])
    guide = Guide(slug="guide", title="Guide", description="", author="", tags=[], imported_at=now)
    words = {TermKind.DOMAIN: "nlp", TermKind.ROLE: "ml-engineer", TermKind.SKILL: "serving"}
    db.add(guide)
    db.add_all(
        Term(kind=kind, slug=slug, title=slug, description="", parent_slug=None, position=0)
        for kind, slug in words.items()
    )
    await db.flush()
    cohort = Cohort(
        guide_id=guide.id,
        slug="october",
        name="October",
        description="",
        starts_on=date.today(),  # noqa: DTZ011  a day is near enough
        ends_on=date.today() + timedelta(days=100),  # noqa: DTZ011
        time_zone="UTC",
        seats=30,
        state=CohortState.OPEN,
        admission=Admission.APPLICATION,
        apply_by=date.today() + timedelta(days=30),  # noqa: DTZ011
        created_at=now,
    )
    db.add(cohort)
    await db.flush()
    db.add(Organiser(cohort_id=cohort.id, person_id=olga.id, since=now))
    return cohort.id, logins.open_login(db, olga, now=now, days=1).token


@contextmanager
def serving(settings: Settings, *arguments: str) -> Iterator[None]:
    given = {
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_DEVELOPMENT": "true",
        "COHORT_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "cohort", *arguments], env=os.environ | given
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(1800):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise SystemExit("the API does not listen")


class Door:
    """One connection that is kept; each request comes from a client of its own."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.token = token
        self.answer = b""

    def ask(self, method: str, path: str, body: object = None, *, signed_in: bool = False) -> float:
        k = next(clients)
        headers = {"x-forwarded-for": f"10.{k >> 16 & 255}.{k >> 8 & 255}.{k & 255}"}
        if signed_in:
            headers["authorization"] = f"Bearer {self.token}"
        sent = None if body is None else json.dumps(body)
        if sent is not None:
            headers["content-type"] = "application/json"
        began = time.perf_counter()
        self.connection.request(method, path, sent, headers)
        answer = self.connection.getresponse()
        self.answer = answer.read()
        took = time.perf_counter() - began
        if answer.status >= 400 and answer.status != 401:
            raise SystemExit(f"{method} {path}: {answer.status} {self.answer[:300]!r}")
        return took


def auc(known: list[float], unknown: list[float]) -> float:
    """How often, of one of each, the known one is larger (Mann and Whitney's U)."""
    both = sorted([(took, 1) for took in known] + [(took, 0) for took in unknown])
    ranks = sum(rank for rank, (_, is_known) in enumerate(both, 1) if is_known)
    return (ranks - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def timing(door: Door, cohort_id: UUID, tries: int) -> None:
    print(f"timing, {tries:,} known and unknown addresses in turn (goal: 0.45 to 0.55)")
    for name, (path, body) in routes(cohort_id).items():
        took: dict[str, list[float]] = {"known": [], "unknown": []}
        for k in range(tries):
            for who in ("known", "unknown") if k % 2 else ("unknown", "known"):
                sent = {**body, "email": f"{who}{k}@example.org"}
                took[who].append(door.ask("POST", path, sent, signed_in=name == "organiser"))
                if name == "organiser":  # open invitations are limited
                    made = f"{path}/{json.loads(door.answer)['id']}"
                    door.ask("DELETE", made, signed_in=True)
        found = auc(took["known"], took["unknown"])
        missed = "" if WITHIN[0] <= found <= WITHIN[1] else ", missed"
        middle = sorted(took["known"])[tries // 2] * 1000
        print(f"  {name:>12}: AUC {found:.3f}{missed} (median {middle:.1f} ms)")


def slow_bodies(door: Door, port: int) -> None:
    print(f"slow bodies, and the p95 of 200 reads of others (goal: under {GOAL_P95 * 1000:.0f} ms)")
    head = b"POST /api/v1/people HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    head += b'cookie: cohort_login=garbage\r\ncontent-length: 1000\r\n\r\n{"email'
    for many in (0, *SLOW):
        with contextlib.ExitStack() as stack:
            for _ in range(many):
                one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                one.sendall(head)
            took = sorted(door.ask("GET", "/api/v1/me", signed_in=True) for _ in range(200))
        p95 = took[189]
        missed = "" if p95 < GOAL_P95 else ", missed"
        print(f"  {many:>5} connections: {p95 * 1000:.0f} ms{missed}")


def send(port: int, numbers: range) -> None:
    door = Door(port, "")
    for k in numbers:
        door.ask("POST", "/api/v1/people", {"email": f"rush{k}@example.org"})


def rush(port: int, settings: Settings) -> None:
    before = asyncio.run(counts(settings))
    began = time.monotonic()
    with ThreadPoolExecutor(8) as senders:
        list(senders.map(lambda first: send(port, range(first, RUSH, 8)), range(8)))
    sent_in = time.monotonic() - began
    with serving(settings, "work"):
        for _ in range(300):
            links, mails = asyncio.run(counts(settings))
            if mails - before[1] >= RUSH:
                break
            time.sleep(1)
    took = time.monotonic() - began
    print(
        f"rush: {RUSH:,} sign-ups sent in {sent_in:.0f} s (goal: 60 s); {links - before[0]:,} links"
        f" and {mails - before[1]:,} mails after {took:.0f} s (goal: {RUSH:,} of each)"
    )


async def counts(settings: Settings) -> tuple[int, int]:
    engine = create_engine(settings)
    async with create_sessions(engine)() as db:
        rushed = MailedLink.email.like("rush%")
        links = await db.scalar(select(func.count()).select_from(MailedLink).where(rushed))
        to_rushed = MailboxMessage.to.like("rush%")
        mails = await db.scalar(select(func.count()).select_from(MailboxMessage).where(to_rushed))
    await engine.dispose()
    return links or 0, mails or 0


async def filled(settings: Settings, accounts: int) -> tuple[UUID, str]:
    engine = create_engine(settings)
    async with unit_of_work(create_sessions(engine)) as db:
        found = await fill(db, accounts)
    await engine.dispose()
    return found


@contextmanager
def ready(tries: int) -> Generator[tuple[Settings, Door, UUID, int]]:
    with throwaway() as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        upgrade(settings)
        cohort_id, token = asyncio.run(filled(settings, tries))
        port = free_port()
        with serving(settings, "serve", "--port", str(port)):
            wait_for(port)
            door = Door(port, token)
            for _ in range(50):  # warm
                door.ask("GET", "/api/v1/me", signed_in=True)
            yield settings, door, cohort_id, port


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--tries", type=int, default=1000)
    asked.add_argument("--only", choices=["timing", "slow", "rush"])
    given = asked.parse_args()
    with ready(given.tries) as (settings, door, cohort_id, port):
        if given.only in {None, "rush"}:  # first, while no other job waits
            rush(port, settings)
        if given.only in {None, "timing"}:
            timing(door, cohort_id, given.tries)
        if given.only in {None, "slow"}:
            slow_bodies(door, port)


if __name__ == "__main__":
    main()
