"""What a job is handed: its transaction, the time, a way to send mail, a progress to write on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import mail
from cohort.jobs.progress import ProgressStore
from cohort.settings import Settings


@dataclass(frozen=True, slots=True)
class JobContext:
    """One attempt to run one job."""

    db: AsyncSession
    job_id: UUID
    now: datetime
    settings: Settings
    pages: Environment
    progress: ProgressStore

    async def deliver(self, message: mail.Message) -> None:
        await mail.deliver(
            self.db,
            message,
            job_id=self.job_id,
            pages=self.pages,
            settings=self.settings,
            now=self.now,
        )


JobFunction = Callable[..., Awaitable[Any]]
