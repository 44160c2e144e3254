"""Olga looks at which factors went with good mentorships, and at a draft of the rules."""

from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.models import CheckIn, Going
from cohort.cohorts.models import Cohort, Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, Side
from cohort.people.models import Person
from cohort.rules.models import RulesVersion
from tests.conftest import MONDAY, Someone
from tests.world import enrolled, mentoring

FIELD, HOURS = "domain", "availability"


async def some_mentorships(db: AsyncSession, cohort: Cohort, number: int) -> None:
    """Good where the fields are near; the shared hours are now few and now many, for no reason."""
    cohort.seats = 100
    db.add(cohort)
    mentors: list[Mentor] = []
    for turn in range(number):
        near = turn % 2 == 0
        person, other = (
            Person(email=f"{who}{turn}@example.org", name=f"{who} {turn}", created_at=MONDAY)
            for who in ("researcher", "mentor")
        )
        db.add_all([person, other])
        await db.flush()
        enrolment: Enrolment = await enrolled(db, cohort, person, now=MONDAY)
        mentors.append(await mentoring(db, cohort, other, now=MONDAY))
        factors = [
            {"name": FIELD, "title": "Field", "weight": 0.5, "score": 0.9 if near else 0.3},
            {"name": HOURS, "title": "Hours", "weight": 0.5, "score": (turn % 7) / 7},
        ]
        two = {"cohort_id": cohort.id, "enrolment_id": enrolment.id, "mentor_id": mentors[-1].id}
        when = {"created_at": MONDAY, "expires_at": MONDAY, "state": ProposalState.ACCEPTED}
        proposal = Proposal(score=0.5, reason="", factors=factors, **two, **when)
        db.add(proposal)
        await db.flush()
        begun = Mentorship(proposal_id=proposal.id, began_at=MONDAY, **two)
        db.add(begun)
        await db.flush()
        good = near != (turn % 10 == 9)
        answer = {
            "mentorship_id": begun.id,
            "side": Side.RESEARCHER,
            "due_on": MONDAY.date(),
            "asked_at": MONDAY,
            "answered_at": MONDAY,
            "met": True,
            "going": Going.WELL if good else Going.BADLY,
            "needs_help": False,
            "words": "",
        }
        await db.execute(insert(CheckIn).values(**answer))
    await db.commit()


async def told(olga: Someone, cohort: Cohort) -> dict[str, Any]:
    answer = await olga.get(f"/api/v1/cohorts/{cohort.id}/outcomes")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("number", [0, 19])
async def test_few_mentorships_are_too_few_to_tell(
    olga: Someone, cohort: Cohort, db: AsyncSession, number: int
) -> None:
    await some_mentorships(db, cohort, number)
    found = await told(olga, cohort)
    assert (found["mentorships"], found["effects"], found["draft"]) == (number, [], None)
    assert "Too few to tell" in (await olga.get("/cohorts/spring/outcomes")).text


async def test_what_is_clear_becomes_a_draft_and_nothing_is_kept_by_itself(
    olga: Someone, cohort: Cohort, db: AsyncSession
) -> None:
    await some_mentorships(db, cohort, 40)
    found = await told(olga, cohort)
    shown = {one["name"]: one for one in found["effects"]}
    assert shown[FIELD]["is_clear"]
    assert shown[FIELD]["low"] > 1
    assert not shown[HOURS]["is_clear"]
    assert shown[HOURS]["low"] < 1 < shown[HOURS]["high"]
    assert (found["draft"][FIELD], found["draft"][HOURS]) == (4.5, 1.0)
    assert (found["by_lot"], found["effects_by_lot"]) == (0, [])
    page = await olga.get("/cohorts/spring/outcomes")
    assert "Went with good ones" in page.text
    assert '<input type="hidden" name="domain" value="4.5">' in page.text
    before = await db.scalar(select(func.count()).select_from(RulesVersion))
    draft = {"version": "1", "objective": "total", "stickiness": "0", "least_score": "0"}
    sent = draft | {"min_shared_hours": "1", **{n: str(v) for n, v in found["draft"].items()}}
    del sent["own"]
    tried = await olga.post("/cohorts/spring/rules/preview", data=sent)
    assert (tried.status_code, "With these rules" in tried.text) == (200, True)
    assert 'value="4.5"' in tried.text
    assert await db.scalar(select(func.count()).select_from(RulesVersion)) == before
