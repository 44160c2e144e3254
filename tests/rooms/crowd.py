"""500 researchers and 20 mentors of five places: everyone's token, and what each may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, Stage
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Proposal
from cohort.people.models import Login, Person
from cohort.people.tokens import hash_token
from tests.conftest import MONDAY
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
