"""Many answers at the same moment: no place is sold twice, and nobody gets a 500."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, Stage
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Login, Person
from cohort.people.tokens import hash_token
from tests.conftest import MONDAY, Cast
from tests.rooms.mentorship_world import Spring, another, taken
from tests.world import EVENINGS, a_cohort, a_guide, mentoring

RESEARCHERS, MENTORS, PLACES = 500, 20, 5


@dataclass
class Crowd:
    """Everyone's token, and the proposal that each may answer."""

    mentors: Sequence[Mentor]
    answers: Sequence[tuple[str, UUID]]


async def people_with_tokens(db: AsyncSession, count: int) -> list[UUID]:
    """Verified people whose login token is their id."""
    ids = [uuid4() for _ in range(count)]
    person = {"name": "Someone", "is_admin": False, "verified_at": MONDAY, "created_at": MONDAY}
    began = {"began_at": MONDAY, "confirmed_at": MONDAY, "used_at": MONDAY, "device": ""}
    login = began | {"expires_at": MONDAY + timedelta(days=14)}
    await db.execute(
        insert(Person), [person | {"id": one, "email": f"{one}@example.org"} for one in ids]
    )
    await db.execute(
        insert(Login),
        [
            login | {"id": uuid4(), "person_id": one, "token_hash": hash_token(str(one))}
            for one in ids
        ],
    )
    return ids


async def enrol_all(db: AsyncSession, cohort: Cohort, people: Sequence[UUID]) -> list[UUID]:
    profile = {
        "about": "",
        "stage": Stage.PHD,
        "domains": ["nlp"],
        "role_goals": ["ml-engineer"],
        "contexts": [],
        "languages": ["en"],
        "time_zone": "Europe/Berlin",
        "weekly_hours": EVENINGS,
        "organisations": [],
        "advisers": [],
        "created_at": MONDAY,
        "cohort_id": cohort.id,
    }
    rows = [profile | {"id": uuid4(), "person_id": one} for one in people]
    await db.execute(insert(Enrolment), rows)
    return [row["id"] for row in rows]


async def a_crowd(db: AsyncSession) -> Crowd:
    """500 researchers, each proposed to one of 20 mentors of 5 places; one of the two said yes."""
    guide = await a_guide(db, now=MONDAY)
    cohort = await a_cohort(db, guide, now=MONDAY, seats=RESEARCHERS)
    people = await people_with_tokens(db, RESEARCHERS)
    enrolments = await enrol_all(db, cohort, people)
    helpers = await people_with_tokens(db, MENTORS)
    mentors = [
        await mentoring(db, cohort, await db.get_one(Person, one), now=MONDAY, capacity=PLACES)
        for one in helpers
    ]
    shared = {
        "cohort_id": cohort.id,
        "score": 0.5,
        "reason": "You work on the same.",
        "factors": [],
        "created_at": MONDAY,
        "expires_at": MONDAY + timedelta(days=7),
    }
    rows, answers = [], []
    for place, (person, enrolment) in enumerate(zip(people, enrolments, strict=True)):
        mentor, proposal = mentors[place // 2 % MENTORS], uuid4()
        mentor_said_yes = place % 2 == 0
        said = {
            "mentor_accepted_at": MONDAY if mentor_said_yes else None,
            "researcher_accepted_at": None if mentor_said_yes else MONDAY,
        }
        pair = {"id": proposal, "enrolment_id": enrolment, "mentor_id": mentor.id}
        rows.append(shared | said | pair)
        answers.append((str(person if mentor_said_yes else mentor.person_id), proposal))
    await db.execute(insert(Proposal), rows)
    await db.commit()
    return Crowd(mentors, answers)


async def accept(client: AsyncClient, token: str, proposal_id: UUID) -> Response:
    """Say yes, and when the servers are too busy, say it again: as a client would."""
    for _ in range(20):
        answer = await client.post(
            f"/api/v1/proposals/{proposal_id}/acceptance",
            headers={"authorization": f"Bearer {token}"},
        )
        if answer.status_code != 503:
            break
    return answer


async def test_500_accept_at_once_and_no_mentor_is_oversold(
    anyone: AsyncClient, db: AsyncSession
) -> None:
    crowd = await a_crowd(db)

    answers = await asyncio.gather(*(accept(anyone, *answer) for answer in crowd.answers))

    told = Counter((one.status_code, one.json().get("code", "")) for one in answers)
    assert set(told) <= {(200, ""), (409, "proposal_closed"), (409, "no_place_left")}
    places = (await db.execute(select(Mentor.taken, Mentor.capacity))).all()
    active = await db.scalar(select(func.count()).where(Mentorship.ended_at.is_(None)))
    assert sum(one.taken for one in places) == active == MENTORS * PLACES
    assert all(one.taken == one.capacity for one in places)
    states = await db.execute(select(Proposal.state, func.count()).group_by(Proposal.state))
    assert dict(states.all()) == {
        ProposalState.ACCEPTED: MENTORS * PLACES,
        ProposalState.LAPSED: RESEARCHERS - MENTORS * PLACES,
    }


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
