"""Spreadsheets of people over the API."""

from typing import get_args
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments, own_terms
from cohort.cohorts import service as cohorts
from cohort.errors import NotFound
from cohort.exchange import export, service
from cohort.exchange.downloads import download
from cohort.exchange.planning import ImportPlan
from cohort.exchange.schemas import (
    LONGEST_BODY,
    ExportIn,
    FoundTermOut,
    ImportCountsOut,
    ImportIn,
    ImportOut,
    ImportRowOut,
    Outcome,
    OwnTermOut,
)
from cohort.http.paging import PageOut
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


@post(
    "/cohorts/{cohort_id:uuid}/imports",
    guards=[signed_in],
    status_code=200,
    request_max_body_size=LONGEST_BODY,
    responses=may_refuse(
        NotFound, enrolments.CohortFull, enrolments.NotJoinable, enrolments.AlreadyEnrolled
    ),
)
async def import_people(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[ImportIn],
) -> ImportOut:
    """Bring the people of a spreadsheet into a cohort, all or none. For its organisers.

    A dry run answers what would happen. Whoever is in the cohort by her own word is not changed.
    Whoever is new gets a seat or is a mentor, can be matched, and is asked by mail: she corrects
    and confirms what was typed of her, or says no, and it is erased. Up to 8 MB.
    """
    return imported(await service.import_people(db, actor, cohort_id, data, now=clock()), data)


@post(
    "/cohorts/{cohort_id:uuid}/exports",
    guards=[signed_in],
    status_code=200,
    media_type="application/octet-stream",
    opt={"repeatable": True},
    responses=may_refuse(NotFound),
)
async def export_people(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[ExportIn],
) -> Response[bytes]:
    """A cohort as a spreadsheet: researchers, mentors, past pairs, mentorships. For its organisers.

    An import reads the first three. Each export is recorded, with who made it.
    """
    cohort, file = await export.export(db, actor, cohort_id, data.format, now=clock())
    return download(cohort.slug, data.format, file)


@get("/cohorts/{cohort_id:uuid}/own_terms", guards=[signed_in], responses=may_refuse(NotFound))
async def list_own_terms(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> PageOut[OwnTermOut]:
    """Words outside the taxonomies that profiles of this cohort use, with their titles."""
    await cohorts.get(db, actor, cohort_id)
    found = await own_terms.of_cohort(db, cohort_id)
    return PageOut(items=[OwnTermOut.model_validate(one) for one in found], next=None)


def imported(plan: ImportPlan, form: ImportIn) -> ImportOut:
    rows = [
        ImportRowOut(
            sheet=one.person.sheet,
            row=one.person.row,
            side=one.person.side,
            name=one.person.name,
            email=one.person.email,
            outcome=one.outcome,
            fields=list(one.fields),
            reason=one.person.reason,
        )
        for one in plan.rows
    ]
    return ImportOut(
        dry_run=form.dry_run,
        counts=ImportCountsOut(**{outcome: plan.counts[outcome] for outcome in get_args(Outcome)}),
        rows=rows,
        own_terms=[FoundTermOut.model_validate(one) for one in plan.found.own_terms],
        notes=[*(plan.hindrances if form.dry_run else ()), *plan.found.notes],
        last_mail_at=plan.last_mail_at,
        mapping=plan.found.mapping,
    )


router = Router(
    "",
    route_handlers=[import_people, export_people, list_own_terms],
    tags=["cohorts"],
    opt={"room": "cohorts"},  # the scope of API keys that may bring people into a cohort
)
