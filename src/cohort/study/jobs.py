"""What the study room does later: laying plans out, and mail about reviews."""

from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.jobs.context import Delivery, JobContext, Outside
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship
from cohort.mentorships.policy import active_in
from cohort.storage import open_storage
from cohort.study import emails, service
from cohort.study.models import ItemState, PlanItem, Review, Submission

WITH_ITS_PLAN = (
    joinedload(Submission.plan_item).joinedload(PlanItem.milestone),
    joinedload(Submission.plan_item).joinedload(PlanItem.enrolment).joinedload(Enrolment.person),
)


async def lay_out_plan(context: JobContext, enrolment_id: str) -> None:
    await service.lay_out(context.db, UUID(enrolment_id), now=context.now)


async def extend_plans(context: JobContext, guide_id: str) -> None:
    await service.extend_plans(context.db, UUID(guide_id), now=context.now)


async def count_versions(context: JobContext, part: int) -> None:
    """What was handed in before plans counted it; `part` is the first digit of the items' ids."""
    await service.count_versions(context.db, part, now=context.now)


async def delete_bytes(context: JobContext, key: str) -> Outside[None]:
    """Of a file that was removed, with no transaction open; what is gone already is gone."""
    return Outside(partial(open_storage(context.settings).delete, key), _nothing_to_store)


async def _nothing_to_store(_context: JobContext, _result: None) -> None:
    """That the job has ended is all there is to say."""


async def ask_for_review(context: JobContext, submission_id: str) -> Delivery:
    """Tell the mentor, if there is one and nothing newer or decided makes it pointless."""
    submission = await _with_its_plan(context, UUID(submission_id))
    item = submission.plan_item
    newest = await service.newest_version(context.db, item.id)
    if item.state != ItemState.SUBMITTED or newest is None or newest.id != submission.id:
        return None
    theirs = active_in(item.enrolment.cohort_id).where(Mentorship.enrolment_id == item.enrolment_id)
    mentor = joinedload(Mentorship.mentor).joinedload(Mentor.person)
    mentorship = await context.db.scalar(theirs.options(mentor))
    if mentorship is not None:
        return context.deliver(emails.evidence_to_review(mentorship.mentor.person, submission))
    return None


async def tell_reviewed(context: JobContext, review_id: str) -> Delivery:
    found = select(Review).where(Review.id == UUID(review_id))
    review = (await context.db.scalars(found.options(joinedload(Review.reviewer)))).one()
    submission = await _with_its_plan(context, review.submission_id)
    return context.deliver(emails.evidence_reviewed(submission, review))


async def _with_its_plan(context: JobContext, submission_id: UUID) -> Submission:
    found = select(Submission).where(Submission.id == submission_id).options(*WITH_ITS_PLAN)
    return (await context.db.scalars(found)).one()
