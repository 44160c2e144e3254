"""Closing surveys and a mentor's hours over the API."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import surveys
from cohort.checkins.hours import hours_of
from cohort.checkins.schemas import (
    ClosingAnswer,
    ClosingSurveyOut,
    HoursOut,
    MonthOut,
    closing_survey_out,
)
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/closing_surveys", guards=[signed_in], responses=may_refuse())
async def list_closing_surveys(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[ClosingSurveyOut]:
    """What you were asked when a mentorship of yours had ended."""
    return shown(await surveys.list_own(db, actor, part), closing_survey_out)


@get("/closing_surveys/{survey_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_closing_survey(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], survey_id: FromPath[UUID]
) -> ClosingSurveyOut:
    """A closing survey, for whoever is asked and for the organisers."""
    return closing_survey_out(await surveys.get(db, actor, survey_id))


@put("/closing_surveys/{survey_id:uuid}/answer", guards=[signed_in], responses=may_refuse(NotFound))
async def answer_closing_survey(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    survey_id: FromPath[UUID],
    data: JSONBody[ClosingAnswer],
) -> ClosingSurveyOut:
    """Say what it was worth; an answer may be changed."""
    return closing_survey_out(await surveys.answer(db, actor, survey_id, data, now=clock()))


@get("/mentors/{mentor_id:uuid}/hours", guards=[signed_in], responses=may_refuse(NotFound))
async def read_hours(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> HoursOut:
    """A mentor's record of hours, for the mentor and the organisers."""
    its = await hours_of(db, actor, mentor_id)
    return HoursOut(
        mentor_id=its.mentor.id,
        mentor=its.mentor.person.name,
        cohort=its.mentor.cohort.name,
        mentorships=its.mentorships,
        meetings=its.meetings,
        minutes=its.minutes,
        months=[MonthOut.model_validate(month) for month in its.months],
        named=list(its.named),
    )


router = Router(
    "",
    route_handlers=[list_closing_surveys, read_closing_survey, answer_closing_survey, read_hours],
    tags=["checkins"],
    opt={"room": "checkins"},
)
