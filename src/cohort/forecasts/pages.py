"""Who needs help before it is too late, in a browser."""

from datetime import datetime
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.forecasts import service
from cohort.forecasts.own import own_forecast
from cohort.forecasts.schemas import (
    ForecastSearch,
    StudyNudgeOutcome,
    StudyNudgesForm,
    StudyNudgesIn,
)
from cohort.http.formats import plural
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice, page_within
from cohort.people.auth import signed_in
from cohort.people.models import Person

SHOWN = 50


@get("/cohorts/{slug:str}/forecasts", guards=[signed_in])
async def forecasts_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    return await _forecasts(
        request, db, actor, await cohorts.organised_by_slug(db, actor, slug), clock()
    )


async def _forecasts(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    now: datetime,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    form, cursor = _searched(request), request.query_params.get("cursor") or None
    wanted = form.value or ForecastSearch()
    told = await service.forecasts(db, actor, cohort.id, wanted, now=now)
    part = page_within(told.found, Slice(cursor, SHOWN))
    return page(
        request,
        "forecasts/forecasts.html",
        status=422 if errors else form.status,
        typed=form.typed,
        errors=errors or form.errors,
        cohort=cohort,
        rows=part.items,
        counts=told.counts,
        goes_on=cohort.state in service.GOES_ON,
        next=part.next,
        begun=cursor,
        narrowed=bool(wanted.q or wanted.outlook),
    )


def _searched(request: Asked) -> Form[ForecastSearch]:
    """What the form above the list was sent with; where it does not fit, everyone is listed."""
    sent = request.query_params
    names = (one for one in ForecastSearch.model_fields if sent.get(one))
    return checked(ForecastSearch, {one: sent[one] for one in names})


@post("/cohorts/{slug:str}/forecasts", guards=[signed_in])
async def nudge(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """First whom it would tell; then, from that page, told."""
    now, cohort = clock(), await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, StudyNudgesForm)
    if form.value is None:
        return await _forecasts(request, db, actor, cohort, now, dict(form.errors))
    asked = StudyNudgesIn(enrolment_ids=form.value.enrolment_ids, dry_run=not form.value.send)
    try:
        outcomes = await service.nudge_many(db, actor, cohort.id, asked, now=now)
    except Invalid as refusal:
        return await _forecasts(request, db, actor, cohort, now, dict(form.refused(refusal).errors))
    nudged = [one for one in outcomes if one.outcome is StudyNudgeOutcome.NUDGED]
    if asked.dry_run:
        return page(
            request, "forecasts/nudge.html", cohort=cohort, outcomes=outcomes, nudged=nudged
        )
    told = f"{plural(len(nudged), 'mail')} on the way."
    return see(f"/cohorts/{slug}/forecasts", saying=told)


@get("/cohorts/{slug:str}/forecasts/record", guards=[signed_in])
async def record_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    record = await service.track_record(db, actor, cohort.id)
    return page(request, "forecasts/record.html", cohort=cohort, record=record)


@get("/plan/{enrolment_id:uuid}/forecast", guards=[signed_in])
async def own_forecast_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    told = await own_forecast(db, actor, enrolment_id, now=clock())
    is_own = told.enrolment.person_id == actor.id
    return page(request, "forecasts/own.html", own=told, is_own=is_own)


router = Router(
    "",
    route_handlers=[forecasts_page, nudge, record_page, own_forecast_page],
    include_in_schema=False,
)
