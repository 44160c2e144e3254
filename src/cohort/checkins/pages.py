"""The page that a check-in's mail leads to."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import policy, reading, service, surveys
from cohort.checkins.models import CheckIn, Going
from cohort.checkins.schemas import CheckInAnswer
from cohort.clock import Clock
from cohort.errors import NotAllowed
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentorships import policy as mentorships
from cohort.mentorships.emails import the_two
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/check-ins", guards=[signed_in])
async def own_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Response[str]:
    at_the_end = await surveys.waiting_for(db, actor, now=clock())
    newest = await reading.newest_of(db, actor)
    return page(request, "checkins/own.html", check_ins=newest, surveys=at_the_end)


@get("/check-ins/{check_in_id:uuid}", guards=[signed_in])
async def check_in_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    check_in_id: FromPath[UUID],
) -> Response[str]:
    check_in = await reading.get(db, actor, check_in_id)
    return await _page(request, db, actor, check_in, Form(_typed(request, check_in)))


def _typed(request: Asked, check_in: CheckIn) -> dict[str, Any]:
    """What was answered, with what was clicked in the mail in its place; nothing is kept yet."""
    typed: dict[str, Any] = {"words": check_in.words}
    if check_in.answered_at is not None:
        typed |= {
            "met": str(check_in.met).lower(),
            "going": check_in.going,
            "needs_help": str(check_in.needs_help).lower(),
        }
    clicked = request.query_params.get("going")
    if clicked in set(Going):
        typed["going"] = clicked
    return typed


async def _page(
    request: Asked, db: AsyncSession, actor: Person, check_in: CheckIn, form: Form[Any]
) -> Response[str]:
    if mentorships.side_of(actor, check_in.mentorship) is not check_in.side:
        raise NotAllowed("Only whoever is asked sees this page.")
    return page(
        request,
        "checkins/check_in.html",
        form=form,
        check_in=check_in,
        other=the_two(check_in.mentorship, check_in.side)[1],
        since=await reading.day_before(db, check_in),
        low=policy.is_low(check_in),
    )


@post("/check-ins/{check_in_id:uuid}", guards=[signed_in])
async def answer(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    check_in_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, CheckInAnswer)
    if form.value is None:
        check_in = await reading.get(db, actor, check_in_id)
        return await _page(request, db, actor, check_in, form)
    await service.answer(db, actor, check_in_id, form.value, now=clock())
    return see(f"/check-ins/{check_in_id}", saying="Thank you. The organisers can read it now.")


router = Router("", route_handlers=[own_page, check_in_page, answer], include_in_schema=False)
