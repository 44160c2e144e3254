"""What a job is handed: its transaction, the time, a way to send mail, a board to write on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import mail
from cohort.jobs.progress import Board
from cohort.settings import Settings


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt to keep one promise."""

    db: AsyncSession
    promise_id: UUID
    now: datetime
    settings: Settings
    pages: Environment
    board: Board

    async def deliver(self, message: mail.Message) -> None:
        await mail.deliver(
            self.db,
            message,
            promise_id=self.promise_id,
            pages=self.pages,
            settings=self.settings,
            now=self.now,
        )


Job = Callable[..., Awaitable[Any]]
