"""Many answers at the same moment: no place is sold twice, and nobody gets a 500."""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship
from tests.conftest import Cast
from tests.rooms.mentorship_world import Spring, another, taken


async def test_both_say_yes_at_once_and_it_begins_once(spring: Spring, db: AsyncSession) -> None:
    yes = f"{spring.address}/acceptance"
    answers = await asyncio.gather(
        *(one.post(yes) for one in (spring.ada, spring.grace) for _ in range(5))
    )
    assert {one.status_code for one in answers} == {200}
    assert await db.scalar(select(func.count()).select_from(Mentorship)) == 1
    assert await taken(db, spring.mentor.id) == 1


async def test_a_yes_and_a_no_at_once_have_one_winner(spring: Spring, db: AsyncSession) -> None:
    await spring.ada.post(f"{spring.address}/acceptance")
    yes, no = await asyncio.gather(
        spring.grace.post(f"{spring.address}/acceptance"),
        spring.ada.post(f"{spring.address}/refusal", json={"note": "I changed my mind."}),
    )
    assert sorted([yes.status_code, no.status_code]) == [200, 409]
    begun = await db.scalar(select(func.count()).select_from(Mentorship))
    assert begun == await taken(db, spring.mentor.id) == (1 if yes.status_code == 200 else 0)


async def test_a_yes_while_the_mentor_gives_up_her_place(spring: Spring, db: AsyncSession) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    yes, lower = await asyncio.gather(
        spring.ada.post(f"{spring.address}/acceptance"),
        spring.grace.patch(
            f"/api/v1/mentors/{spring.mentor.id}",
            json={"capacity": 0},
            headers={"if-match": "*"},
        ),
    )
    assert sorted([yes.status_code, lower.status_code]) == [200, 409]
    refused = yes if yes.status_code == 409 else lower
    assert refused.json()["code"] in {"no_place_left", "capacity_below_taken"}
    row = (await db.execute(select(Mentor.taken, Mentor.capacity))).one()
    assert row.taken == row.capacity == (1 if yes.status_code == 200 else 0)


async def test_two_researchers_want_the_last_place(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    mary, marys = await another(enter, db, spring, "Mary")
    for address in (spring.address, marys):
        await spring.grace.post(f"{address}/acceptance")
    answers = await asyncio.gather(
        spring.ada.post(f"{spring.address}/acceptance"), mary.post(f"{marys}/acceptance")
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert await taken(db, spring.mentor.id) == 1


async def test_ending_twice_at_once_frees_one_place(spring: Spring, db: AsyncSession) -> None:
    for one in (spring.ada, spring.grace):
        await one.post(f"{spring.address}/acceptance")
    mentorship = await db.scalar(select(Mentorship.id))
    end, why = f"/api/v1/mentorships/{mentorship}/end", {"reason": "She has a job."}
    await asyncio.gather(*(one.post(end, json=why) for one in (spring.ada, spring.grace)))
    assert await taken(db, spring.mentor.id) == 0
