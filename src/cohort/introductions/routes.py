"""Introductions over the API."""

from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.introductions import policy, reading, service
from cohort.introductions.schemas import ImpressionIn, IntroductionOut, introduction_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/introductions", guards=[signed_in], responses=may_refuse())
async def list_introductions(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[IntroductionOut]:
    """Whom you are to meet, as a researcher and as a mentor."""
    page = await reading.list_own(db, actor, part)
    return shown(page, lambda one: introduction_out(one, policy.side_of(actor, one)))


@get(
    "/cohorts/{cohort_id:uuid}/introductions",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_cohort_introductions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[IntroductionOut]:
    """The introductions of a cohort, with what was said; for its organisers.

    An organiser who is one of the two reads her own side of it.
    """
    page = await reading.list_in_cohort(db, actor, cohort_id, part)
    return shown(page, lambda one: introduction_out(one, policy.side_of(actor, one)))


@get("/introductions/{introduction_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_introduction(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    introduction_id: FromPath[UUID],
) -> IntroductionOut:
    """One introduction, for the two and the organisers."""
    found = await reading.get(db, actor, introduction_id)
    return introduction_out(found, policy.side_of(actor, found))


@put(
    "/introductions/{introduction_id:uuid}/answer",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.IntroductionOver),
)
async def answer_introduction(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    introduction_id: FromPath[UUID],
    data: JSONBody[ImpressionIn],
) -> IntroductionOut:
    """Say how the talk was; you can change it until pairs are published. The matching counts it,
    and only the organisers read it.
    """
    found = await service.say(db, actor, introduction_id, data, now=clock())
    return introduction_out(found, policy.side_of(actor, found))


@post(
    "/introductions/{introduction_id:uuid}/cancellation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.IntroductionOver),
)
async def cancel_introduction(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    introduction_id: FromPath[UUID],
) -> IntroductionOut:
    """Not now: call the talk off. The other one is told; a second time changes nothing."""
    found = await service.call_off(db, actor, introduction_id, now=clock())
    return introduction_out(found, policy.side_of(actor, found))


router = Router(
    "",
    route_handlers=[
        list_introductions,
        list_cohort_introductions,
        read_introduction,
        answer_introduction,
        cancel_introduction,
    ],
    tags=["introductions"],
    opt={"room": "introductions"},
)
