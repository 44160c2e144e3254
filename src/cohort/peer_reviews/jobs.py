"""Finding reviewers, and the mails about reviews."""

import asyncio
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.jobs.context import CronContext, Delivery, JobContext, Outside
from cohort.peer_reviews import allocating, emails, turning
from cohort.peer_reviews.allocating import ReviewersFound
from cohort.peer_reviews.models import PeerReview, ReviewTask, ReviewTaskState
from cohort.study.models import PlanItem, Submission

STATE = {
    "asked": ReviewTaskState.OPEN,
    "reminded": ReviewTaskState.OPEN,
    "lapsed": ReviewTaskState.LAPSED,
}
"""In which each mail is true."""
ITEM = joinedload(ReviewTask.submission).joinedload(Submission.plan_item)
WITH_ITS_WORK = (
    joinedload(ReviewTask.reviewer),
    joinedload(ReviewTask.cohort),
    ITEM.joinedload(PlanItem.milestone),
    ITEM.joinedload(PlanItem.enrolment).joinedload(Enrolment.person),
)


async def allocate(context: JobContext, of_cohort: str) -> Outside[ReviewersFound] | None:
    """For all that waits in a cohort; the solving holds no transaction."""
    read = await allocating.gather(context.db, UUID(of_cohort), now=context.now)
    if read is None:
        return None

    async def work() -> ReviewersFound:
        return await asyncio.to_thread(read.solve)

    async def store(later: JobContext, found: ReviewersFound) -> None:
        await allocating.store(later.db, read, found, now=later.now)

    return Outside(work, store)


async def tell(context: JobContext, task_id: str, why: str) -> Delivery:
    found = select(ReviewTask).where(ReviewTask.id == UUID(task_id)).options(*WITH_ITS_WORK)
    task = (await context.db.scalars(found)).one()
    return context.deliver(emails.review_task(task, why)) if task.state is STATE[why] else None


async def tell_author(context: JobContext, review_id: str, *, passes: bool) -> Delivery:
    found = select(PeerReview).where(PeerReview.id == UUID(review_id))
    of_task = joinedload(PeerReview.task).options(*WITH_ITS_WORK)
    review = (await context.db.scalars(found.options(of_task))).one()
    return context.deliver(emails.peer_reviewed(review, passes=passes))


async def turn(context: CronContext) -> None:
    """Every minute."""
    if not await context.finds(turning.ARE_IN_USE):
        return
    async with context.transaction() as db:
        await turning.turn(db, now=context.clock())
