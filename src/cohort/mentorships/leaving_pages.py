"""Leaving a cohort as its mentor, in a browser."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.pages import Asked, page, see
from cohort.mentors import policy as mentor_policy
from cohort.mentors import service as mentors
from cohort.mentorships import leaving
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/mentoring/{mentor_id:uuid}/leave", guards=[signed_in])
async def leave_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    """Says what it means before anything is done."""
    mentor = await mentors.get(db, actor, mentor_id)
    return page(request, "mentorships/leave.html", mentor=mentor)


@post("/mentoring/{mentor_id:uuid}/leave", guards=[signed_in])
async def leave(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    mentor = await leaving.leave(db, actor, mentor_id, now=clock())
    if mentor_policy.is_own(actor, mentor):
        return see("/mentoring", saying="Thank you for the time you gave. Everyone is told.")
    return see(f"/mentors/{mentor_id}", saying=f"{mentor.person.name} has left; everyone is told.")


router = Router("", route_handlers=[leave_page, leave], include_in_schema=False)
