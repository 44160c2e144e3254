"""Plans are laid out once, keep their dates, and say what is missing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.guides.importing import import_milestones
from cohort.guides.models import Guide, Milestone
from cohort.jobs.outbox import enqueue
from cohort.study import service
from cohort.study.models import ItemState, PlanItem
from tests.world import a_cohort, a_guide, enrolled

RunJobs = Callable[[], Awaitable[None]]


async def a_plan(
    db: AsyncSession, enter: Any, name: str, *, now: datetime, cohort: Cohort | None = None
) -> Enrolment:
    if cohort is None:
        cohort = await a_cohort(db, await a_guide(db, now=now), now=now)
    enrolment = await enrolled(db, cohort, (await enter(name)).person, now=now)
    await service.lay_out(db, enrolment.id, now=now)
    await db.commit()
    return enrolment


async def dates_of(db: AsyncSession, enrolment_id: UUID) -> dict[str, datetime]:
    rows = select(Milestone.slug, PlanItem.due_at).join(PlanItem.milestone)
    found = await db.execute(rows.where(PlanItem.enrolment_id == enrolment_id))
    return {row.slug: row.due_at for row in found}


async def test_an_enqueued_plan_is_laid_out_and_a_second_run_changes_nothing(
    enter: Any, db: AsyncSession, clock: Any, run_jobs: RunJobs
) -> None:
    cohort = await a_cohort(db, await a_guide(db, now=clock()), now=clock())
    enrolment = await enrolled(db, cohort, (await enter("Ada")).person, now=clock())
    await enqueue(db, "study.lay_out_plan", now=clock(), enrolment_id=enrolment.id)
    await db.commit()
    await run_jobs()
    first = await dates_of(db, enrolment.id)
    clock.turn(weeks=5)

    await service.lay_out(db, enrolment.id, now=clock())

    assert first == {
        "end-to-end": datetime(2026, 4, 26, 21, 59, tzinfo=UTC),
        "drift-monitor": datetime(2026, 5, 24, 21, 59, tzinfo=UTC),
        "mock-exam": datetime(2026, 6, 21, 21, 59, tzinfo=UTC),
    }
    assert await dates_of(db, enrolment.id) == first


async def test_due_dates_stay_at_the_end_of_sunday_when_the_clocks_change(
    enter: Any, db: AsyncSession, clock: Any
) -> None:
    """Berlin's clocks go forward on Sunday 29 March 2026."""
    guide = await a_guide(db, now=clock())
    dates = {"starts_on": date(2026, 3, 16), "ends_on": date(2026, 4, 12)}
    cohort = await a_cohort(db, guide, now=clock(), **dates)

    enrolment = await a_plan(db, enter, "Ada", now=clock(), cohort=cohort)

    found = await dates_of(db, enrolment.id)
    assert found["end-to-end"] == datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    assert found["mock-exam"] == datetime(2026, 4, 12, 21, 59, tzinfo=UTC)


async def test_two_workers_lay_out_one_plan(
    enter: Any, db: AsyncSession, clock: Any, platform: Any
) -> None:
    cohort = await a_cohort(db, await a_guide(db, now=clock()), now=clock())
    enrolment = await enrolled(db, cohort, (await enter("Ada")).person, now=clock())
    await db.commit()

    async def worker() -> None:
        async with unit_of_work(platform.sessions) as own:
            await service.lay_out(own, enrolment.id, now=clock())

    await asyncio.gather(worker(), worker(), worker())

    items = await db.scalars(select(PlanItem.milestone_id))
    assert len(items.all()) == 3


NEW_MILESTONE = """
[[milestone]]
slug = "portfolio"
section = "bridging"
title = "Portfolio"
task = "Write one page about each piece of work."
evidence = "A link to the pages."
hours = 5
skills = ["serving"]
"""


async def test_a_milestone_that_is_new_in_the_guide_joins_the_plan_and_is_not_overdue(
    enter: Any, db: AsyncSession, clock: Any, run_jobs: RunJobs
) -> None:
    enrolment = await a_plan(db, enter, "Ada", now=clock())
    before = await dates_of(db, enrolment.id)
    guide = (await db.scalars(select(Guide))).one()
    clock.turn(weeks=8)

    await import_milestones(db, guide, NEW_MILESTONE, now=clock())
    await db.commit()
    await run_jobs()

    after = await dates_of(db, enrolment.id)
    assert {slug: after[slug] for slug in before} == before
    assert after["portfolio"] > clock()


async def test_an_empty_guide_gives_an_empty_plan_and_no_gaps(
    enter: Any, db: AsyncSession, clock: Any
) -> None:
    guide = Guide(
        id=uuid4(),
        slug="empty",
        title="Nothing yet",
        description="",
        author="",
        published_on=None,
        tags=[],
        imported_at=clock(),
    )
    db.add(guide)
    await db.flush()
    cohort = await a_cohort(db, guide, now=clock())

    enrolment = await a_plan(db, enter, "Ada", now=clock(), cohort=cohort)

    assert await dates_of(db, enrolment.id) == {}
    assert await service.gaps_in(db, cohort.id, now=clock()) == {}


async def test_who_has_left_gets_no_plan_and_has_no_gaps(
    enter: Any, db: AsyncSession, clock: Any
) -> None:
    enrolment = await a_plan(db, enter, "Ada", now=clock())
    enrolment.state = EnrolmentState.WITHDRAWN
    guide = await a_guide(db, now=clock(), slug="other")
    other = await a_cohort(db, guide, now=clock(), slug="other")
    gone = (await enter("Bea")).person
    left = await enrolled(db, other, gone, now=clock(), state=EnrolmentState.WITHDRAWN)

    await service.lay_out(db, left.id, now=clock())

    assert await dates_of(db, left.id) == {}
    assert await service.gaps_in(db, enrolment.cohort_id, now=clock()) == {}


async def test_passing_a_milestone_closes_its_gaps(
    enter: Any, db: AsyncSession, clock: Any
) -> None:
    enrolment = await a_plan(db, enter, "Ada", now=clock())
    first = await service.gaps_in(db, enrolment.cohort_id, now=clock())
    items = select(PlanItem).join(PlanItem.milestone).where(Milestone.slug == "end-to-end")
    item = (await db.scalars(items)).one()
    item.state = ItemState.PASSED
    await db.flush()

    then = await service.gaps_in(db, enrolment.cohort_id, now=clock())

    weeks = timedelta(weeks=4)
    assert first[enrolment.id]["pipelines"] == first[enrolment.id]["serving"] == 1
    assert first[enrolment.id]["exam-technique"] == 0.5 * 2 ** -(timedelta(weeks=8) / weeks)
    assert then[enrolment.id] == {"monitoring": 1, "exam-technique": 0.5}


async def test_the_gaps_of_a_cohort_are_two_statements_however_many_people(
    enter: Any, db: AsyncSession, clock: Any, count_statements: Any
) -> None:
    first = await a_plan(db, enter, "Ada", now=clock())
    cohort = await db.get_one(Cohort, first.cohort_id)
    for name in ("Bea", "Cleo"):
        await a_plan(db, enter, name, now=clock(), cohort=cohort)

    async with count_statements() as statements:
        gaps = await service.gaps_in(db, cohort.id, now=clock())

    assert len(gaps) == 3
    assert len(statements) == 2
