"""Asking for another mentor, or for another researcher, over the API."""

from uuid import UUID

from litestar import Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.mentorships import rematching
from cohort.mentorships.pausing import MentorshipEnded
from cohort.mentorships.schemas import RematchIn, RematchRequestOut
from cohort.mentorships.showing import rematch_request_out
from cohort.people.auth import signed_in
from cohort.people.models import Person

ADDRESS = "/mentorships/{mentorship_id:uuid}/rematch_request"


@put(
    ADDRESS,
    guards=[signed_in],
    responses=may_refuse(NotFound, MentorshipEnded),
)
async def ask_for_another(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    data: JSONBody[RematchIn],
) -> RematchRequestOut:
    """Ask for somebody else, as one of the two. The other one is not told, and it goes on."""
    asked = await rematching.ask(db, actor, mentorship_id, data.reason, now=clock())
    return rematch_request_out(asked)


@get(ADDRESS, guards=[signed_in], responses=may_refuse(NotFound))
async def read_rematch_request(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentorship_id: FromPath[UUID],
) -> RematchRequestOut:
    """What you asked; nothing, if you did not, whatever the other one did."""
    return rematch_request_out(await rematching.get_own(db, actor, mentorship_id))


@delete(ADDRESS, guards=[signed_in], responses=may_refuse(NotFound))
async def withdraw_rematch_request(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> None:
    """Take it back; a proposal that was made meanwhile can be declined."""
    await rematching.withdraw(db, actor, mentorship_id, now=clock())


@get(
    "/cohorts/{cohort_id:uuid}/rematch_requests",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_rematch_requests(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[RematchRequestOut]:
    """Who asks for somebody else in a cohort that you organise, and why; the oldest first."""
    page = await rematching.list_of_cohort(db, actor, cohort_id, part)
    return shown(page, rematch_request_out)


router = Router(
    "",
    route_handlers=[
        ask_for_another,
        read_rematch_request,
        withdraw_rematch_request,
        list_rematch_requests,
    ],
    tags=["mentorships"],
    opt={"room": "mentorships"},
)
