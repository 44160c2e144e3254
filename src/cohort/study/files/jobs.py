"""Bytes that nothing belongs to any more are forgotten."""

from functools import partial

from cohort.jobs.context import CronContext, JobContext, Outside
from cohort.storage import open_storage
from cohort.study.files import service


async def delete_bytes(context: JobContext, key: str) -> Outside[None]:
    """With no transaction open; what is gone already is gone."""
    return Outside(partial(open_storage(context.settings).delete, key), _nothing_to_store)


async def _nothing_to_store(_context: JobContext, _result: None) -> None:
    """That the job has ended is all there is to say."""


async def sweep(context: CronContext) -> None:
    """Once a day; harmless when it runs twice."""
    async with context.transaction() as db:
        await service.swept(db, open_storage(context.settings), now=context.clock())
