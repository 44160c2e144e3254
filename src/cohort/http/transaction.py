"""One transaction for one request: what is told as done is committed, or it is not told.

A request that may change nothing (GET, HEAD, OPTIONS) has a session that only reads. Each of its
statements sees what is committed at that moment, as in a transaction of PostgreSQL's default
isolation; so it pays no round trip for BEGIN and COMMIT.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import Sessions
from cohort.http.origin import SAFE_METHODS
from cohort.http.problems import answer_to

log = structlog.get_logger()


AfterCommit = Callable[[AsyncSession], Awaitable[None]]


class OneTransaction:
    """Commit before the first byte of a good answer leaves, roll back before a bad one.

    A failing COMMIT is answered as the refusal that it is: nobody is told of work that was lost.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, readers: Sessions, after_commit: AfterCommit
    ) -> None:
        self.app = app
        self.sessions = sessions
        self.readers = readers
        self.after_commit = after_commit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        reads = scope["method"] in SAFE_METHODS
        db = (self.readers if reads else self.sessions)()
        scope["state"]["db"] = db
        scope["state"]["began"] = time.perf_counter()
        answer = _Answer(db, send, reads=reads)
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:
            if answer.begun:
                raise
            await db.rollback()
            refused = answer_to(scope, error.__cause__ or error)
            await refused(scope, receive, send)
            return
        finally:
            if db.in_transaction():
                await asyncio.shield(db.close())
        if answer.begun and not reads:
            await self.after_commit(db)


class _Answer:
    """Settles the transaction when the answer's first byte is about to leave."""

    def __init__(self, db: AsyncSession, send: Send, *, reads: bool) -> None:
        self.db = db
        self.forward = send
        self.reads = reads
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self.begun:
            if message["status"] < 400 and not self.reads:
                await self.db.commit()
            await self.db.close()
            self.begun = True
        await self.forward(message)
