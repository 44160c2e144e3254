"""Forecasts over the API, for organisers."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.forecasts import service
from cohort.forecasts.outlook import StudyOutlook
from cohort.forecasts.own import own_forecast
from cohort.forecasts.reading import ends_at
from cohort.forecasts.schemas import (
    ForecastOut,
    ForecastSearch,
    ForecastSort,
    OwnForecastOut,
    ReliabilityOut,
    StudyNudgesIn,
    StudyNudgesOut,
    TrackRecordOut,
    forecast_out,
)
from cohort.http.listing import PartOfName, pattern
from cohort.http.paging import PageOut, Slice, page_within, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{cohort_id:uuid}/forecasts", guards=[signed_in], responses=may_refuse(NotFound))
async def list_forecasts(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    q: PartOfName = None,
    outlook: Annotated[StudyOutlook | None, QueryParameter(description="Only those.")] = None,
    sort: Annotated[
        ForecastSort,
        OwnForecastOut,
        QueryParameter(description="`help`: those first whom help would change most."),
    ] = ForecastSort.HELP,
) -> PageOut[ForecastOut]:
    """When each researcher of a cohort will be done, and who needs somebody; for its organisers.

    From her own pace and that of the cohort; `docs/forecasts.md` says how it is worked out. Empty
    before a cohort opens and after it has ended.
    """
    pattern(q)
    wanted = ForecastSearch(q=q or "", outlook=outlook, sort=sort)
    told = await service.forecasts(db, actor, cohort_id, wanted, now=clock())
    return shown(page_within(told.found, part), forecast_out)


@get(
    "/cohorts/{cohort_id:uuid}/forecasts/track_record",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_track_record(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
) -> TrackRecordOut:
    """How good such forecasts were in cohorts of the same guide that have ended and that you run.

    What would have been said a quarter, half and three quarters through each, beside what came.
    """
    told = await service.track_record(db, actor, cohort_id)
    bins = [
        ReliabilityOut(
            low=one.low,
            high=one.high,
            forecasts=one.forecasts,
            said=one.said,
            came_true=one.came,
        )
        for one in told.bins
    ]
    return TrackRecordOut(**asdict(told) | {"bins": bins})


@post(
    "/cohorts/{cohort_id:uuid}/study_nudges",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def nudge_researchers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[StudyNudgesIn],
) -> StudyNudgesOut:
    """Remind each of these researchers of her plan, by mail.

    The mail names what is overdue and what comes next, no forecast. Nobody is nudged twice in a
    week. With `dry_run`, it says whom it would tell.
    """
    outcomes = await service.nudge_many(db, actor, cohort_id, data, now=clock())
    return StudyNudgesOut(dry_run=data.dry_run, outcomes=outcomes)


@get("/enrolments/{enrolment_id:uuid}/forecast", guards=[signed_in], responses=may_refuse(NotFound))
async def read_own_forecast(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> OwnForecastOut:
    """When a researcher will be done at her pace; for herself and the organisers of her cohort.

    404 where there is nothing to tell: no plan yet, or a cohort that is not open or running.
    """
    told = await own_forecast(db, actor, enrolment_id, now=clock())
    one = told.forecast
    if one is None:
        raise NotFound(
            "There is no plan of a cohort that goes on, so there is nothing to foretell."
        )
    is_told = told.is_told and one.outlook is not StudyOutlook.DONE
    item_id, title = told.next_step or (None, None)
    return OwnForecastOut(
        enrolment_id=enrolment_id,
        early=one.early if is_told else None,
        middle=one.middle if is_told else None,
        late=one.late if is_told else None,
        ends_at=ends_at(told.enrolment.cohort),
        milestones=one.work.items,
        hours=one.work.hours,
        hours_done=one.work.hours_done,
        hours_asked=one.work.hours_asked,
        overdue=one.work.late,
        handed_in_at=one.work.handed_in_at,
        sessions_missed=one.work.sessions_missed,
        mock_exam_failed_at=one.work.mock_exam_failed_at,
        next_item_id=item_id,
        next_title=title,
    )


router = Router(
    "",
    route_handlers=[list_forecasts, read_track_record, nudge_researchers, read_own_forecast],
    tags=["study"],
    opt={"room": "study"},
)
