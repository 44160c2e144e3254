"""The figures of a cohort and its failed work: Olga organises, Rita studies, Mona mentors."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Milestone
from cohort.jobs import outbox
from cohort.jobs.outbox import JobState
from cohort.mentors.models import MentorState
from cohort.people.models import Act
from cohort.study.models import ItemState, PlanItem
from tests import world
from tests.conftest import Cast, Platform, Someone, TurnableClock
from tests.rooms.dashboard_world import a_spring, failed_in

RunJobs = Callable[[], Awaitable[None]]


async def test_the_figures_add_up(enter: Cast, db: AsyncSession, clock: TurnableClock) -> None:
    olga, rita, paula, wanda = [await enter(name) for name in ("Olga", "Rita", "Paula", "Wanda")]
    mona, petra = await enter("Mona"), await enter("Petra")
    cohort = await a_spring(db, olga, clock)
    matched = await world.enrolled(db, cohort, rita.person, now=clock.now)
    proposed = await world.enrolled(db, cohort, paula.person, now=clock.now)
    await world.enrolled(db, cohort, wanda.person, now=clock.now)
    mentor = await world.mentoring(db, cohort, mona.person, now=clock.now, capacity=3, taken=1)
    await world.mentoring(db, cohort, petra.person, now=clock.now, state=MentorState.PENDING)
    await world.mentored(db, matched, mentor, now=clock.now)
    await world.proposed(db, proposed, mentor, now=clock.now)
    await db.commit()
    await failed_in(db, cohort.id, clock)

    figures = (await olga.get(f"/api/v1/cohorts/{cohort.id}/overview")).json()

    assert figures == {
        "cohort_id": str(cohort.id),
        "seats": 30,
        "researchers": 3,
        "matched": 1,
        "proposed": 1,
        "waiting": 1,
        "mentors": 1,
        "mentors_pending": 1,
        "applications_waiting": 0,
        "places": 3,
        "places_free": 2,
        "reviews_waiting": 0,
        "rounds_unpublished": 0,
        "failed_work": 1,
        "latest_round": None,
    }


async def test_an_empty_cohort_is_all_zeros(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    figures = (await olga.get(f"/api/v1/cohorts/{cohort.id}/overview")).json()
    counted = {
        name: n for name, n in figures.items() if name not in {"cohort_id", "seats", "latest_round"}
    }
    assert set(counted.values()) == {0}


async def test_only_organisers_of_the_cohort_read_its_figures(
    enter: Cast, anyone: AsyncClient, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita, other = await enter("Olga"), await enter("Rita"), await enter("Other")
    cohort = await a_spring(db, olga, clock)
    await world.enrolled(db, cohort, rita.person, now=clock.now)
    guide = await world.a_guide(db, now=clock.now, slug="other")
    await world.a_cohort(db, guide, other.person, now=clock.now, slug="other")
    draft = await world.a_cohort(
        db, guide, olga.person, now=clock.now, slug="draft", state="draft", running_since=None
    )
    await db.commit()
    address = f"/api/v1/cohorts/{cohort.id}/overview"

    assert (await anyone.get(address)).status_code == 401
    assert (await rita.get(address)).status_code == 403
    assert (await other.get(address)).status_code == 403
    assert (await other.get(f"/api/v1/cohorts/{draft.id}/overview")).status_code == 404
    assert (await olga.get(f"/api/v1/cohorts/{uuid4()}/overview")).status_code == 404
    assert (await (await enter("Root", admin=True)).get(address)).status_code == 200


async def test_failed_work_is_seen_by_those_who_run_the_cohort(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, other, root = await enter("Olga"), await enter("Other"), await enter("Root", admin=True)
    cohort = await a_spring(db, olga, clock)
    hers = await failed_in(db, cohort.id, clock)
    nobodys = await failed_in(db, None, clock)

    async def seen_by(one: Someone) -> set[str]:
        return {item["id"] for item in (await one.get("/api/v1/jobs")).json()["items"]}

    assert await seen_by(olga) == {str(hers.id)}
    assert await seen_by(other) == set()
    assert await seen_by(root) == {str(hers.id), str(nobodys.id)}
    assert (await olga.get("/api/v1/jobs?state=succeeded")).json()["items"] == []
    assert (await olga.get("/api/v1/jobs?state=lost")).status_code == 422


async def test_a_stranger_cannot_retry_and_cannot_learn_that_it_is_there(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, other = await enter("Olga"), await enter("Other")
    cohort = await a_spring(db, olga, clock)
    job = await failed_in(db, cohort.id, clock)

    answer = await other.post(f"/api/v1/jobs/{job.id}/retry")

    assert answer.status_code == 404
    assert (await other.post(f"/api/v1/jobs/{uuid4()}/retry")).status_code == 404
    await db.refresh(job)
    assert job.state == JobState.DEAD


async def test_work_that_failed_eight_times_is_shown_and_a_retry_does_it(
    enter: Cast,
    db: AsyncSession,
    clock: TurnableClock,
    platform: Platform,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The job breaks for real, through the worker; then what broke it is mended."""
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    broken, done = True, []

    async def fragile(_work: Any, thing: str) -> None:
        if broken:
            raise ConnectionError
        done.append(thing)

    monkeypatch.setattr(platform.runner, "jobs", {"test.fragile": fragile})
    await outbox.enqueue(db, "test.fragile", now=clock.now, cohort_id=cohort.id, thing="one")
    await db.commit()
    for _ in range(outbox.ATTEMPTS):
        await run_jobs()
        clock.turn(hours=1)

    [failed] = (await olga.get("/api/v1/jobs")).json()["items"]
    assert (failed["attempts"], failed["last_error"]) == (8, "ConnectionError")
    broken = False
    retried = await olga.post(f"/api/v1/jobs/{failed['id']}/retry")
    await run_jobs()

    assert (retried.status_code, retried.json()["state"]) == (200, "pending")
    assert done == ["one"]
    assert (await olga.get("/api/v1/jobs")).json()["items"] == []
    again = await olga.post(f"/api/v1/jobs/{failed['id']}/retry")
    assert (again.status_code, done) == (409, ["one"])
    assert await db.scalar(select(func.count()).where(Act.verb == "job.retry")) == 1


async def test_a_key_needs_the_dashboards_scope(
    enter: Cast, platform: Platform, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)

    async def status_with(scope: str) -> int:
        made = await olga.post("/api/v1/api_keys", json={"name": scope, "scopes": [scope]})
        async with platform.client(made.json()["secret"]) as script:
            answer = await script.get(f"/api/v1/cohorts/{cohort.id}/overview")
            return answer.status_code

    assert await status_with("dashboard:read") == 200
    assert await status_with("cohorts:read") == 403


async def test_reviews_of_those_who_left_are_not_counted(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita, gone = await enter("Olga"), await enter("Rita"), await enter("Gone")
    cohort = await a_spring(db, olga, clock)
    milestone = await db.scalar(select(Milestone.id).where(Milestone.guide_id == cohort.guide_id))
    for person, state in ((rita.person, "active"), (gone.person, "withdrawn")):
        enrolment = await world.enrolled(db, cohort, person, now=clock.now, state=state)
        db.add(
            PlanItem(
                id=uuid4(),
                enrolment_id=enrolment.id,
                milestone_id=milestone,
                position=0,
                due_at=clock.now,
                state=ItemState.SUBMITTED,
            )
        )
    await db.commit()

    figures = (await olga.get(f"/api/v1/cohorts/{cohort.id}/overview")).json()

    assert (figures["researchers"], figures["reviews_waiting"]) == (1, 1)
