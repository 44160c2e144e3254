"""As which sides of a cohort somebody may answer the organisers' own questions."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import service as applications
from cohort.applications.models import ApplicationState
from cohort.cohorts import enrolments
from cohort.errors import NotFound
from cohort.mentors import service as mentors
from cohort.people.models import Person
from cohort.questions.models import AnswerOf

STANDING = {ApplicationState.APPLIED, ApplicationState.WAITLISTED, ApplicationState.ACCEPTED}


async def sides_of(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[AnswerOf]:
    """A researcher has a seat or has applied for one; a mentor has signed up."""
    sides = []
    applied = await applications.find_own(db, actor, cohort_id)
    waits = applied is not None and applied.state in STANDING
    if waits or await enrolments.seat_of(db, actor, cohort_id) is not None:
        sides.append(AnswerOf.RESEARCHER)
    if any(one.cohort_id == cohort_id for one in await mentors.list_own(db, actor)):
        sides.append(AnswerOf.MENTOR)
    return sides


async def require_side(db: AsyncSession, actor: Person, cohort_id: UUID, side: AnswerOf) -> None:
    if side not in await sides_of(db, actor, cohort_id):
        raise NotFound(f"You are no {side} of this cohort.")
