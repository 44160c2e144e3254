"""Cohorts and enrolments over the API."""

from typing import Annotated, cast
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments, leaving, reading, service
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.cohorts.schemas import (
    CloneIn,
    CohortChange,
    CohortIn,
    CohortOut,
    EnrolmentChange,
    EnrolmentIn,
    EnrolmentOut,
    MoveIn,
    WithdrawalsIn,
    WithdrawalsOut,
)
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, listed, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings


def cohort_answer(cohort: Cohort, *, status: int = 200) -> Response[CohortOut]:
    out = CohortOut.model_validate(cohort)
    return Response(out, status_code=status, headers={"ETag": etag(cohort.version)})


def enrolment_answer(enrolment: Enrolment, *, status: int = 200) -> Response[EnrolmentOut]:
    out = EnrolmentOut.model_validate(enrolment)
    return Response(out, status_code=status, headers={"ETag": etag(enrolment.version)})


@post("/cohorts", guards=[signed_in], responses=may_refuse(service.SlugTaken))
async def create_cohort(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    data: JSONBody[CohortIn],
) -> Response[CohortOut]:
    """Begin a cohort as a draft that only its organisers see; you become one.

    For admins, for those whom an admin lets, and for everybody where the installation allows it.
    """
    anyone = settings.anyone_opens_cohorts
    made = await service.create(db, actor, data, now=clock(), open_to_anyone=anyone)
    return cohort_answer(made, status=201)


@post(
    "/cohorts/{cohort_id:uuid}/clones",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.SlugTaken),
)
async def clone_cohort(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[CloneIn],
) -> Response[CohortOut]:
    """Make a draft like a cohort that you run, with new dates, its organisers and its rules."""
    return cohort_answer(await service.clone(db, actor, cohort_id, data, now=clock()), status=201)


@delete(
    "/cohorts/{cohort_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.NotADraft),
)
async def delete_cohort(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> None:
    """Delete a draft that you run."""
    await service.delete_draft(db, actor, cohort_id, now=clock())


@get("/cohorts", guards=[signed_in], responses=may_refuse())
async def list_cohorts(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    at: Annotated[
        CohortState | None, QueryParameter(name="state", description="Only those in this state.")
    ] = None,
) -> PageOut[CohortOut]:
    """The cohorts that you can see, the oldest first."""
    return shown(await service.list_cohorts(db, actor, part, state=at), CohortOut.model_validate)


@get("/cohorts/{cohort_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_cohort(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> Response[CohortOut]:
    """One cohort."""
    return cohort_answer(await service.get(db, actor, cohort_id))


@patch(
    "/cohorts/{cohort_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_cohort(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[CohortChange],
    if_match: IfMatch = None,
) -> Response[CohortOut]:
    """Change what you name; the rest stays. For its organisers."""
    return cohort_answer(
        await service.change(db, actor, cohort_id, data, if_match=if_match, now=clock())
    )


@post(
    "/cohorts/{cohort_id:uuid}/moves",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.WrongMove),
)
async def move_cohort(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[MoveIn],
) -> Response[CohortOut]:
    """Take a cohort one step on: draft, open, running, completed, archived."""
    return cohort_answer(await service.move(db, actor, cohort_id, data.to, now=clock()))


@post(
    "/cohorts/{cohort_id:uuid}/enrolments",
    guards=[signed_in],
    responses=may_refuse(
        NotFound,
        enrolments.ByApplication,
        enrolments.CohortFull,
        enrolments.NotJoinable,
        enrolments.AlreadyEnrolled,
    ),
)
async def enrol(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[EnrolmentIn],
) -> Response[EnrolmentOut]:
    """Take a seat in a cohort that is open or running. Your plan is laid out at once."""
    return enrolment_answer(
        await enrolments.enrol(db, actor, cohort_id, data, now=clock()), status=201
    )


@get("/enrolments", guards=[signed_in], responses=may_refuse())
async def list_own_enrolments(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[EnrolmentOut]:
    """Your own enrolments, in whichever cohort."""
    return listed(await reading.list_own(db, actor, part), reading.enrolment_json)


@get("/enrolments/{enrolment_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_enrolment(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> Response[EnrolmentOut]:
    """One enrolment: your own, or one of a cohort that you run."""
    found = await reading.read(db, actor, enrolment_id)
    answer = cast("EnrolmentOut", reading.enrolment_json(found))
    return Response(answer, headers={"ETag": etag(found["version"])})


@patch(
    "/enrolments/{enrolment_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_enrolment(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[EnrolmentChange],
    if_match: IfMatch = None,
) -> Response[EnrolmentOut]:
    """Change what you name of the profile; the rest stays."""
    return enrolment_answer(
        await enrolments.change(db, actor, enrolment_id, data, if_match=if_match, now=clock())
    )


@post(
    "/enrolments/{enrolment_id:uuid}/withdrawal",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def withdraw(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[EnrolmentOut]:
    """Give the seat back. Enrolling again brings the same plan and evidence back."""
    return enrolment_answer(await enrolments.withdraw(db, actor, enrolment_id, now=clock()))


@post(
    "/cohorts/{cohort_id:uuid}/withdrawals",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def withdraw_enrolments(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[WithdrawalsIn],
) -> WithdrawalsOut:
    """Take the seats of many researchers back at once, all or none; what they handed in stays.

    With `dry_run` the answer is the same, and nothing is kept.
    """
    outcomes = await leaving.withdraw_many(db, actor, cohort_id, data, now=clock())
    return WithdrawalsOut(dry_run=data.dry_run, outcomes=outcomes)


router = Router(
    "",
    route_handlers=[
        create_cohort,
        list_cohorts,
        read_cohort,
        change_cohort,
        clone_cohort,
        delete_cohort,
        move_cohort,
        enrol,
        list_own_enrolments,
        read_enrolment,
        change_enrolment,
        withdraw,
        withdraw_enrolments,
    ],
    tags=["cohorts"],
    opt={"room": "cohorts"},
)
