"""A mentor's own places in a browser: how many, and a pause."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.fields import Strict
from cohort.http.formats import day
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentors import pausing, policy, service
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import Capacity, MentorPauseIn
from cohort.people.auth import signed_in
from cohort.people.models import Person


class PlacesIn(Strict):
    capacity: Annotated[Capacity, Field(examples=[2])]


@post("/mentoring/{mentor_id:uuid}/places", guards=[signed_in])
async def set_places(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, PlacesIn)
    if form.value is not None:
        try:
            await service.set_capacity(db, actor, mentor_id, form.value.capacity, now=clock())
        except service.CapacityBelowTaken as refusal:
            form = form.refused(refusal, at="capacity")
        else:
            return see("/mentoring", saying="Your places are changed.")
    mentor = await service.get_own(db, actor, mentor_id)
    return page(request, "mentors/places.html", form=form, mentor=mentor)


@get("/mentoring/{mentor_id:uuid}/pause", guards=[signed_in])
async def pause_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    mentor = await service.get(db, actor, mentor_id)
    typed = {"pause_from": mentor.pause_from or "", "back_on": mentor.back_on or ""}
    return page(request, "mentors/pause.html", form=Form(typed), mentor=mentor)


@post("/mentoring/{mentor_id:uuid}/pause", guards=[signed_in])
async def pause(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, MentorPauseIn)
    if form.value is not None:
        try:
            mentor = await pausing.pause(db, actor, mentor_id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(_home(actor, mentor), saying=_said(mentor))
    mentor = await service.get(db, actor, mentor_id)
    return page(request, "mentors/pause.html", form=form, mentor=mentor)


def _home(actor: Person, mentor: Mentor) -> str:
    return "/mentoring" if policy.is_own(actor, mentor) else f"/mentors/{mentor.id}"


def _said(mentor: Mentor) -> str:
    until = f"until {day(mentor.back_on)}" if mentor.back_on else "until the pause is ended"
    if mentor.pause_from is None:
        return f"Paused: nobody new is proposed {until}."
    return f"From {day(mentor.pause_from)} on nobody new is proposed, {until}."


@post("/mentoring/{mentor_id:uuid}/resume", guards=[signed_in])
async def resume(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    mentor = await pausing.resume(db, actor, mentor_id, now=clock())
    saying = "Welcome back. You are in the next matching again."
    if not policy.is_own(actor, mentor):
        saying = f"{mentor.person.name} is in the next matching again."
    return see(_home(actor, mentor), saying=saying)


router = Router("", route_handlers=[set_places, pause_page, pause, resume], include_in_schema=False)
