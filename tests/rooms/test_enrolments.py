"""Places in a cohort: researchers take them, keep their profile, and give them back."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from tests.rooms.cohort_world import PROFILE
from tests.world import a_cohort, a_guide, enrolled, mentoring

SHOWN = {
    "is_confirmed",
    "paused_until",
    "id",
    "cohort_id",
    "person",
    "state",
    "created_at",
    "version",
}


@pytest.fixture
async def spring(db: AsyncSession, clock: Any) -> Cohort:
    cohort = await a_cohort(db, await a_guide(db, now=clock()), now=clock(), seats=2)
    await db.commit()
    return cohort


async def taken(db: AsyncSession, cohort: Cohort) -> int:
    return await db.scalar(select(Cohort.taken).where(Cohort.id == cohort.id)) or 0


def enrolments(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.id}/enrolments"


async def test_ada_takes_a_seat_and_is_welcomed(
    enter: Any, spring: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    ada = await enter("Ada")

    made = await ada.post(enrolments(spring), json=PROFILE)

    assert made.status_code == 201
    enrolment = made.json()
    assert {name: enrolment[name] for name in enrolment.keys() - SHOWN} == PROFILE
    assert await taken(db, spring) == 1
    enqueued = (await db.execute(select(Job.name, Job.arguments))).all()
    assert {job for job, _ in enqueued} == {"study.lay_out_plan", "cohorts.welcome"}
    assert {arguments["enrolment_id"] for _, arguments in enqueued} == {enrolment["id"]}
    await run_jobs()
    mail = await db.scalar(
        select(MailboxMessage).where(MailboxMessage.subject == "You have a seat in Spring 2026")
    )
    assert mail is not None
    assert mail.to == "ada@example.org"
    assert f"/plan/{enrolment['id']}" in mail.text
    assert "Mon 2 Mar 2026" in mail.text


async def test_a_seat_is_taken_once(enter: Any, spring: Cohort, db: AsyncSession) -> None:
    ada = await enter("Ada")

    answers = await asyncio.gather(*(ada.post(enrolments(spring), json=PROFILE) for _ in range(5)))
    later = await ada.post(enrolments(spring), json=PROFILE)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert later.json()["code"] == "already_enrolled"
    assert await taken(db, spring) == 1


async def test_no_seat_is_sold_twice(
    enter: Any, platform: Any, db: AsyncSession, clock: Any
) -> None:
    cohort = await a_cohort(db, await a_guide(db, now=clock()), now=clock(), seats=20)
    await db.commit()
    cast = [await enter(f"Person{number}") for number in range(60)]

    answers = await asyncio.gather(*(one.post(enrolments(cohort), json=PROFILE) for one in cast))

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 20 + [409] * 40
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "cohort_full"
    }
    assert await taken(db, cohort) == 20
    assert await db.scalar(select(func.count()).select_from(Enrolment)) == 20


async def test_who_withdrew_comes_back_to_her_own_row(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada, bea, eve = await enter("Ada"), await enter("Bea"), await enter("Eve")
    first = (await ada.post(enrolments(spring), json=PROFILE)).json()
    await bea.post(enrolments(spring), json=PROFILE)
    assert (await eve.post(enrolments(spring), json=PROFILE)).json()["code"] == "cohort_full"

    left = [await ada.post(f"/api/v1/enrolments/{first['id']}/withdrawal") for _ in range(2)]

    assert [answer.json()["state"] for answer in left] == ["withdrawn"] * 2
    assert await taken(db, spring) == 1
    back = await ada.post(enrolments(spring), json=PROFILE | {"about": "Again."})
    assert (back.status_code, back.json()["id"]) == (201, first["id"])
    assert (back.json()["state"], back.json()["about"]) == ("active", "Again.")
    assert back.json()["created_at"] == first["created_at"]
    assert back.json()["version"] > first["version"]
    assert await taken(db, spring) == 2


async def test_leaving_and_coming_back_at_once_keeps_the_count(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    hers = (await ada.post(enrolments(spring), json=PROFILE)).json()
    leave = f"/api/v1/enrolments/{hers['id']}/withdrawal"

    answers = await asyncio.gather(
        *(ada.post(leave) for _ in range(4)),
        *(ada.post(enrolments(spring), json=PROFILE) for _ in range(4)),
    )

    assert {answer.status_code for answer in answers} <= {200, 201, 409, 412}
    active = select(func.count()).where(Enrolment.state == EnrolmentState.ACTIVE)
    assert await taken(db, spring) == await db.scalar(active)


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (CohortState.DRAFT, 404, "not_found"),
        (CohortState.COMPLETED, 409, "not_joinable"),
        (CohortState.ARCHIVED, 404, "not_found"),
    ],
)
async def test_people_join_only_what_is_open_or_runs(
    *, enter: Any, spring: Cohort, db: AsyncSession, state: CohortState, status: int, code: str
) -> None:
    ada = await enter("Ada")
    spring.state = state
    await db.commit()

    refused = await ada.post(enrolments(spring), json=PROFILE)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert await taken(db, spring) == 0


async def test_a_profile_is_hers_and_the_organisers(
    enter: Any, spring: Cohort, db: AsyncSession, clock: Any
) -> None:
    ada, eve, olga = await enter("Ada"), await enter("Eve"), await enter("Olga", admin=True)
    hers = await enrolled(db, spring, ada.person, now=clock())
    await db.commit()
    address = f"/api/v1/enrolments/{hers.id}"

    for act in (
        lambda: eve.get(address),
        lambda: eve.patch(address, json={"about": "Mine"}, headers={"if-match": "*"}),
        lambda: eve.post(f"{address}/withdrawal"),
    ):
        assert (await act()).status_code == 404
    assert (await eve.get(enrolments(spring))).json()["items"] == []
    assert (await eve.get("/api/v1/enrolments")).json()["items"] == []
    assert len((await ada.get("/api/v1/enrolments")).json()["items"]) == 1
    assert len((await olga.get(enrolments(spring))).json()["items"]) == 1
    assert (await olga.get(address)).json()["person"]["email"] == "ada@example.org"

    changed = await olga.patch(address, json={"stage": "postdoc"}, headers={"if-match": '"1"'})

    assert changed.json()["stage"] == "postdoc"
    assert (await db.scalars(select(Act.verb))).all() == ["enrolment.change"]


async def test_a_profile_change_says_what_it_saw(
    enter: Any, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    made = await ada.post(enrolments(spring), json=PROFILE)
    address, seen = f"/api/v1/enrolments/{made.json()['id']}", made.headers["etag"]

    blind = await ada.patch(address, json={"about": "A"})
    first = await ada.patch(address, json={"about": "B"}, headers={"if-match": seen})
    late = await ada.patch(address, json={"about": "C"}, headers={"if-match": seen})

    assert [blind.status_code, first.status_code, late.status_code] == [428, 200, 412]
    assert first.json() == made.json() | {"about": "B", "version": 2}
    assert (await ada.get(address)).headers["etag"] == first.headers["etag"] == '"2"'


SPAN = {"day": "monday", "start": "09:00", "end": "10:00"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("about", "x\0"),
        ("about", "x" * 2001),
        ("stage", "professor"),
        ("domains", []),
        ("domains", "nlp"),
        ("domains", ["nlp", "astrology"]),
        ("domains", [f"domain-{n}" for n in range(11)]),
        ("domains", ["ml-engineer"]),
        ("domains", [None]),
        ("role_goals", []),
        ("role_goals", ["wizard"]),
        ("contexts", ["the-moon"]),
        ("languages", ["xx"]),
        ("languages", ["EN"]),
        ("languages", []),
        ("time_zone", "Berlin"),
        ("time_zone", 1),
        ("weekly_hours", [SPAN | {"end": "09:00"}]),
        ("weekly_hours", [SPAN | {"end": "10:05"}]),
        ("weekly_hours", [SPAN | {"start": "24:00"}]),
        ("weekly_hours", [SPAN | {"day": "Monday"}]),
        ("weekly_hours", [SPAN | {"more": 1}]),
        ("weekly_hours", [SPAN, SPAN | {"start": "09:45", "end": "11:00"}]),
        ("weekly_hours", [SPAN] * 51),
        ("weekly_hours", {"monday": "all day"}),
        ("organisations", ["a\nb"]),
        ("organisations", ["x"] * 11),
        ("advisers", [2**70]),
        ("version", 1),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    *, enter: Any, spring: Cohort, db: AsyncSession, clock: Any, field: str, value: Any
) -> None:
    ada, bea = await enter("Ada"), await enter("Bea")
    refused = await ada.post(enrolments(spring), json=PROFILE | {field: value})

    assert refused.status_code == 422, refused.text
    assert {one["field"].split("/")[0] for one in refused.json()["errors"]} == {field}
    assert await taken(db, spring) == 0
    hers = await enrolled(db, spring, bea.person, now=clock())
    await db.commit()
    address = f"/api/v1/enrolments/{hers.id}"
    changed = await bea.patch(address, json={field: value}, headers={"if-match": "*"})
    assert changed.status_code == 422
    assert (await bea.get(address)).json()["version"] == 1


async def test_a_wish_is_a_mentor_of_the_same_cohort(
    enter: Any, spring: Cohort, db: AsyncSession, clock: Any
) -> None:
    ada, max_ = await enter("Ada"), await enter("Max")
    other = await a_cohort(
        db, await a_guide(db, now=clock(), slug="other"), now=clock(), slug="other"
    )
    here = await mentoring(db, spring, max_.person, now=clock())
    elsewhere = await mentoring(db, other, max_.person, now=clock())
    await db.commit()

    made = (await ada.post(enrolments(spring), json=PROFILE)).json()
    wishes = f"/api/v1/enrolments/{made['id']}/wishes"

    refused = await ada.put(wishes, json={"mentor_ids": [str(here.id), str(elsewhere.id)]})
    ranked = await ada.put(wishes, json={"mentor_ids": [str(here.id)] * 2})

    assert refused.json()["errors"][0]["field"] == "mentor_ids/1"
    assert ranked.json() == (await ada.get(wishes)).json()
    assert ranked.json() == {"mentor_ids": [str(here.id)], "reasons": [""]}


async def test_the_list_takes_as_many_statements_however_long(
    enter: Any, spring: Cohort, db: AsyncSession, clock: Any, count_statements: Any
) -> None:
    olga, ada, bea, eve = [await enter(name, admin=True) for name in ("Olga", "Ada", "Bea", "Eve")]
    spring.seats = 9
    await enrolled(db, spring, ada.person, now=clock())
    await db.commit()
    async with count_statements() as few:
        await olga.get(enrolments(spring))
    await enrolled(db, spring, bea.person, now=clock())
    await enrolled(db, spring, eve.person, now=clock(), state=EnrolmentState.WITHDRAWN)
    await db.commit()
    async with count_statements() as more:
        listed = await olga.get(enrolments(spring))

    assert len(more) == len(few)
    assert len(listed.json()["items"]) == 3
    gone = await olga.get(enrolments(spring) + "?state=withdrawn")
    assert [one["person"]["name"] for one in gone.json()["items"]] == ["Eve Example"]
