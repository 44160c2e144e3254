"""A researcher's pause, over the API."""

from uuid import UUID

from litestar import Response, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import pausing
from cohort.cohorts.routes import enrolment_answer
from cohort.cohorts.schemas import EnrolmentOut, ResearcherPauseIn
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@post(
    "/enrolments/{enrolment_id:uuid}/pause",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def pause_enrolment(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[ResearcherPauseIn],
) -> Response[EnrolmentOut]:
    """Ask for no proposals before a day; mentorships and an open proposal go on."""
    return enrolment_answer(await pausing.pause(db, actor, enrolment_id, data.until, now=clock()))


@delete(
    "/enrolments/{enrolment_id:uuid}/pause",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def resume_enrolment(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[EnrolmentOut]:
    """End the pause."""
    return enrolment_answer(await pausing.resume(db, actor, enrolment_id, now=clock()))


router = Router(
    "",
    route_handlers=[pause_enrolment, resume_enrolment],
    tags=["cohorts"],
    opt={"room": "cohorts"},
)
