"""Spreadsheets of people over the API."""

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.errors import NotFound
from cohort.exchange import service
from cohort.exchange.schemas import LONGEST_BODY, ImportIn, ImportOut, ImportRowOut
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

    A dry run answers what would happen. Whoever is in the cohort already is not changed; whoever
    is new is written to. Up to 8 MB.
    """
    plan = await service.import_people(db, actor, cohort_id, data, now=clock())
    rows = [
        ImportRowOut(
            sheet=one.sheet,
            row=one.row,
            side=one.side,
            name=one.name,
            email=one.email,
            outcome=outcome,
        )
        for one, outcome in plan.rows
    ]
    counts = plan.counts
    return ImportOut(
        dry_run=data.dry_run,
        new=counts["new"],
        there_already=counts["there_already"],
        left_before=counts["left_before"],
        rows=rows,
        notes=[*(plan.hindrances if data.dry_run else ()), *plan.found.notes],
        mapping=plan.found.mapping,
    )


router = Router(
    "",
    route_handlers=[import_people],
    tags=["cohorts"],
    opt={"room": "cohorts"},  # the scope of API keys that may bring people into a cohort
)
