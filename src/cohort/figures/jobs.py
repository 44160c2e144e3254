"""What of the figures is counted ahead of those who look at it."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cohort.figures import keeping
from cohort.jobs.context import CronContext

log = structlog.get_logger()

KEEPS_AT = 41
"""The minute of each hour; an hour that was missed is made up for by the next."""


async def keep_weeks(context: CronContext) -> None:
    """Each cohort is a transaction of its own, so that one that fails holds up no other."""
    now = context.clock()
    if now.minute != KEEPS_AT:
        return
    async with context.statements() as db:
        due = await keeping.due(db, now=now)
    for cohort_id in due:
        try:
            async with context.transaction() as db:
                await keeping.keep(db, cohort_id, now=now)
        except SQLAlchemyError as error:
            log.warning("weeks not counted", cohort=str(cohort_id), exc_info=error)
