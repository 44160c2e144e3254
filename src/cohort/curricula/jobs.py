"""What the curricula room does later: plans follow the guide of their cohort."""

from uuid import UUID

from cohort.curricula import moving
from cohort.jobs.context import JobContext


async def move_plans(context: JobContext, of_cohort: str) -> None:
    await moving.move_plans(context.db, UUID(of_cohort), now=context.now)
