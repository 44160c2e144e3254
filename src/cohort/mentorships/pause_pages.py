"""The pause of a mentorship in a browser."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.formats import day
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentorships import pausing, policy, reading
from cohort.mentorships.models import Mentorship
from cohort.mentorships.schemas import MentorshipPauseIn
from cohort.people.auth import signed_in
from cohort.people.models import Person


def home_of(actor: Person, mentorship: Mentorship) -> str:
    """Of the two it is their page; organisers read no meetings, and stay where they are."""
    here = f"/mentorships/{mentorship.id}"
    return here if policy.side_of(actor, mentorship) else f"{here}/pause"


@get("/mentorships/{mentorship_id:uuid}/pause", guards=[signed_in])
async def pause_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    mentorship = await reading.get(db, actor, mentorship_id)
    return _shown(request, actor, mentorship, Form({"resumes_on": mentorship.resumes_on or ""}))


def _shown(
    request: Asked, actor: Person, mentorship: Mentorship, form: Form[MentorshipPauseIn]
) -> Response[str]:
    is_between = policy.side_of(actor, mentorship) is not None
    return page(
        request,
        "mentorships/pause.html",
        form=form,
        mentorship=mentorship,
        back=home_of(actor, mentorship) if is_between else "/",
    )


@post("/mentorships/{mentorship_id:uuid}/pause", guards=[signed_in])
async def pause(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, MentorshipPauseIn)
    if form.value is not None:
        try:
            resumes_on = form.value.resumes_on
            paused = await pausing.pause(db, actor, mentorship_id, resumes_on, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            until = f"It goes on by itself on {day(resumes_on)}. " if resumes_on else ""
            return see(home_of(actor, paused), saying=f"The mentorship pauses. {until}")
    return _shown(request, actor, await reading.get(db, actor, mentorship_id), form)


@post("/mentorships/{mentorship_id:uuid}/resume", guards=[signed_in])
async def resume(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Redirect:
    mentorship = await pausing.resume(db, actor, mentorship_id, now=clock())
    return see(home_of(actor, mentorship), saying="The mentorship goes on.")


router = Router("", route_handlers=[pause_page, pause, resume], include_in_schema=False)
