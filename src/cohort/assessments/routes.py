"""The self-assessment over the API."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments import service
from cohort.assessments.schemas import AssessmentIn, AssessmentOut
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.service import PlanFrozen


@get(
    "/enrolments/{enrolment_id:uuid}/assessment",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_assessment(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> AssessmentOut:
    """What you said that you know, and how it weighs the milestones of your plan."""
    return await service.assessment(db, actor, enrolment_id, now=clock())


@put(
    "/enrolments/{enrolment_id:uuid}/assessment",
    guards=[signed_in],
    responses=may_refuse(NotFound, PlanFrozen),
)
async def answer_assessment(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[AssessmentIn],
) -> AssessmentOut:
    """Answer statements, as many as you like; the last answer to each counts.

    Milestones that you may skip are not passed by this: hand in what you already have, and a
    reviewer looks at it.
    """
    await service.answer(db, actor, enrolment_id, data, now=clock())
    return await service.assessment(db, actor, enrolment_id, now=clock())


router = Router(
    "",
    route_handlers=[read_assessment, answer_assessment],
    tags=["assessments"],
    opt={"room": "study"},
)
