"""Opening a cohort of one's own, cloning one with new dates, deleting a draft."""

from datetime import date
from typing import Any

from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.cohorts.models import Cohort, CohortState, Organiser
from cohort.people.models import Act
from cohort.rules.models import RulesVersion
from tests.conftest import Cast, Platform, Someone
from tests.house.requests import COHORT, RULES

AUTUMN = {
    "slug": "autumn",
    "name": "Autumn",
    "starts_on": "2026-09-01",
    "ends_on": "2026-12-20",
}


async def test_a_clone_is_a_draft_with_the_same_settings_organisers_and_rules(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, run_jobs: Any, clock: Any
) -> None:
    otto = await enter("Otto")
    db.add(Organiser(cohort_id=summer.id, person_id=otto.person.id, since=clock()))
    await db.commit()
    rules = f"/api/v1/cohorts/{summer.id}/rules"
    assert (await olga.post(rules, json=RULES, headers={"If-Match": '"1"'})).status_code == 201

    made = await olga.post(f"/api/v1/cohorts/{summer.id}/clones", json=AUTUMN)
    again = await olga.post(f"/api/v1/cohorts/{summer.id}/clones", json=AUTUMN)
    await run_jobs()

    assert made.status_code == 201
    clone = made.json()
    assert {name: clone[name] for name in AUTUMN} == AUTUMN
    assert (clone["state"], clone["taken"], clone["seats"]) == ("draft", 0, 2)
    # Summer starts on 2 March, and people apply to it until ten days later.
    assert (clone["admission"], clone["apply_by"]) == ("application", "2026-09-11")
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    shown = (await otto.get(f"/api/v1/cohorts/{clone['id']}/organisers")).json()["items"]
    assert {one["person"]["name"] for one in shown} == {"Olga Example", "Otto Example"}
    copied = await db.scalar(select(RulesVersion).where(RulesVersion.cohort_id == clone["id"]))
    assert copied is not None
    assert copied.weights == RULES["weights"] | {"own": {}, "personal": 2.0}


async def test_a_clone_has_dates_that_can_be(olga: Someone, summer: Cohort) -> None:
    wrong = AUTUMN | {"ends_on": "2026-08-01"}
    refused = await olga.post(f"/api/v1/cohorts/{summer.id}/clones", json=wrong)
    assert refused.json()["errors"][0]["field"] == "ends_on"
    page = await olga.post("/cohorts/summer/clone", data=wrong)
    assert page.status_code == 422
    assert (await olga.post("/cohorts/summer/clone", data=AUTUMN)).status_code == 303
    assert "Clone Summer" in (await olga.get("/cohorts/summer/clone")).text


async def test_a_draft_is_deleted_and_nothing_else_is(
    olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    address = f"/api/v1/cohorts/{summer.id}"
    refused = await olga.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_draft")
    await db.execute(update(Cohort).values(state=CohortState.DRAFT))
    await db.commit()

    assert (await olga.delete(address)).status_code == 204
    assert (await olga.delete(address)).status_code == 404
    assert await db.scalar(select(func.count()).select_from(Cohort)) == 0
    assert "cohort.delete" in list(await db.scalars(select(Act.verb)))


async def test_a_draft_with_rules_of_its_own_stays_and_says_why(
    olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    await db.execute(update(Cohort).values(state=CohortState.DRAFT))
    await db.commit()
    rules = f"/api/v1/cohorts/{summer.id}/rules"
    assert (await olga.post(rules, json=RULES, headers={"If-Match": '"1"'})).status_code == 201
    page = await olga.post("/cohorts/summer/deletion")
    assert page.status_code == 422
    assert "so it stays" in page.text
    assert (await olga.get(f"/api/v1/cohorts/{summer.id}/organisers")).status_code == 200


async def test_anyone_opens_a_cohort_of_her_own_where_the_setting_allows_it(
    enter: Cast, olga: Someone, summer: Cohort, platform: Platform
) -> None:
    ada = await enter("Ada")
    form = COHORT | {"guide_id": str(summer.guide_id)}
    refused = await ada.post("/api/v1/cohorts", json=form)
    assert refused.status_code == 403
    assert "New cohort" not in (await ada.get("/cohorts")).text
    allowed = platform.settings.model_copy(update={"anyone_opens_cohorts": True})
    app = create_app(allowed, clock=platform.clock)
    transport = ASGITransport(app)
    async with (
        app.lifespan(),
        AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        client.headers["authorization"] = ada.http.headers["authorization"]
        assert "New cohort" in (await client.get("/cohorts")).text
        assert (await client.get("/cohorts/new")).status_code == 200
        made = await client.post("/api/v1/cohorts", json=form)
    assert made.status_code == 201
    assert made.json()["state"] == "draft"
    moved = await ada.post(f"/api/v1/cohorts/{made.json()['id']}/moves", json={"to": "open"})
    assert moved.status_code == 200
    assert date.fromisoformat(made.json()["starts_on"]) == date(2027, 9, 1)
