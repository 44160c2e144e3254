"""Bytes that nothing belongs to any more are forgotten."""

from cohort.jobs.context import CronContext
from cohort.storage import open_storage
from cohort.study.files import service


async def sweep(context: CronContext) -> None:
    """Once a day; harmless when it runs twice."""
    async with context.transaction() as db:
        await service.swept(db, open_storage(context.settings), now=context.clock())
