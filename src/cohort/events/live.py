"""Events as they happen, to everyone who follows a cohort at this process.

One task reads for all: it is woken up through Redis after each commit that wrote events, and it
looks by itself once in a while, as Redis may be away. A batch of new events costs five statements,
however many follow. Who may read an event, and whether a follower is still signed in, is asked
when the event is sent. A follower who does not keep up is let go; the browser comes back with the
number that it saw last, and misses nothing.

How far a job is, is told besides, to organisers only: it has no number and is kept nowhere.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.db import Sessions
from cohort.errors import Unavailable
from cohort.events import policy
from cohort.events.schemas import event_out
from cohort.jobs import progress
from cohort.jobs.event_log import Event
from cohort.jobs.wake import EVENTS_CHANNEL
from cohort.people import keys

log = structlog.get_logger()

SWEEP_EVERY = 5.0
"""Seconds after which we look by ourselves."""
HEARTBEAT = 15.0
"""A line now and then, so that proxies and browsers know that we are there."""
LONGEST = 600.0
"""Seconds after which a stream ends; its browser comes back at once and is recognised anew."""
AT_ONCE = 200
"""Events read at once; fewer than a follower may have waiting."""
WAITING = 500
FOLLOWERS = 5_000
"""Streams that one process has open at most."""


@dataclass(eq=False, slots=True)
class Follower:
    person_id: UUID
    token_hash: bytes
    """Of the login or the key that was shown."""
    after: int
    replays: bool = True
    """Whether there may be older events that it has not been sent yet."""
    waiting: asyncio.Queue[bytes | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=WAITING)
    )

    def let_go(self) -> None:
        """End the stream; what waits is dropped, as its reader asks again for it."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)

    @property
    def has_room(self) -> bool:
        return self.waiting.qsize() + AT_ONCE <= WAITING

    def send(self, message: bytes) -> None:
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.let_go()


