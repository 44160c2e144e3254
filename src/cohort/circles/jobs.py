"""Forming the circles of a preview, mail about circles, and whoever leaves the cohort."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.circles import emails, events, gathering, previews, reading, service, telling
from cohort.circles.models import Circle, CircleMember
from cohort.circles.planning import find_circles
from cohort.circles.schemas import CircleRules, CirclesFound
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.jobs.context import Delivery, JobContext, Outside
from cohort.jobs.progress import JobProgress


async def form(context: JobContext, preview_id: str) -> Outside[CirclesFound] | None:
    """Read everybody, find the circles in a process of its own, store what it found."""
    shown = await previews.begin(context.db, UUID(preview_id))
    if shown is None:
        return None
    its_id, cohort_id = shown.id, shown.cohort_id
    rules = CircleRules.model_validate(shown.asked)
    pool, basis = await gathering.gather(context.db, shown.cohort, now=context.now)

    async def on_progress(step: str, share: float) -> None:
        await context.progress.write(its_id, step, share)
        told = JobProgress(step, share)
        kind, ids = events.PREVIEW_PROGRESS, {"preview_id": its_id}
        await context.progress.tell(cohort_id, kind, ids, told)

    async def work() -> CirclesFound:
        return await context.processes.call(find_circles, pool, rules, on_progress=on_progress)

    async def store(later: JobContext, found: CirclesFound) -> None:
        await previews.store(later.db, its_id, found, basis, now=later.now)

    return Outside(work, store)


async def give_up(context: JobContext, preview_id: str) -> None:
    await previews.give_up(context.db, UUID(preview_id), now=context.now)


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
