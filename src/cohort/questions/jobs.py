"""What the questions do when a cohort is cloned."""

from uuid import UUID

from cohort.jobs.context import JobContext
from cohort.questions import service


async def copy(context: JobContext, from_cohort: str, to_cohort: str) -> None:
    await service.copy(context.db, UUID(from_cohort), UUID(to_cohort), now=context.now)
