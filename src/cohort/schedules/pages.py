"""My hours and absences, and new dates that are looked at before they are taken, in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid, Stale
from cohort.http.formats import day, hours
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.schedules import service
from cohort.schedules.dating import NewDates
from cohort.schedules.models import Absence, Redating, StudyPace
from cohort.schedules.schemas import AbsenceIn, RedatingForm, StudyPaceIn
from cohort.study.policy import is_frozen

TIMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class TimeView:
    """What somebody told of her time, and when her dates were set anew."""

    enrolment: Enrolment
    pace: StudyPace | None
    version: str
    absences: Sequence[Absence]
    reads_reasons: bool
    is_own: bool
    is_frozen: bool
    redatings: Sequence[Redating]
    today: date


@dataclass(frozen=True, slots=True)
class NewDatesView:
    """New dates, week by week and milestone by milestone; nothing has changed yet."""

    enrolment: Enrolment
    is_own: bool
    dates: NewDates
    seen: str
    changed: bool
    """Whether what somebody wanted to take was not this any more."""


@get("/plan/{enrolment_id:uuid}/time", guards=[signed_in])
async def time_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    return await _show_time(request, db, actor, clock, enrolment_id, Form())


async def _show_time(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    clock: Clock,
    enrolment_id: UUID,
    form: Form[StudyPaceIn] | Form[AbsenceIn],
) -> Response[str]:
    told = await service.personal_time(db, actor, enrolment_id)
    times = await service.redatings_of(db, actor, enrolment_id, Slice(limit=TIMES_SHOWN))
    zone = ZoneInfo(told.enrolment.cohort.time_zone)
    view = TimeView(
        told.enrolment,
        told.pace,
        service.version_of(told.pace),
        told.absences,
        told.reads_reasons,
        is_own=told.enrolment.person_id == actor.id,
        is_frozen=is_frozen(told.enrolment),
        redatings=times.items,
        today=clock().astimezone(zone).date(),
    )
    return page(request, "schedules/time.html", view, form=form)


@post("/plan/{enrolment_id:uuid}/time", guards=[signed_in])
async def keep_pace(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, StudyPaceIn)
    if form.value is not None:
        try:
            await service.set_pace(
                db, actor, enrolment_id, form.value, if_match=form.seen, now=clock()
            )
        except Stale as refusal:
            told = await service.personal_time(db, actor, enrolment_id)
            form = _refused_as_stale(form, refusal, told.pace)
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(
                f"/plan/{enrolment_id}/dates", saying="Kept. See what it means for the dates."
            )
    return await _show_time(request, db, actor, clock, enrolment_id, form)


def _refused_as_stale(
    form: Form[StudyPaceIn], refusal: Stale, pace: StudyPace | None
) -> Form[StudyPaceIn]:
    """What was typed, with what is kept by now beside it: to keep it once more replaces that."""
    there = StudyPaceIn(hours=pace.hours, exam_on=pace.exam_on) if pace else StudyPaceIn()
    words = {
        "hours": f"{hours(there.hours)} a week" if there.hours else "no hours",
        "exam_on": day(there.exam_on) if there.exam_on else "no day",
    }
    changed = {
        name: f"This was changed meanwhile, to {said}. Keep yours to replace it."
        for name, said in words.items()
        if getattr(there, name) != getattr(form.value, name)
    }
    refused = form.refused(refusal, status=refusal.status)
    newest = {**form.typed, "version": service.version_of(pace)}
    return replace(refused, errors={**refused.errors, **changed}, typed=newest)


@post("/plan/{enrolment_id:uuid}/absences", guards=[signed_in])
async def keep_absence(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, AbsenceIn)
    if form.value is not None:
        try:
            await service.add_absence(db, actor, enrolment_id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(
                f"/plan/{enrolment_id}/dates", saying="Kept. See what it means for the dates."
            )
    return await _show_time(request, db, actor, clock, enrolment_id, form)


@post("/plan/{enrolment_id:uuid}/absences/{absence_id:uuid}/remove", guards=[signed_in])
async def remove_absence(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    absence_id: FromPath[UUID],
) -> Redirect:
    await service.remove_absence(db, actor, enrolment_id, absence_id, now=clock())
    return see(f"/plan/{enrolment_id}/time", saying="The absence is removed.")


@get("/plan/{enrolment_id:uuid}/dates", guards=[signed_in])
async def dates_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    return await _show_dates(request, db, actor, clock, enrolment_id)


async def _show_dates(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    clock: Clock,
    enrolment_id: UUID,
    form: Form[RedatingForm] | None = None,
    *,
    changed: bool = False,
) -> Response[str]:
    found = await service.preview(db, actor, enrolment_id, now=clock())
    enrolment = found.plan.enrolment
    is_own = enrolment.person_id == actor.id
    view = NewDatesView(enrolment, is_own, found.dates, found.seen, changed)
    status = 409 if changed else 200
    return page(request, "schedules/dates.html", view, form=form or Form(status=status))


@post("/plan/{enrolment_id:uuid}/dates", guards=[signed_in])
async def take_dates(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """What was looked at; where the plan has changed since, the new dates are shown instead."""
    form = await read_form(request, RedatingForm)
    if form.value is None:
        return await _show_dates(request, db, actor, clock, enrolment_id, form)
    seen, note = form.value.seen, form.value.note
    try:
        await service.apply(db, actor, enrolment_id, seen, note, now=clock())
    except service.PlanChanged:
        return await _show_dates(request, db, actor, clock, enrolment_id, changed=True)
    return see(f"/plan/{enrolment_id}", saying="The plan has its new dates.")


router = Router(
    "",
    route_handlers=[time_page, keep_pace, keep_absence, remove_absence, dates_page, take_dates],
    include_in_schema=False,
)
