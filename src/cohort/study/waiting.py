"""What awaits a review, who waits longest first."""

from functools import cache
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, contains_eager

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.http.paging import ROW_ID, Page, PreparedPages, Slice
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.study import policy
from cohort.study.models import ItemState, PlanItem, Submission


def newest_at() -> Any:
    """When the version was handed in that waits: most have one only, whose moment is known."""
    at = select(func.max(Submission.submitted_at)).where(Submission.plan_item_id == PlanItem.id)
    newest = at.correlate(PlanItem).scalar_subquery()
    is_first = and_(PlanItem.versions <= 1, PlanItem.handed_in_at.is_not(None))
    return case((is_first, PlanItem.handed_in_at), else_=newest)


@cache
def _queue(*, is_admin: bool) -> PreparedPages:
    """The items alone, which an index has: sixteen thousand are put in order to show fifty."""
    waiting = (
        select(PlanItem.id)
        .join(PlanItem.enrolment)
        .join(Enrolment.cohort)
        .where(PlanItem.state == ItemState.SUBMITTED)
        .where(PlanItem.enrolment_id.in_(policy.reviewed_by(asker(is_admin=is_admin))))
        .where(Enrolment.state == EnrolmentState.ACTIVE)
        .where(Cohort.state != CohortState.ARCHIVED)
    )
    return PreparedPages(waiting, by=newest_at(), id=PlanItem.id)


async def waiting_for(db: AsyncSession, actor: Person, part: Slice) -> Page[Submission]:
    """Evidence that the actor may review; only the newest versions. Two statements."""
    read = _queue(is_admin=actor.is_admin)
    queue = await read.read(db, part, actor_id=actor.id)
    places = {row[ROW_ID]: place for place, row in enumerate(queue.items)}
    newer = aliased(Submission)
    replaced = select(newer.id).where(
        newer.plan_item_id == Submission.plan_item_id, newer.version > Submission.version
    )
    item = contains_eager(Submission.plan_item)
    enrolment = item.contains_eager(PlanItem.enrolment)
    waiting = await db.scalars(
        select(Submission)
        .join(Submission.plan_item)
        .join(PlanItem.enrolment)
        .where(Submission.plan_item_id.in_(list(places)), ~replaced.exists())
        .where(PlanItem.state == ItemState.SUBMITTED)  # which it may not be any more
        .options(item.joinedload(PlanItem.milestone), enrolment.joinedload(Enrolment.person))
        .options(enrolment.joinedload(Enrolment.cohort))
    )
    return Page(sorted(waiting, key=lambda one: places[one.plan_item_id]), queue.next)
