"""Working out the dates of a cohort, applying them, and the mail about them."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.jobs.context import Delivery, JobContext, Outside
from cohort.schedules import emails, whole_cohort
from cohort.schedules.computing import date_each
from cohort.schedules.dating import MovedDate, PlanFacts
from cohort.schedules.models import Redating, RedatingState

AT_ONCE = 50
"""Plans that a process is given to work out."""

Found = list[tuple[Sequence[MovedDate], int]]


async def plan_cohort(
    context: JobContext, cohort_redating_id: str
) -> Outside[list[tuple[PlanFacts, tuple[Sequence[MovedDate], int]]]] | None:
    """Read every plan, work each different one out once in processes of its own, and keep it."""
    redating_id, now = UUID(cohort_redating_id), context.now
    plans = await whole_cohort.begin(context.db, redating_id)
    if plans is None:
        return None
    different = list(dict.fromkeys(plan.facts for plan in plans))
    parts = [different[start : start + AT_ONCE] for start in range(0, len(different), AT_ONCE)]
    done = [0.0] * len(parts)

    async def part_of(number: int) -> Found:
        async def on_progress(step: str, share: float) -> None:
            done[number] = share * len(parts[number])
            await context.progress.write(redating_id, step, sum(done) / len(different))

        return await context.processes.call(date_each, parts[number], now, on_progress=on_progress)

    async def work() -> list[tuple[PlanFacts, tuple[Sequence[MovedDate], int]]]:
        found = await asyncio.gather(*(part_of(number) for number in range(len(parts))))
        return list(zip(different, (one for part in found for one in part), strict=True))

    async def store(
        later: JobContext, found: list[tuple[PlanFacts, tuple[Sequence[MovedDate], int]]]
    ) -> None:
        await whole_cohort.store(later.db, redating_id, plans, dict(found))

    return Outside(work, store)


async def give_up(context: JobContext, cohort_redating_id: str) -> None:
    await whole_cohort.give_up(context.db, UUID(cohort_redating_id))


async def apply_some(context: JobContext, redating_ids: list[str]) -> None:
    ids = [UUID(one) for one in redating_ids]
    await whole_cohort.apply_some(context.db, ids, now=context.now)


async def tell(context: JobContext, redating_id: str) -> Delivery:
    """Unless she has left meanwhile."""
    enrolment = joinedload(Redating.enrolment)
    with_people = (
        enrolment.joinedload(Enrolment.person),
        enrolment.joinedload(Enrolment.cohort),
        joinedload(Redating.by),
    )
    redating = await context.db.get_one(Redating, UUID(redating_id), options=with_people)
    if redating.enrolment.state is not EnrolmentState.ACTIVE:
        return None
    if redating.state is not RedatingState.APPLIED or redating.enrolment.person.is_placeholder:
        return None
    return context.deliver(emails.told(redating))
