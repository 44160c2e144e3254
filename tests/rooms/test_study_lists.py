"""What awaits a review, how far everyone is, and that both stay cheap."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.study import service
from tests.rooms.study_cast import AGAIN, EVIDENCE, PASSED, Cast, make_due, the_cast
from tests.world import a_cohort, a_guide, enrolled


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


async def another_researcher(cast: Cast, db: AsyncSession, enter: Any, name: str) -> Any:
    """She has a plan, and has handed in its first item."""
    someone = await enter(name)
    now = cast.enrolment.created_at + timedelta(minutes=1)
    enrolment = await enrolled(db, cast.cohort, someone.person, now=now)
    await service.lay_out(db, enrolment.id, now=now)
    await db.commit()
    plan = (await someone.get(f"/api/v1/enrolments/{enrolment.id}/plan")).json()
    item = plan["items"][0]["id"]
    answer = await someone.post(f"/api/v1/plan_items/{item}/submissions", json=EVIDENCE)
    assert answer.status_code == 201
    return someone


async def test_the_queue_holds_what_awaits_the_asker(
    cast: Cast, db: AsyncSession, enter: Any, clock: Any
) -> None:
    await cast.hand_in()
    clock.turn(minutes=1)
    newest = (await cast.hand_in({"text": "Better."})).json()
    clock.turn(minutes=1)
    await another_researcher(cast, db, enter, "Bea")

    olga = (await cast.olga.get("/api/v1/reviews/waiting")).json()["items"]
    max_ = (await cast.max.get("/api/v1/reviews/waiting")).json()["items"]
    ada = (await cast.ada.get("/api/v1/reviews/waiting")).json()["items"]

    assert [one["researcher"] for one in olga] == ["Ada Example", "Bea Example"]
    assert [one["submission_id"] for one in max_] == [newest["id"]]
    assert ada == []


async def test_the_queue_comes_in_pages(cast: Cast, db: AsyncSession, enter: Any) -> None:
    await cast.hand_in()
    for name in ("Bea", "Cleo"):
        await another_researcher(cast, db, enter, name)
    first = (await cast.olga.get("/api/v1/reviews/waiting?limit=2")).json()

    rest = await cast.olga.get("/api/v1/reviews/waiting", params={"cursor": first["next"]})

    assert len(first["items"]) == 2
    assert len(rest.json()["items"]) == 1
    assert rest.json()["next"] is None


async def test_progress_counts_what_is_passed_and_what_is_due(
    cast: Cast, db: AsyncSession, enter: Any, clock: Any
) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    await cast.olga.post(f"/api/v1/submissions/{handed_in}/review", json=PASSED)
    await another_researcher(cast, db, enter, "Bea")
    for slug in ("end-to-end", "drift-monitor"):
        await make_due(db, cast.items[slug], now=clock())

    progress = (await cast.olga.get(f"/api/v1/cohorts/{cast.cohort.id}/progress")).json()

    bridging, preparation = (section["id"] for section in progress["sections"])
    ada, bea = progress["people"]
    assert (ada["name"], ada["passed"], ada["total"], ada["due"]) == ("Ada Example", 1, 3, 2)
    assert (bea["passed"], bea["total"], bea["due"]) == (0, 3, 0)
    cells = {cell["section_id"]: cell for cell in ada["sections"]}
    assert cells[bridging] == {"section_id": bridging, "passed": 1, "total": 2, "due": 2}
    assert cells[preparation] == {"section_id": preparation, "passed": 0, "total": 1, "due": 0}


async def test_progress_of_an_empty_cohort_is_empty(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    guide = await a_guide(db, now=clock(), slug="other")
    other = await a_cohort(db, guide, cast.olga.person, now=clock(), slug="other")
    await db.commit()

    progress = await cast.olga.get(f"/api/v1/cohorts/{other.id}/progress")

    assert progress.json() == {"sections": [], "people": [], "next": None}


async def test_progress_is_for_organisers(cast: Cast) -> None:
    for someone in (cast.ada, cast.max, cast.sam):
        answer = await someone.get(f"/api/v1/cohorts/{cast.cohort.id}/progress")
        assert answer.status_code == 403


async def test_listings_take_as_many_statements_for_many_as_for_one(
    cast: Cast, db: AsyncSession, enter: Any, count_statements: Any
) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    addresses = [
        (cast.olga, "/api/v1/reviews/waiting"),
        (cast.olga, f"/api/v1/cohorts/{cast.cohort.id}/progress"),
        (cast.ada, f"/api/v1/enrolments/{cast.enrolment.id}/plan"),
        (cast.ada, f"/api/v1/plan_items/{cast.first}/submissions"),
        (cast.olga, "/review"),
        (cast.ada, f"/plan/{cast.enrolment.id}"),
        (cast.ada, f"/plan/{cast.enrolment.id}/{cast.first}"),
    ]

    async def counts() -> list[int]:
        taken = []
        for someone, address in addresses:
            async with count_statements() as statements:
                assert (await someone.get(address)).status_code == 200
            taken.append(len(statements))
        return taken

    one = await counts()
    await cast.olga.post(f"/api/v1/submissions/{handed_in}/review", json=AGAIN)
    await cast.hand_in({"text": "Better."})
    for item_id in cast.items.values():
        await cast.hand_in({"text": "Also."}, item_id)
    for name in ("Bea", "Cleo", "Dora"):
        await another_researcher(cast, db, enter, name)

    assert await counts() == one