class LiveEvents:
    """The open streams of one process."""

    def __init__(self, readers: Sessions, redis: Redis, clock: Clock) -> None:
        self.readers = readers
        self.redis = redis
        self.clock = clock
        self.closed = False
        self._followers: defaultdict[UUID, set[Follower]] = defaultdict(set)
        self._due: set[UUID] = set()
        self._progress: dict[UUID, dict[str, Any]] = {}
        """The last of each cohort that was not sent yet."""
        self._wake = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(one) for one in (self._hear(), self._deliver())]
        try:
            yield
        finally:
            self.close()
            await _stop(tasks)

    def close(self) -> None:
        """End every stream, as this process is about to stop; their readers go to another."""
        self.closed = True
        for followers in self._followers.values():
            for one in followers:
                one.let_go()

    @property
    def open(self) -> int:
        return sum(map(len, self._followers.values()))

    async def follow(self, cohort_id: UUID, follower: Follower) -> AsyncGenerator[bytes]:
        """The lines of a stream, from the first event after `follower.after` on."""
        followers = self._followers[cohort_id]
        followers.add(follower)
        self._look_at({cohort_id})
        until = asyncio.get_running_loop().time() + LONGEST
        try:
            yield b"retry: 2000\nid: %d\nevent: stream.began\ndata: {}\n\n" % follower.after
            while not self.closed and asyncio.get_running_loop().time() < until:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        message = await follower.waiting.get()
                except TimeoutError:
                    message = b": still here\n\n"
                if message is None:
                    return
                yield message
                if follower.replays and follower.waiting.empty():
                    self._look_at({cohort_id})
        finally:
            followers.discard(follower)
            if not followers:
                self._followers.pop(cohort_id, None)

    def require_room(self) -> None:
        if self.closed or self.open >= FOLLOWERS:
            raise Unavailable("Too many streams are open here. Try again in a moment.")

    def _look_at(self, cohorts: set[UUID]) -> None:
        self._due |= cohorts
        self._wake.set()

    async def _hear(self) -> None:
        """Be told of commits through Redis, for as long as we run."""
        while not self.closed:
            try:
                async with self.redis.pubsub() as channel:
                    await channel.subscribe(EVENTS_CHANNEL, progress.CHANNEL)
                    self._look_at(set(self._followers))  # what came while nobody listened
                    while not self.closed:
                        told = await channel.get_message(
                            ignore_subscribe_messages=True, timeout=SWEEP_EVERY
                        )
                        if told is not None:
                            self._told(told["channel"].decode(), told["data"].decode())
            except (RedisError, OSError, TimeoutError) as error:
                log.info("redis tells no events", kind=type(error).__name__)
                await asyncio.sleep(1)

    def _told(self, channel: str, data: str) -> None:
        if channel == EVENTS_CHANNEL:
            self._look_at({UUID(data)})
            return
        news = json.loads(data)
        cohort_id = UUID(news["cohort_id"])
        if cohort_id in self._followers:
            self._progress[cohort_id] = news
            self._wake.set()

    async def _deliver(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_EVERY):
                    await self._wake.wait()
            self._wake.clear()
            news, self._progress = self._progress, {}
            for cohort_id in set(news) & set(self._followers):
                await self._safely(self._send_progress, cohort_id, news[cohort_id])
            if news and not self._due:
                continue
            due, self._due = self._due or set(self._followers), set()
            for cohort_id in due & set(self._followers):
                await self._safely(self._deliver_of, cohort_id)

    async def _safely(self, send: Callable[..., Awaitable[None]], *about: Any) -> None:
        """A database that is away costs nobody the stream: events are looked for again."""
        try:
            async with self.readers() as db:
                await send(db, *about)
        except (SQLAlchemyError, OSError) as error:
            log.warning("events not delivered", kind=type(error).__name__)

    async def _send_progress(self, db: AsyncSession, cohort_id: UUID, news: dict[str, Any]) -> None:
        """To those who may read every event of the cohort, and have room."""
        to = [one for one in self._followers.get(cohort_id, ()) if one.has_room]
        valid = await keys.still_valid(db, {one.token_hash for one in to}, now=self.clock())
        organisers = await policy.organisers_among(db, cohort_id, {one.person_id for one in to})
        line = f"event: {news['type']}\ndata: {json.dumps(news)}\n\n".encode()
        for one in to:
            if one.token_hash in valid and one.person_id in organisers:
                one.send(line)

    async def _deliver_of(self, db: AsyncSession, cohort_id: UUID) -> None:
        """Those who replay old events are served apart, so that nobody waits for them."""
        followers = list(self._followers.get(cohort_id, ()))  # they may have gone
        replaying = [one for one in followers if one.replays and one.has_room]
        await self._send(db, cohort_id, [one for one in followers if not one.replays])
        await self._send(db, cohort_id, replaying)

    async def _send(self, db: AsyncSession, cohort_id: UUID, to: Sequence[Follower]) -> None:
        """The next events to each of these, as far as each may read them."""
        if not to:
            return
        news = await self._news(db, cohort_id, min(one.after for one in to))
        more = len(news) == AT_ONCE
        if news:
            people_there = {one.person_id for one in to}
            valid = await keys.still_valid(db, {one.token_hash for one in to}, now=self.clock())
            readers = await policy.readers(db, cohort_id, news, people_there)
            lines = [(event, as_line(event)) for event in news]
            for one in to:
                if one.token_hash in valid:
                    _send_to(one, [line for line in lines if line[0].number > one.after], readers)
                else:
                    one.let_go()
        for one in to:
            one.replays = more
        if more:
            self._look_at({cohort_id})

    async def _news(self, db: AsyncSession, cohort_id: UUID, after: int) -> Sequence[Event]:
        newer = select(Event).where(Event.cohort_id == cohort_id, Event.number > after)
        return (await db.scalars(newer.order_by(Event.number).limit(AT_ONCE))).all()


async def _stop(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until it is done: while it connects, the client of Redis takes a cancellation for
    a time that is up (redis 5.3 on Python 3.11)."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)


def _send_to(
    follower: Follower, lines: Sequence[tuple[Event, bytes]], readers: policy.Readers
) -> None:
    for event, line in lines:
        follower.after = event.number
        if readers.may_read(follower.person_id, event):
            follower.send(line)


def as_line(event: Event) -> bytes:
    """As the HTML standard has server-sent events; JSON has no line breaks of its own."""
    data = event_out(event).model_dump_json()
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode()
