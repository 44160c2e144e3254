"""Many answers at the same moment: no place is sold twice, and nobody gets a 500."""

import asyncio

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import service
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from tests.conftest import MONDAY, Cast
from tests.rooms.mentorship_world import Spring, another, taken
from tests.world import enrolled, mentored, mentoring


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


async def test_a_mentor_leaves_while_the_second_yes_is_said(
    spring: Spring, db: AsyncSession
) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    yes, left = await asyncio.gather(
        spring.ada.post(f"{spring.address}/acceptance"),
        spring.grace.post(f"/api/v1/mentors/{spring.mentor.id}/departure"),
    )
    assert left.status_code == 204
    assert (yes.status_code, yes.json().get("code")) in {(200, None), (409, "proposal_closed")}
    assert await taken(db, spring.mentor.id) == 0
    over = (await db.execute(select(Mentorship.ended_at, Mentorship.handed_over))).all()
    assert [(one.ended_at is not None, one.handed_over) for one in over] == [(True, True)] * (
        yes.status_code == 200
    )
    assert await db.scalar(select(func.count()).where(Proposal.state == ProposalState.OPEN)) == 0


async def test_two_who_move_to_the_mentors_of_each_other_both_arrive(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    ben, robin = await enter("Ben"), await enter("Robin")
    cohort = await db.get_one(Cohort, spring.cohort.id)
    other = await enrolled(db, cohort, ben.person, now=MONDAY)
    mentor = await mentoring(db, cohort, robin.person, now=MONDAY)
    await db.execute(delete(Proposal))
    enrolment = await db.get_one(Enrolment, spring.enrolment.id)
    grace = await db.get_one(Mentor, spring.mentor.id)
    await mentored(db, enrolment, grace, now=MONDAY)
    await mentored(db, other, mentor, now=MONDAY)
    await db.execute(update(Mentor).values(capacity=2, taken=1))
    why = {"score": 0.5, "fit": "good", "reason": "Better.", "factors": [], "moves": True}
    offers = [
        service.Offer(enrolment.id, mentor.id, **why),
        service.Offer(other.id, grace.id, **why),
    ]
    made = await service.propose(db, offers, cohort_id=cohort.id, now=MONDAY)
    yes = {one.enrolment_id: f"/api/v1/proposals/{one.id}/acceptance" for one in made}
    await db.commit()
    across = [(spring.ada, spring.enrolment.id), (ben, other.id)]
    for one, its in ((robin, spring.enrolment.id), (spring.grace, other.id)):
        assert (await one.post(yes[its])).status_code == 200

    answers = await asyncio.gather(*(one.post(yes[its]) for one, its in across for _ in range(3)))

    assert {one.status_code for one in answers} == {200}
    goes_on = select(Mentorship.enrolment_id, Mentorship.mentor_id)
    found = (await db.execute(goes_on.where(Mentorship.ended_at.is_(None)))).all()
    assert set(map(tuple, found)) == {(enrolment.id, mentor.id), (other.id, grace.id)}
    assert [await taken(db, one.id) for one in (grace, mentor)] == [1, 1]
