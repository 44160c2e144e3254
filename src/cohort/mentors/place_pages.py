"""A mentor's own places in a browser: how many, and a pause."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid, Stale
from cohort.http.fields import Strict
from cohort.http.formats import day
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.mentors import pausing, policy, service
from cohort.mentors.forms import offered_choices, typed_mentor
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import Capacity, MentorChangeIn, MentorFields, MentorPauseIn
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


@get("/mentoring/{mentor_id:uuid}/profile", guards=[signed_in])
async def profile_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    """What she signed up with, to be read and changed, before it is approved and after."""
    mentor = await service.get_own(db, actor, mentor_id)
    typed = {name: getattr(mentor, name) for name in MentorFields.model_fields}
    return await _profile(request, db, mentor, Form({**typed, "version": str(mentor.version)}))


async def _profile(
    request: Asked, db: AsyncSession, mentor: Mentor, form: Form[MentorFields]
) -> Response[str]:
    offered = await offered_choices(db, mentor.cohort_id, form.typed)
    return page(request, "mentors/profile.html", form=form, mentor=mentor, offered=offered)


@post("/mentoring/{mentor_id:uuid}/profile", guards=[signed_in])
async def change_profile(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str] | Redirect:
    sent = await sent_by(request)
    form = checked(MentorFields, typed_mentor(sent, MentorFields))
    mentor = await service.get_own(db, actor, mentor_id)
    if form.value is not None:
        asked = MentorChangeIn.model_validate(form.value.model_dump())
        try:
            await service.change(db, actor, mentor_id, asked, if_match=form.seen, now=clock())
        except (Stale, Invalid, service.CapacityBelowTaken) as refusal:
            newest = {**form.typed, "version": str(mentor.version)}
            form = replace(form.refused(refusal), typed=newest)
        else:
            return see("/mentoring", saying="Your profile is changed.")
    return await _profile(request, db, mentor, form)


router = Router(
    "",
    route_handlers=[set_places, pause_page, pause, resume, profile_page, change_profile],
    include_in_schema=False,
)
