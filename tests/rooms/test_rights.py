"""Amy, an admin, lets Nora open cohorts, and later no more."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.people.models import Act
from tests.conftest import Cast
from tests.house.requests import COHORT

TEXT = "# Pipelines\n\n## Week 1\n\n- [ ] Build a pipeline that runs every night\n"


async def test_whom_an_admin_lets_brings_a_guide_in_and_opens_a_cohort_that_she_runs(
    enter: Cast, summer: Cohort, db: AsyncSession
) -> None:
    amy, nora = await enter("Amy", admin=True), await enter("Nora")
    form: dict[str, Any] = COHORT | {"guide_id": str(summer.guide_id)}
    rights = f"/api/v1/people/{nora.id}/rights"
    assert (await nora.put(rights, json={"opens_cohorts": True})).status_code == 403
    assert (await nora.post("/api/v1/cohorts", json=form)).status_code == 403
    assert "Open a cohort" not in (await nora.get("/")).text

    for _ in range(2):
        said = await amy.post(f"/people/{nora.id}/rights", data={"opens_cohorts": "true"})
        assert said.status_code == 303
    assert "Opens cohorts" in (await amy.get("/people?q=nora")).text
    assert "Open a cohort" in (await nora.get("/")).text
    brought = await nora.post("/curricula/new", data={"markdown": TEXT})
    assert brought.status_code == 303
    made = await nora.post("/api/v1/cohorts", json=form)
    assert made.status_code == 201

    refused = await amy.post(f"/people/{nora.id}/rights", data={"opens_cohorts": "perhaps"})
    assert refused.status_code == 422
    ended = await amy.put(rights, json={"opens_cohorts": False})
    assert ended.json()["opens_cohorts"] is False
    again = await nora.post("/api/v1/cohorts", json=form | {"slug": "another"})
    assert again.status_code == 403
    address = f"/api/v1/cohorts/{made.json()['id']}/moves"
    assert (await nora.post(address, json={"to": "open"})).status_code == 200
    about_nora = select(Act.verb).where(Act.subject_id == nora.person.id).order_by(Act.id)
    verbs = ["person.let_open_cohorts", "person.end_opening_cohorts"]
    assert list(await db.scalars(about_nora)) == verbs
