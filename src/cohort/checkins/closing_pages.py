"""The page of a closing survey, and a mentor's record of hours to print."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import surveys
from cohort.checkins.hours import hours_of
from cohort.checkins.models import ClosingSurvey
from cohort.checkins.schemas import ClosingAnswer
from cohort.clock import Clock
from cohort.errors import NotAllowed
from cohort.http.formats import local_day
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentorships import policy as mentorships
from cohort.mentorships.emails import the_two
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/closing-surveys/{survey_id:uuid}", guards=[signed_in])
async def closing_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    survey_id: FromPath[UUID],
) -> Response[str]:
    survey = await surveys.get(db, actor, survey_id)
    typed: dict[str, Any] = {"words": survey.words, "may_name": survey.may_name}
    if survey.answered_at is not None:
        typed |= {"worth": survey.worth, "would_again": str(survey.would_again).lower()}
    return _page(request, actor, survey, Form(typed))


def _page(request: Asked, actor: Person, survey: ClosingSurvey, form: Form[Any]) -> Response[str]:
    if mentorships.side_of(actor, survey.mentorship) is not survey.side:
        raise NotAllowed("Only whoever is asked sees this page.")
    other = the_two(survey.mentorship, survey.side)[1]
    return page(request, "checkins/closing.html", form=form, survey=survey, other=other)


@post("/closing-surveys/{survey_id:uuid}", guards=[signed_in])
async def answer_closing(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    survey_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, ClosingAnswer)
    if form.value is None:
        return _page(request, actor, await surveys.get(db, actor, survey_id), form)
    await surveys.answer(db, actor, survey_id, form.value, now=clock())
    return see(f"/closing-surveys/{survey_id}", saying="Thank you for your words, and your time.")


@get("/mentoring/{mentor_id:uuid}/hours", guards=[signed_in])
async def hours_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    hours = await hours_of(db, actor, mentor_id)
    today = local_day(clock(), hours.mentor.time_zone)
    return page(request, "checkins/hours.html", hours=hours, today=today)


router = Router(
    "", route_handlers=[closing_page, answer_closing, hours_page], include_in_schema=False
)
