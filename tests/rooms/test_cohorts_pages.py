"""Cohorts in a browser without JavaScript: Ada joins, Olga runs."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.guides.models import Guide
from tests.rooms.cohort_world import PROFILE_FORM, ticked
from tests.world import a_cohort, a_guide, enrolled

DRAFT = {
    "slug": "autumn",
    "name": "Autumn",
    "description": "",
    "starts_on": "2027-09-01",
    "ends_on": "2027-12-01",
    "time_zone": "Europe/Berlin",
    "seats": "12",
    "matching_day": "2",
    "matching_time": "18:30",
}


@pytest.fixture
async def guide(db: AsyncSession, clock: Any) -> Guide:
    guide = await a_guide(db, now=clock())
    await db.commit()
    return guide


@pytest.fixture
async def spring(db: AsyncSession, guide: Guide, clock: Any) -> Cohort:
    cohort = await a_cohort(db, guide, now=clock(), seats=2)
    await db.commit()
    return cohort


async def test_ada_joins_and_comes_back_to_what_she_wrote(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    assert "Take my seat" in (await ada.get("/cohorts/spring/enrol")).text

    joined = await ada.post("/cohorts/spring/enrol", data=PROFILE_FORM)

    hers = (await db.scalars(select(Enrolment))).one()
    assert (joined.status_code, joined.headers["location"]) == (303, f"/plan/{hers.id}")
    assert hers.role_goals == ["applied-scientist", "ml-engineer"]
    assert hers.organisations == ["University of Somewhere", "Institute of Elsewhere"]
    assert hers.weekly_hours == [{"day": "tuesday", "start": "17:00", "end": "23:00"}]
    again = (await ada.get("/cohorts/spring/enrol")).text
    assert 'value="Nairobi, Kenya (UTC+3)"' in again
    assert ticked(again) == {
        *("postdoc", "nlp", "speech", "start-up", "en", "de"),
        *("applied-scientist", "ml-engineer", "tuesday 17-20", "tuesday 20-23"),
    }
    assert "Small languages &amp; &lt;big&gt; models" in again


async def test_an_error_is_at_its_field_and_nothing_typed_is_lost(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    wrong = PROFILE_FORM | {"domains": [], "about": "x" * 2001, "role_goal_1": "wizard"}

    refused = await ada.post("/cohorts/spring/enrol", data=wrong)

    assert refused.status_code == 422
    assert 'id="field-domains-error"' in refused.text
    assert 'id="field-about-error"' in refused.text
    assert refused.text.index('href="#field-about"') < refused.text.index('href="#field-domains"')
    assert {"postdoc", "tuesday 17-20", "start-up"} <= ticked(refused.text)
    assert "Nairobi, Kenya" in refused.text
    assert "Institute of Elsewhere" in refused.text
    unknown = await ada.post(
        "/cohorts/spring/enrol", data=PROFILE_FORM | {"domains": ["astrology"]}
    )
    assert "“astrology” is not one of the domains" in unknown.text
    off_grid = PROFILE_FORM | {"weekly_hours": ["someday 00-99"]}
    assert (await ada.post("/cohorts/spring/enrol", data=off_grid)).status_code == 422
    assert await db.scalar(select(Enrolment.id)) is None


async def test_hours_finer_than_the_grid_survive_a_change_of_something_else(
    enter: Any, spring: Cohort, db: AsyncSession, clock: Any
) -> None:
    ada = await enter("Ada")
    fine = [
        {"day": "monday", "start": "20:15", "end": "22:00"},
        {"day": "tuesday", "start": "17:00", "end": "20:00"},
    ]
    hers = await enrolled(db, spring, ada.person, now=clock(), weekly_hours=fine, languages=["gn"])
    await db.commit()
    page = (await ada.get("/cohorts/spring/enrol")).text
    assert "Mon 20:15–22:00" in page
    assert "Guarani" in page

    form = PROFILE_FORM | {"version": "1", "weekly_hours": ["tuesday 17-20"]}
    kept = await ada.post("/cohorts/spring/enrol", data=form)

    assert kept.headers["location"] == "/cohorts/spring/enrol"
    await db.refresh(hers)
    assert (hers.weekly_hours, hers.stage) == (fine, "postdoc")
    late = await ada.post("/cohorts/spring/enrol", data=form)
    assert late.status_code == 422
    assert "is not kept yet: send it again" in late.text


async def test_full_and_ended_are_said_kindly_and_a_draft_is_hidden(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    spring.taken = 2
    await db.commit()
    full = (await ada.get("/cohorts/spring/enrol")).text
    assert "Every seat is taken" in full
    assert "Take my seat" not in full
    refused = await ada.post("/cohorts/spring/enrol", data=PROFILE_FORM)
    assert refused.status_code == 422
    assert "Every seat is taken. Look again later" in refused.text
    assert "Institute of Elsewhere" in refused.text, "what she typed is kept for the next try"
    spring.state = CohortState.COMPLETED
    await db.commit()
    assert "It ended on Sun 21 Jun 2026" in (await ada.get("/cohorts/spring/enrol")).text
    spring.state = CohortState.DRAFT
    await db.commit()
    assert (await ada.get("/cohorts/spring/enrol")).status_code == 404


async def test_ada_leaves_and_comes_back(enter: Any, spring: Cohort, db: AsyncSession) -> None:
    ada, eve = await enter("Ada"), await enter("Eve")
    await ada.post("/cohorts/spring/enrol", data=PROFILE_FORM)

    left = await ada.post("/cohorts/spring/withdrawal")

    hers = (await db.scalars(select(Enrolment))).one()
    assert (left.status_code, hers.state) == (303, EnrolmentState.WITHDRAWN)
    page = (await ada.get("/cohorts/spring/enrol")).text
    assert "Take my seat" in page
    assert "Institute of Elsewhere" in page
    await ada.post("/cohorts/spring/enrol", data=PROFILE_FORM)
    await db.refresh(hers)
    assert hers.state == EnrolmentState.ACTIVE
    assert (await eve.post("/cohorts/spring/withdrawal")).status_code == 403


async def test_olga_makes_a_draft_changes_it_and_takes_it_through_its_life(
    enter: Any, guide: Guide, db: AsyncSession
) -> None:
    olga = await enter("Olga", admin=True)
    form = DRAFT | {"guide_id": str(guide.id)}
    empty = (await olga.post("/cohorts/new", data=dict.fromkeys(form, ""))).text
    assert "Guide: This is needed." in empty
    assert "First day: This is needed." in empty
    assert "Seats: This is needed." in empty
    no_seats = await olga.post("/cohorts/new", data=form | {"seats": "0"})
    assert "Seats: This must be at least 1." in no_seats.text
    wrong = await olga.post("/cohorts/new", data=form | {"ends_on": "2027-08-01", "name": "Mine"})
    assert (wrong.status_code, "Mine" in wrong.text) == (422, True)
    assert 'id="field-ends_on-error"' in wrong.text

    made = await olga.post("/cohorts/new", data=form)

    assert made.headers["location"] == "/cohorts/autumn/settings"
    assert "Another cohort has this" in (await olga.post("/cohorts/new", data=form)).text
    reserved = await olga.post("/cohorts/new", data=form | {"slug": "new"})
    assert "address of a page of ours" in reserved.text
    shown = (await olga.get("/cohorts/autumn/settings")).text
    assert "2" in ticked(shown)
    assert 'value="Berlin, Germany (UTC+1)"' in shown
    assert 'value="18:30"' in shown
    change = {k: v for k, v in DRAFT.items() if k != "slug"} | {"seats": "20", "version": "1"}
    await olga.post("/cohorts/autumn/settings", data=change)
    late = await olga.post("/cohorts/autumn/settings", data=change | {"name": "Lost?"})
    assert (late.status_code, "Lost?" in late.text) == (422, True)
    for to in ("open", "running", "completed", "archived"):
        assert f'value="{to}"' in (await olga.get("/cohorts/autumn/settings")).text
        assert (await olga.post("/cohorts/autumn/moves", data={"to": to})).status_code == 303
    assert "This was the last step" in (await olga.get("/cohorts/autumn/settings")).text
    back = await olga.post("/cohorts/autumn/moves", data={"to": "open"})
    assert (back.status_code, "It stays archived" in back.text) == (422, True)
    cohort = (await db.scalars(select(Cohort))).one()
    assert (cohort.seats, cohort.state) == (20, CohortState.ARCHIVED)


async def test_a_name_and_two_days_are_enough_for_a_new_cohort(
    enter: Any, guide: Guide, db: AsyncSession
) -> None:
    olga = await enter("Olga", admin=True)
    assert 'value="UTC' in (await olga.get("/cohorts/new")).text
    await olga.post("/cohorts/new", data=DRAFT | {"guide_id": str(guide.id)})
    shown = (await olga.get("/cohorts/new")).text
    assert 'value="Berlin, Germany (UTC+1)"' in shown
    assert f'value="{guide.id}" selected' in shown

    preset = {"guide_id": str(guide.id), "time_zone": "Berlin", "seats": "30", "slug": ""}
    typed = preset | {"name": "Autumn", "starts_on": "2027-09-01", "ends_on": "2027-12-01"}
    for name, slug in (("Autumn", "autumn-2"), ("Herbst über alles!", "herbst-uber-alles")):
        made = await olga.post("/cohorts/new", data=typed | {"name": name})
        assert made.headers["location"] == f"/cohorts/{slug}/settings"
    for name, slug in (("New", "new-2"), ("Весна", "cohort")):
        made = await olga.post("/cohorts/new", data=typed | {"name": name})
        assert made.headers["location"] == f"/cohorts/{slug}/settings"


async def test_settings_are_for_organisers(enter: Any, spring: Cohort) -> None:
    ada = await enter("Ada")
    assert (await ada.get("/cohorts/spring/settings")).status_code == 403
    assert (await ada.post("/cohorts/spring/moves", data={"to": "completed"})).status_code == 403
    assert (await ada.get("/cohorts/new")).status_code == 403


async def test_the_list_leads_to_what_can_be_joined(
    enter: Any, anyone: Any, spring: Cohort, db: AsyncSession, guide: Guide, clock: Any
) -> None:
    ada = await enter("Ada")
    await a_cohort(db, guide, now=clock(), slug="secret", state=CohortState.DRAFT)
    await db.commit()

    listed = (await ada.get("/cohorts")).text

    assert 'href="/cohorts/spring/enrol"' in listed
    assert "secret" not in listed
    assert "/cohorts/new" not in listed
    assert (await anyone.get("/cohorts")).headers["location"].startswith("/login")
    await ada.post("/cohorts/spring/enrol", data=PROFILE_FORM)
    assert "Your profile" in (await ada.get("/cohorts")).text
    first = (await ada.get("/cohorts?limit=1")).text
    assert "Back to the start" not in first


async def test_a_guide_is_read_with_its_milestones(enter: Any, guide: Guide) -> None:
    ada = await enter("Ada")

    page = (await ada.get("/guides/pmle")).text

    assert '<h2 id="bridging">Bridging</h2>' in page
    assert page.index("Drift Monitor") < page.index("Preparation</h2>")
    assert "After: End To End" in page
    assert (await ada.get("/guides/none")).status_code == 404
    second = (await ada.get("/guides/pmle?limit=1")).text
    assert 'id="preparation"' not in second
    assert "cursor=" in second
