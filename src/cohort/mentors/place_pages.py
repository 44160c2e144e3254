"""A mentor's own places in a browser: how many, and a pause."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.fields import Strict
from cohort.http.forms import read_form
from cohort.http.pages import Asked, page, see
from cohort.mentors import service
from cohort.mentors.schemas import Capacity
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


@post("/mentoring/{mentor_id:uuid}/pause", guards=[signed_in])
async def pause(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    await service.pause(db, actor, mentor_id, now=clock())
    return see(
        "/mentoring", saying="You are paused. Nobody new is proposed to you until you resume."
    )


@post("/mentoring/{mentor_id:uuid}/resume", guards=[signed_in])
async def resume(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    await service.resume(db, actor, mentor_id, now=clock())
    return see("/mentoring", saying="Welcome back. You are in the next matching again.")


router = Router("", route_handlers=[set_places, pause, resume], include_in_schema=False)
