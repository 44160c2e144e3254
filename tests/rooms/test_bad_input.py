"""What the people of a cohort get wrong, or somebody gets wrong for them: one outcome each.

Files, archives, scripts, rubrics and guides that are wrong have their tests beside what they are
about: test_evidence_files, test_study_pages, test_reviews, test_extensions, test_curricula.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.study.models import PlanItem
from tests.conftest import MONDAY
from tests.rooms.study_cast import Cast, the_cast

LAST_WINTER_SUNDAY = datetime(2026, 3, 22, 22, 59, tzinfo=UTC)
"""A minute before midnight in Berlin, a week before the clocks go forward there."""


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


async def test_the_last_second_of_the_deadline_is_in_time_where_it_is_another_day(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    """The date is the cohort's in Berlin; Ada is in Auckland, where it is long the next morning."""
    cast.enrolment.time_zone = "Pacific/Auckland"
    db.add(cast.enrolment)
    its = await db.get_one(PlanItem, cast.first)
    due_at = its.due_at = MONDAY.replace(second=0, microsecond=0)
    await db.commit()
    item, page = f"/api/v1/plan_items/{cast.first}", f"/plan/{cast.enrolment.id}/{cast.first}"

    clock.now = due_at + timedelta(seconds=59, microseconds=999_999)
    assert (await cast.ada.get(item)).json()["is_late"] is False
    assert (await cast.hand_in()).status_code == 201
    assert "Handed in after its date" not in (await cast.ada.get(page)).text

    clock.now += timedelta(microseconds=1)
    assert (await cast.hand_in({"text": "A second later."})).status_code == 201
    assert (await cast.ada.get(page)).text.count("Handed in after its date") == 1


async def test_a_new_date_on_the_other_side_of_a_clock_change_keeps_the_hour(
    cast: Cast, db: AsyncSession
) -> None:
    its = await db.get_one(PlanItem, cast.first)
    its.due_at = LAST_WINTER_SUNDAY
    await db.commit()
    asked = {"until": "2026-03-29", "reason": "Our paper is due."}
    one = (await cast.ada.post(f"/api/v1/plan_items/{cast.first}/extensions", json=asked)).json()
    granted = await cast.olga.post(f"/api/v1/extensions/{one['id']}/grant", json={})
    assert granted.json()["due_after"] == "2026-03-29T21:59:00Z"
    page = (await cast.ada.get(f"/plan/{cast.enrolment.id}/{cast.first}")).text
    assert "Sun 29 Mar 2026, 23:59" in page


async def test_a_name_of_ten_thousand_characters_is_refused_at_its_field(cast: Cast) -> None:
    long = "n" * 10_000
    cohort = await cast.olga.get(f"/api/v1/cohorts/{cast.cohort.id}")
    seen = {"if-match": cohort.headers["etag"]}
    renamed = await cast.olga.http.patch(
        f"/api/v1/cohorts/{cast.cohort.id}", json={"name": long}, headers=seen
    )
    about_her = {"name": long, "token": "k3v9-0f7Qx2nBzL5tYwR8aMc", "password": "quiet otters read"}
    joined = await cast.sam.post("/api/v1/verifications", json=about_her)
    for answer in (renamed, joined):
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["errors"]] == ["name"]
        assert long not in answer.text
