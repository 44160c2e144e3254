"""What a job is handed, and what a job that leaves its transaction hands back."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cohort import mail
from cohort.clock import Clock
from cohort.db import Prepared, Sessions, unit_of_work
from cohort.jobs.outbox import Attempt
from cohort.jobs.processes import ProcessPool
from cohort.jobs.progress import ProgressStore
from cohort.jobs.wake import WakeUp
from cohort.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobContext:
    """One step of an attempt at one job; `db` is its transaction."""

    db: AsyncSession
    job_id: UUID
    now: datetime
    settings: Settings
    pages: Environment
    progress: ProgressStore
    processes: ProcessPool
    jobs: Mapping[str, "JobFunction"]
    """By name, for a job that asks others again what they would write by now."""

    def deliver(self, message: mail.Message) -> "Delivery":
        """For a job to return: whether and when it is sent, its reader has chosen."""
        return Letter(message)

    async def post(
        self, message: mail.Message, *, chooses: bool = False, unsubscribe: str = ""
    ) -> "Outside[None] | None":
        """Send the mail once the job's transaction has ended, or keep it for the mailbox page."""
        pages, settings = self.pages, self.settings
        if settings.keeps_mail:
            its = mail.rendered(
                message, pages=pages, settings=settings, chooses=chooses, unsubscribe=unsubscribe
            )
            await mail.keep(self.db, its, now=self.now)
            return None
        composed = mail.compose(
            message,
            job_id=self.job_id,
            pages=pages,
            settings=settings,
            now=self.now,
            chooses=chooses,
            unsubscribe=unsubscribe,
        )
        return Outside(partial(mail.send, composed, settings.smtp_url), _nothing_to_store)


async def _nothing_to_store(_context: JobContext, _result: None) -> None:
    """That the job has ended is all there is to say."""


@dataclass(frozen=True, slots=True)
class Outside(Generic[T]):
    """What remains of a job that computes or talks to others, with no transaction open.

    work   runs after the commit of what the job read and wrote; it may run twice.
    store  runs in the transaction that ends the job, with what `work` returned: once.
    """

    work: Callable[[], Awaitable[T]]
    store: Callable[[JobContext, T], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that a job hands back."""

    message: mail.Message


Delivery = Letter | None
"""None where there is nothing to write any more."""

JobFunction = Callable[..., Awaitable[Outside[Any] | Letter | None]]
"""`async def job(context, **arguments)`. Its effects and the job's end are one commit, but where
it returns something that is to be done outside."""

PostFunction = Callable[[JobContext, Attempt, mail.Message], Awaitable[Outside[None] | None]]
"""What becomes of a mail that a job handed back."""


@dataclass(frozen=True, slots=True)
class CronContext:
    """What is handed to that which every worker looks for once in a while."""

    engine: AsyncEngine
    sessions: Sessions
    statements: Sessions
    """For statements each of which is a transaction by itself."""
    wake_up: WakeUp
    clock: Clock
    settings: Settings

    async def finds(self, due: Prepared, **given: Any) -> bool:
        """Whether anything is due, at `now` or by what is given.

        Most minutes nothing is: to look costs one statement, and no session is opened for it.
        """
        return bool(await due.rows_alone(self.engine, now=self.clock(), **given))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """One unit of work; whoever waits for what it did is woken up after its commit."""
        async with unit_of_work(self.sessions) as db:
            yield db
        await self.wake_up.after_commit(db)


CronFunction = Callable[[CronContext], Awaitable[None]]
