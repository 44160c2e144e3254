"""Mail about circles, and the place of whoever leaves the cohort."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.circles import emails, reading, service, telling
from cohort.circles.models import Circle, CircleMember
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.jobs.context import Delivery, JobContext


async def tell(
    context: JobContext, enrolment_id: str, circle_id: str, why: str, sequence: int
) -> Delivery:
    """Of what has changed again since, a later mail tells."""
    db, shown = context.db, [joinedload(Enrolment.person), joinedload(Enrolment.cohort)]
    enrolment = await db.get_one(Enrolment, UUID(enrolment_id), options=shown)
    circle = await db.get_one(Circle, UUID(circle_id), options=[joinedload(Circle.cohort)])
    held = select(CircleMember.circle_id).where(
        CircleMember.enrolment_id == enrolment.id, CircleMember.left_at.is_(None)
    )
    now_in = await db.scalar(held)
    if enrolment.state is not EnrolmentState.ACTIVE:
        return None
    if why == telling.GONE:
        is_true = now_in is None
    else:
        is_true = now_in == circle.id and circle.sequence == sequence
    if not is_true:
        return None
    [told] = await reading.seen(db, enrolment.person, [circle])
    at = reading.next_meeting(circle, context.now)
    others = [one.name for one in told.members if one.enrolment_id != enrolment.id]
    return context.deliver(emails.told(enrolment, circle, others, why, at))


async def free_for_enrolment(context: JobContext, enrolment_id: str) -> None:
    """Enqueued when a researcher's seat in the cohort is given back."""
    await service.free_for_enrolment(context.db, UUID(enrolment_id), now=context.now)
