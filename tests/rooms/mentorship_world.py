"""Ada and Grace are proposed to each other in Olga's cohort."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.mentors.models import Mentor
from cohort.mentorships import service
from cohort.mentorships.models import Proposal
from tests.conftest import MONDAY, Cast, Someone
from tests.world import enrolled


@dataclass
class Spring:
    """A running cohort with a researcher, a mentor of one place, and an open proposal."""

    cohort: Cohort
    olga: Someone
    ada: Someone
    grace: Someone
    enrolment: Enrolment
    mentor: Mentor
    proposal: Proposal

    @property
    def address(self) -> str:
        return f"/api/v1/proposals/{self.proposal.id}"


async def proposed(db: AsyncSession, enrolment: Enrolment, mentor: Mentor) -> Proposal:
    offer = service.Offer(
        enrolment.id,
        mentor.id,
        score=0.75,
        fit="good",
        reason="Both of you work on translation.",
        factors=[{"name": "domain", "title": "Field", "score": 0.9, "weight": 1.0}],
    )
    [made] = await service.propose(db, [offer], cohort_id=enrolment.cohort_id, now=MONDAY)
    return made


async def another(enter: Cast, db: AsyncSession, spring: Spring, name: str) -> tuple[Someone, str]:
    """Another researcher who is proposed to Grace, and the address of her proposal."""
    someone = await enter(name)
    enrolment = await enrolled(db, spring.cohort, someone.person, now=MONDAY)
    proposal = await proposed(db, enrolment, spring.mentor)
    await db.commit()
    return someone, f"/api/v1/proposals/{proposal.id}"


async def begun(spring: Spring) -> dict[str, Any]:
    """Both say yes; the mentorship as Ada sees it."""
    for one in (spring.grace, spring.ada):
        assert (await one.post(f"{spring.address}/acceptance")).status_code == 200
    (mentorship,) = (await spring.ada.get("/api/v1/mentorships")).json()["items"]
    found: dict[str, Any] = mentorship
    return found


async def taken(db: AsyncSession, mentor_id: UUID) -> int | None:
    return await db.scalar(select(Mentor.taken).where(Mentor.id == mentor_id))
