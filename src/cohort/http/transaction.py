"""One transaction for one request: what is told as done is committed, or it is not told."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cohort.db import Sessions
from cohort.http.problems import answer_to
from cohort.jobs import outbox

log = structlog.get_logger()


Wake = Callable[[Sequence[outbox.Enqueued]], Awaitable[None]]


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
            enqueued = outbox.enqueued_by(db)
        if enqueued and begun:
            await self.wake(enqueued)
