"""A researcher's week over the API."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.weeks import service
from cohort.weeks.schemas import WeekOut


@get("/enrolments/{enrolment_id:uuid}/week", guards=[signed_in], responses=may_refuse(NotFound))
async def read_week(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> WeekOut:
    """What you have to do this week and why, what is late and the way back, and what comes next."""
    return await service.week(db, actor, enrolment_id, now=clock())


router = Router("", route_handlers=[read_week], tags=["weeks"], opt={"room": "study"})
