"""Olga gives the whole cohort other days, once she has seen what that does to the plans."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from cohort.study import service as study
from cohort.study.models import PlanItem
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.study_cast import Cast as StudyCast
from tests.rooms.study_cast import the_cast
from tests.world import enrolled

TWO_WEEKS = timedelta(weeks=2)


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    """Sam studies beside Ada."""
    cast = await the_cast(db, enter, now=MONDAY)
    sams = await enrolled(db, cast.cohort, cast.sam.person, now=MONDAY)
    await study.lay_out(db, sams.id, now=MONDAY)
    await db.commit()
    return cast


async def dates_of(platform: Platform, person: Any) -> Sequence[datetime]:
    """By date."""
    hers = select(PlanItem.due_at).join(PlanItem.enrolment).order_by(PlanItem.due_at)
    async with platform.sessions() as db:
        found = await db.scalars(hers.where(Enrolment.person_id == person.person.id))
        return found.all()


async def the_look(cast: StudyCast, platform: Platform, **asked: Any) -> Any:
    address = f"/api/v1/cohorts/{cast.cohort.id}/redatings"
    made = await cast.olga.post(address, json=asked)
    assert (made.status_code, made.json()["state"]) == (201, "planning"), made.text
    await platform.run_jobs()
    read = await cast.olga.get(f"/api/v1/cohort_redatings/{made.json()['id']}")
    assert read.json()["state"] == "planned"
    return read.json()


async def test_a_cohort_moves_by_two_weeks_after_a_look_at_every_plan(
    cast: StudyCast, platform: Platform
) -> None:
    handed_in = await cast.hand_in()
    assert handed_in.status_code == 201
    before = await dates_of(platform, cast.sam)
    address = f"/api/v1/cohorts/{cast.cohort.id}/redatings"
    first = (await cast.olga.post(address, json={"shift_weeks": 1})).json()
    look = await the_look(cast, platform, shift_weeks=2, note="The lab is closed.")
    assert (look["people"], look["proposed"], look["milestones"]) == (2, 2, 5)
    assert (look["starts_on"], look["ends_on"]) == ("2026-03-16", "2026-07-05")
    gone = await cast.olga.get(f"/api/v1/cohort_redatings/{first['id']}")
    assert gone.status_code == 404, "A new look replaces the one before."
    assert await dates_of(platform, cast.sam) == before, "A look changes nothing."
    here = f"/api/v1/cohort_redatings/{look['id']}"
    plans = {one["name"]: one for one in (await cast.olga.get(f"{here}/plans")).json()["items"]}
    assert [len(plans[name]["changes"]) for name in ("Ada Example", "Sam Example")] == [2, 3]

    for _ in "twice":
        applied = await cast.olga.post(f"{here}/application")
        assert applied.status_code == 200, applied.text
        await platform.run_jobs()
    done = (await cast.olga.get(here)).json()
    assert (done["state"], done["applied"], done["stale"], done["proposed"]) == ("applied", 2, 0, 0)
    assert await dates_of(platform, cast.sam) == [
        datetime(2026, 5, 10, 21, 59, tzinfo=UTC),
        datetime(2026, 6, 7, 21, 59, tzinfo=UTC),
        datetime(2026, 7, 5, 21, 59, tzinfo=UTC),
    ]
    assert (await dates_of(platform, cast.ada))[0] == before[0], "What was handed in stays."
    async with platform.sessions() as db:
        cohort = await db.get_one(Cohort, cast.cohort.id)
        assert (cohort.starts_on, cohort.ends_on) == (date(2026, 3, 16), date(2026, 7, 5))
        subject = MailboxMessage.subject.contains("new dates")
        told = list(await db.scalars(select(MailboxMessage).where(subject)))
        acts = set(await db.scalars(select(Act.verb).where(Act.actor_id == cast.olga.person.id)))
    assert sorted(one.to for one in told) == ["ada@example.org", "sam@example.org"]
    assert all("The lab is closed." in one.text for one in told)
    assert "cohort.redate" in acts


async def test_a_plan_that_changed_since_stays_and_an_old_look_is_refused(
    cast: StudyCast, platform: Platform
) -> None:
    page = "/cohorts/spring/redate"
    wrong = await cast.olga.post(page, data={"shift_weeks": "0", "ends_on": "2026-03-01"})
    assert (wrong.status_code, "field-ends_on-error" in wrong.text) == (422, True)
    asked = await cast.olga.post(page, data={"shift_weeks": "", "ends_on": "2026-05-31"})
    its_page = asked.headers["location"]
    assert "being worked out" in (await cast.olga.get(its_page)).text
    await platform.run_jobs()
    shown = (await cast.olga.get(its_page)).text
    assert "Apply these dates" in shown
    assert "Sam Example" in shown
    assert (await cast.ada.get(its_page)).status_code == 404

    await cast.hand_in()
    platform.clock.now += timedelta(hours=25)
    old = await cast.olga.post(its_page)
    assert (old.status_code, old.headers["location"]) == (303, page)
    platform.clock.now -= timedelta(hours=25)
    before = await dates_of(platform, cast.ada)
    taken = await cast.olga.post(its_page)
    assert (taken.status_code, taken.headers["location"]) == (303, its_page)
    await platform.run_jobs()
    assert "1 plan had changed since the look" in (await cast.olga.get(its_page)).text
    assert await dates_of(platform, cast.ada) == before
    assert (await dates_of(platform, cast.sam))[-1] == datetime(2026, 5, 31, 21, 59, tzinfo=UTC)
    history = (await cast.olga.get(page)).text
    assert "Applied" in history
