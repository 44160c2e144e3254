"""Cohorts: Olga opens and runs them; what she may not do, and what others may not see."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Organiser
from cohort.guides.models import Guide
from cohort.people.models import Act
from tests.world import a_cohort, a_guide

STATES = ["draft", "open", "running", "completed", "archived"]


@pytest.fixture
async def guide(db: AsyncSession, clock: Any) -> Guide:
    guide = await a_guide(db, now=clock())
    await db.commit()
    return guide


@pytest.fixture
async def olga(enter: Any) -> Any:
    return await enter("Olga", admin=True)


def spring(guide: Guide, **changes: Any) -> dict[str, Any]:
    given = {
        "guide_id": str(guide.id),
        "slug": "spring-2027",
        "name": "Spring 2027",
        "starts_on": "2027-03-01",
        "ends_on": "2027-06-20",
        "time_zone": "Europe/Berlin",
        "seats": 30,
    }
    return given | changes


async def opened(olga: Any, guide: Guide, *, at: str = "open", **changes: Any) -> dict[str, Any]:
    cohort: dict[str, Any] = (
        await olga.post("/api/v1/cohorts", json=spring(guide, **changes))
    ).json()
    for to in STATES[1 : STATES.index(at) + 1]:
        moved = await olga.post(f"/api/v1/cohorts/{cohort['id']}/moves", json={"to": to})
        assert moved.status_code == 200, moved.text
        cohort = moved.json()
    return cohort


async def test_an_admin_begins_a_draft_and_runs_it(
    enter: Any, olga: Any, guide: Guide, db: AsyncSession
) -> None:
    made = await olga.post("/api/v1/cohorts", json=spring(guide))

    assert made.status_code == 201
    cohort = made.json()
    assert (cohort["state"], cohort["taken"], cohort["matching_time"]) == ("draft", 0, "06:00")
    assert made.headers["etag"] == '"1"'
    listed = await olga.get(f"/api/v1/cohorts/{cohort['id']}/organisers")
    assert [one["person"]["email"] for one in listed.json()["items"]] == ["olga@example.org"]
    assert (await db.scalars(select(Act.verb))).all() == ["cohort.create"]
    ada = await enter("Ada")
    refused = await ada.post("/api/v1/cohorts", json=spring(guide, slug="other"))
    assert refused.json()["code"] == "not_allowed"


async def test_a_slug_is_taken_once_even_at_the_same_moment(olga: Any, guide: Guide) -> None:
    answers = await asyncio.gather(
        *(olga.post("/api/v1/cohorts", json=spring(guide)) for _ in range(4))
    )
    refused = [answer.json() for answer in answers if answer.status_code == 409]

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {(one["code"], one["errors"][0]["field"]) for one in refused} == {("slug_taken", "slug")}


async def test_a_draft_is_hidden_until_it_opens_and_once_it_is_archived(
    enter: Any, olga: Any, guide: Guide
) -> None:
    ada = await enter("Ada")
    cohort = await opened(olga, guide, at="draft")
    address = f"/api/v1/cohorts/{cohort['id']}"
    seen = []
    for to in STATES:
        await olga.post(f"{address}/moves", json={"to": to})
        listed = (await ada.get("/api/v1/cohorts")).json()["items"]
        seen.append(((await ada.get(address)).status_code, len(listed)))

    assert seen == [(404, 0), (200, 1), (200, 1), (200, 1), (404, 0)]
    assert (await olga.get(address)).json()["state"] == "archived"


@pytest.mark.parametrize("at", STATES)
@pytest.mark.parametrize("to", STATES)
async def test_a_cohort_goes_one_step_on_and_no_other_way(
    olga: Any, guide: Guide, at: str, to: str
) -> None:
    cohort = await opened(olga, guide, at=at)

    moved = await olga.post(f"/api/v1/cohorts/{cohort['id']}/moves", json={"to": to})

    steps = STATES.index(to) - STATES.index(at)
    if steps in {0, 1}:
        assert (moved.status_code, moved.json()["state"]) == (200, to)
        assert moved.json()["version"] == cohort["version"] + steps
    else:
        assert (moved.status_code, moved.json()["code"]) == (409, "wrong_move")
        allowed = STATES[STATES.index(at) + 1] if at != "archived" else "archived"
        assert moved.json()["detail"].endswith(f"{allowed}.")


async def test_a_cohort_remembers_when_it_began_to_run(olga: Any, guide: Guide, clock: Any) -> None:
    cohort = await opened(olga, guide)
    assert cohort["running_since"] is None
    clock.turn(days=3)

    address = f"/api/v1/cohorts/{cohort['id']}/moves"
    answers = await asyncio.gather(*(olga.post(address, json={"to": "running"}) for _ in range(3)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    again = await olga.get(f"/api/v1/cohorts/{cohort['id']}")
    assert again.json()["running_since"] == "2026-03-05T09:00:00Z"
    assert again.json()["version"] == cohort["version"] + 1
    done = await olga.post(address, json={"to": "completed"})
    assert done.json()["running_since"] == "2026-03-05T09:00:00Z"


async def test_only_organisers_run_a_cohort(
    enter: Any, olga: Any, guide: Guide, db: AsyncSession, clock: Any
) -> None:
    ines, ada = await enter("Ines"), await enter("Ada")
    cohort = await opened(olga, guide)
    address = f"/api/v1/cohorts/{cohort['id']}"
    invite = {"email": "ines@example.org"}
    acts: list[Any] = [
        lambda who: who.patch(address, json={"seats": 3}, headers={"if-match": "*"}),
        lambda who: who.post(f"{address}/moves", json={"to": "running"}),
        lambda who: who.post(f"{address}/organiser_invitations", json=invite),
        lambda who: who.get(f"{address}/organisers"),
    ]
    assert [(await act(ada)).status_code for act in acts] == [403] * 4

    db.add(Organiser(cohort_id=UUID(cohort["id"]), person_id=ines.person.id, since=clock()))
    await db.commit()
    assert [(await act(ines)).status_code for act in acts] == [200, 200, 201, 200]
    other = await a_cohort(db, guide, now=clock(), slug="other", state=CohortState.DRAFT)
    await db.commit()
    assert (await ines.get(f"/api/v1/cohorts/{other.id}")).status_code == 404
    assert (await ines.post(f"/api/v1/cohorts/{other.id}/moves", json={"to": "open"})).json()[
        "code"
    ] == "not_found"


async def test_a_change_says_what_it_saw(olga: Any, guide: Guide) -> None:
    cohort = await opened(olga, guide)
    address = f"/api/v1/cohorts/{cohort['id']}"
    seen = {"if-match": (await olga.get(address)).headers["etag"]}

    blind = await olga.patch(address, json={"seats": 9})
    first = await olga.patch(address, json={"seats": 9, "matching_time": "18:30"}, headers=seen)
    late = await olga.patch(address, json={"name": "Mine"}, headers=seen)

    assert blind.json()["code"] == "needs_if_match"
    assert (first.json()["seats"], first.json()["matching_time"]) == (9, "18:30")
    assert first.headers["etag"] == f'"{cohort["version"] + 1}"'
    assert first.json()["name"] == "Spring 2027"
    assert late.json()["code"] == "stale"


async def test_seats_never_fall_below_those_taken(
    olga: Any, guide: Guide, db: AsyncSession, clock: Any
) -> None:
    cohort = await a_cohort(db, guide, now=clock(), taken=5)
    await db.commit()
    seen = {"if-match": "*"}

    few = await olga.patch(f"/api/v1/cohorts/{cohort.id}", json={"seats": 4}, headers=seen)
    just = await olga.patch(f"/api/v1/cohorts/{cohort.id}", json={"seats": 5}, headers=seen)

    assert few.json()["errors"] == [
        {"field": "seats", "message": "5 seats are taken; there cannot be fewer."}
    ]
    assert just.json()["seats"] == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guide_id", "00000000-0000-4000-8000-000000000000"),
        ("guide_id", "pmle"),
        ("slug", "Spring 2027"),
        ("slug", ""),
        ("name", ""),
        ("name", "a\0b"),
        ("name", "two\nlines"),
        ("name", 7),
        ("description", "x" * 20_001),
        ("starts_on", "soon"),
        ("starts_on", "0001-01-01"),
        ("ends_on", "2027-03-01"),
        ("ends_on", "2031-03-01"),
        ("ends_on", 10**30),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
        ("seats", 0),
        ("seats", 2**70),
        ("seats", "many"),
        ("seats", None),
        ("matching_day", 7),
        ("matching_time", "06:00Z"),
        ("matching_time", "25:00"),
        ("unknown", 1),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    olga: Any, guide: Guide, db: AsyncSession, field: str, value: Any
) -> None:
    refused = await olga.post("/api/v1/cohorts", json=spring(guide) | {field: value})

    assert (refused.status_code, refused.headers["content-type"]) == (
        422,
        "application/problem+json",
    )
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert await db.scalar(select(Cohort.id)) is None
    cohort = await opened(olga, guide)
    address = f"/api/v1/cohorts/{cohort['id']}"
    if field not in {"guide_id", "slug"} and value is not None:
        changed = await olga.patch(address, json={field: value}, headers={"if-match": "*"})
        assert changed.status_code == 422
        assert (await olga.get(address)).json() == cohort


@pytest.mark.parametrize(
    "body",
    [b"{", b'"text"', b"[]", b"null", b'{"to": "\\ud800"}', b'{"to": "gone"}', b"[" * 60_000],
)
async def test_a_hostile_body_is_refused(olga: Any, guide: Guide, body: bytes) -> None:
    cohort = await opened(olga, guide)
    address = f"/api/v1/cohorts/{cohort['id']}/moves"

    refused = await olga.post(address, content=body, headers={"content-type": "application/json"})

    assert refused.status_code in {400, 422}
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_list_reads_page_by_page_with_one_statement(
    olga: Any, guide: Guide, db: AsyncSession, clock: Any, count_statements: Any
) -> None:
    counted = []
    for number in range(6):
        await a_cohort(db, guide, now=clock(), slug=f"cohort-{number}", name=f"Cohort {number}")
        await db.commit()
        if number in {0, 5}:
            async with count_statements() as statements:
                await olga.get("/api/v1/cohorts")
            counted.append(len(statements))
    assert counted[0] == counted[1]

    first = (await olga.get("/api/v1/cohorts?limit=4&state=running")).json()
    rest = (await olga.get(f"/api/v1/cohorts?limit=4&cursor={first['next']}")).json()

    names = {one["name"] for one in first["items"] + rest["items"]}
    assert names == {f"Cohort {number}" for number in range(6)}
    assert rest["next"] is None
    assert (await olga.get("/api/v1/cohorts?state=draft")).json()["items"] == []
    assert (await olga.get("/api/v1/cohorts?state=gone")).status_code in {400, 422}
