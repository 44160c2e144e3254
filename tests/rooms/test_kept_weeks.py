"""Beside her own cohort, Olga sees the others of its guide as they were counted last."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState
from cohort.figures.jobs import KEEPS_AT, keep_weeks
from cohort.figures.models import KeptWeeks
from cohort.guides.models import Guide
from cohort.study.models import ItemState
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.figures_world import figure, join_all
from tests.rooms.study_cast import Cast as StudyCast
from tests.rooms.study_cast import the_cast
from tests.world import a_cohort

DONE = {"state": ItemState.PASSED, "passed_at": MONDAY, "handed_in_at": MONDAY}


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    return await the_cast(db, enter, now=MONDAY)


@pytest.fixture
async def autumn(db: AsyncSession, cast: StudyCast) -> Cohort:
    """Of the same guide; two people of it have passed everything."""
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    named = {"slug": "autumn", "name": "Autumn"}
    cohort = await a_cohort(db, guide, cast.olga.person, now=MONDAY, **named)
    await join_all(db, replace(cast, cohort=cohort), 2, **DONE)
    return cohort


async def the_hour_comes(platform: Platform, **by: float) -> None:
    platform.clock.turn(**by)
    platform.clock.now = platform.clock.now.replace(minute=KEEPS_AT)
    await keep_weeks(platform.runner.cron)


async def beside(cast: StudyCast) -> tuple[Any, Any]:
    mine, other = (await figure(cast, "cohorts"))["cohorts"]
    return mine, other


async def test_another_cohort_is_told_as_of_the_last_count_and_ones_own_as_of_now(
    cast: StudyCast, autumn: Cohort, db: AsyncSession, platform: Platform
) -> None:
    _, never_counted = await beside(cast)
    assert never_counted["counted_at"] == "2026-03-02T09:00:00Z"
    assert [never_counted["weeks"][0][name] for name in ("people", "items", "passed")] == [2, 6, 6]
    page = f"/cohorts/{cast.cohort.slug}/figures/cohorts"
    assert "counted once a day" not in (await cast.olga.get(page)).text

    await the_hour_comes(platform)
    await join_all(db, replace(cast, cohort=autumn), 1)
    await join_all(db, cast, 1)
    platform.clock.turn(minutes=30)
    mine, kept = await beside(cast)
    assert (mine["counted_at"], mine["weeks"][0]["people"]) == ("2026-03-02T10:11:00Z", 2)
    assert kept == never_counted | {"counted_at": "2026-03-02T09:41:00Z"}
    told = (await cast.olga.get(page)).text
    assert "they are as of Mon 2 Mar 2026, 10:41 (Berlin, UTC+1) or later." in told
    assert told.count("<polyline") == 2


async def test_a_count_is_good_for_a_day_and_hers_alone_stands_beside_another(
    cast: StudyCast, autumn: Cohort, db: AsyncSession, platform: Platform
) -> None:
    await the_hour_comes(platform)
    await join_all(db, replace(cast, cohort=autumn), 1)
    await the_hour_comes(platform, hours=22)
    assert (await beside(cast))[1]["weeks"][0]["people"] == 2
    await the_hour_comes(platform, hours=2)
    assert (await beside(cast))[1]["weeks"][0]["people"] == 3

    # It has moved to other days since: what was counted has the days that it was counted for.
    moved = {"starts_on": autumn.starts_on.replace(day=9)}
    await db.execute(update(Cohort).where(Cohort.id == autumn.id).values(moved))
    await db.commit()
    assert (await cast.olga.get(f"/cohorts/{cast.cohort.slug}/figures/cohorts")).status_code == 200


async def test_several_workers_count_once_and_only_what_stands_beside_another(
    cast: StudyCast, autumn: Cohort, db: AsyncSession, platform: Platform
) -> None:
    other_guide = Guide(slug="other", title="Other", imported_at=MONDAY, version=1)
    same = ("description", "author", "published_on", "tags")
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    for name in same:
        setattr(other_guide, name, getattr(guide, name))
    db.add(other_guide)
    await db.flush()
    await a_cohort(db, other_guide, now=MONDAY, slug="lonely", name="Lonely")
    await a_cohort(db, guide, now=MONDAY, slug="draft", name="Draft", state=CohortState.DRAFT)
    await db.commit()
    platform.clock.now = MONDAY.replace(minute=KEEPS_AT)
    await asyncio.gather(*(keep_weeks(platform.runner.cron) for _ in range(4)))
    rows = (await db.execute(select(KeptWeeks.cohort_id, KeptWeeks.weeks))).all()
    assert {row.cohort_id for row in rows} == {cast.cohort.id, autumn.id}
    assert all(row.weeks for row in rows)


async def test_many_cohorts_beside_take_as_many_statements_as_one(
    cast: StudyCast,
    autumn: Cohort,
    db: AsyncSession,
    platform: Platform,
    count_statements: Callable[[], Any],
) -> None:
    async def statements() -> int:
        async with count_statements() as seen:
            await figure(cast, "cohorts")
        return len(seen)

    await the_hour_comes(platform)
    with_one = await statements()
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    for place in range(6):
        await a_cohort(db, guide, cast.olga.person, now=MONDAY, slug=f"c-{place}")
    await db.commit()
    assert await statements() == with_one
    assert len((await figure(cast, "cohorts"))["cohorts"]) == 6
