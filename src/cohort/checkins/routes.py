"""Check-ins over the API."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import reading, service
from cohort.checkins.schemas import CheckInAnswer, CheckInOut, check_in_out
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/check_ins", guards=[signed_in], responses=may_refuse())
async def list_check_ins(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[CheckInOut]:
    """What you were asked about your mentorships, and what you answered."""
    return shown(await reading.list_own(db, actor, part), check_in_out)


@get(
    "/mentorships/{mentorship_id:uuid}/check_ins",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_mentorship_check_ins(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    mentorship_id: FromPath[UUID],
) -> PageOut[CheckInOut]:
    """Those of a mentorship: both sides' for an organiser, one's own for each of the two."""
    page = await reading.list_of_mentorship(db, actor, mentorship_id, part)
    return shown(page, check_in_out)


@get("/check_ins/{check_in_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_check_in(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], check_in_id: FromPath[UUID]
) -> CheckInOut:
    """A check-in, for whoever is asked and for the organisers."""
    return check_in_out(await reading.get(db, actor, check_in_id))


@put(
    "/check_ins/{check_in_id:uuid}/answer",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.CheckInClosed),
)
async def answer_check_in(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    check_in_id: FromPath[UUID],
    data: JSONBody[CheckInAnswer],
) -> CheckInOut:
    """Say how it goes; until the next check-in, an answer may be changed."""
    return check_in_out(await service.answer(db, actor, check_in_id, data, now=clock()))


router = Router(
    "",
    route_handlers=[
        list_check_ins,
        list_mentorship_check_ins,
        read_check_in,
        answer_check_in,
    ],
    tags=["checkins"],
    opt={"room": "checkins"},
)
