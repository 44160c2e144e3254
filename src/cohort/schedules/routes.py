"""One's own hours, absences and exam, and new dates for one's plan, over the API."""

from dataclasses import asdict
from uuid import UUID

from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.schedules import service
from cohort.schedules.models import Absence, Redating
from cohort.schedules.schemas import (
    AbsenceIn,
    AbsenceOut,
    PersonalTimeOut,
    RedatedOut,
    RedatingIn,
    RedatingOut,
    StudyPaceIn,
)
from cohort.study.service import PlanFrozen


@get(
    "/enrolments/{enrolment_id:uuid}/personal_time",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_personal_time(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> Response[PersonalTimeOut]:
    """What a researcher told of her time: for herself, and but for reasons for the organisers.

    The ETag is that of her hours and her exam: send it to change them.
    """
    told = await service.personal_time(db, actor, enrolment_id)
    time = PersonalTimeOut(
        enrolment_id=enrolment_id,
        hours=told.pace.hours if told.pace else None,
        exam_on=told.pace.exam_on if told.pace else None,
        absences=[absence_out(one, with_reason=told.reads_reasons) for one in told.absences],
    )
    return Response(time, headers={"ETag": etag(service.version_of(told.pace))})


@put(
    "/enrolments/{enrolment_id:uuid}/study_pace",
    guards=[signed_in],
    responses=may_refuse(NotFound, PlanFrozen, Stale, NeedsIfMatch),
)
async def set_study_pace(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[StudyPaceIn],
    if_match: IfMatch = None,
) -> Response[StudyPaceIn]:
    """Tell the hours of a week and the day of the exam, as you read her personal time.

    Dates stay until new ones are applied. What is there already may be sent again.
    """
    await service.set_pace(db, actor, enrolment_id, data, if_match=if_match, now=clock())
    return Response(data, headers={"ETag": etag(service.version_of(data))})


@post(
    "/enrolments/{enrolment_id:uuid}/absences",
    guards=[signed_in],
    responses=may_refuse(NotFound, PlanFrozen),
)
async def add_absence(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[AbsenceIn],
) -> AbsenceOut:
    """Tell days without studying. Dates stay until new ones are applied."""
    added = await service.add_absence(db, actor, enrolment_id, data, now=clock())
    return absence_out(added, with_reason=True)


@delete(
    "/enrolments/{enrolment_id:uuid}/absences/{absence_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, PlanFrozen),
)
async def remove_absence(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    absence_id: FromPath[UUID],
) -> None:
    """Take an absence back; done twice, it is gone."""
    await service.remove_absence(db, actor, enrolment_id, absence_id, now=clock())


@post(
    "/enrolments/{enrolment_id:uuid}/redatings",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, PlanFrozen, service.PlanChanged),
)
async def redate_plan(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[RedatingIn],
) -> RedatedOut:
    """New dates for what was never handed in, by her hours, absences and exam.

    A dry run says what would change, and why. To apply it, send its `seen`: where the plan has
    changed meanwhile, nothing is applied. `docs/scheduling.md` says how dates are found.
    """
    now = clock()
    if data.dry_run:
        found = await service.preview(db, actor, enrolment_id, now=now)
    else:
        found = await service.apply(db, actor, enrolment_id, data.seen, data.note, now=now)
    dates = asdict(found.dates) | {"minutes_over": found.dates.minutes_over}
    return RedatedOut.model_validate(
        {**dates, "dry_run": data.dry_run, "seen": found.seen}, from_attributes=True
    )


@get(
    "/enrolments/{enrolment_id:uuid}/redatings",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_redatings(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    enrolment_id: FromPath[UUID],
) -> PageOut[RedatingOut]:
    """Every time that dates of a plan were set anew, the newest first: who, when, and why."""
    return shown(await service.redatings_of(db, actor, enrolment_id, part), redating_out)


def absence_out(absence: Absence, *, with_reason: bool) -> AbsenceOut:
    return AbsenceOut(
        id=absence.id,
        first_day=absence.first_day,
        last_day=absence.last_day,
        reason=absence.reason if with_reason else "",
    )


def redating_out(one: Redating) -> RedatingOut:
    return RedatingOut(
        id=one.id,
        enrolment_id=one.enrolment_id,
        by_name=one.by.name,
        asked_at=one.asked_at,
        state=one.state,
        note=one.note,
        moved=one.moved,
        minutes_over=one.minutes_over,
    )


router = Router(
    "",
    route_handlers=[
        read_personal_time,
        set_study_pace,
        add_absence,
        remove_absence,
        redate_plan,
        list_redatings,
    ],
    tags=["study"],
    opt={"room": "study"},
)
