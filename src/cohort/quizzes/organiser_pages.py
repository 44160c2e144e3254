"""What organisers read of the quizzes of a cohort, in a browser."""

from collections.abc import AsyncGenerator
from typing import Annotated

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.http.forms import Form, checked
from cohort.http.pages import Asked, page
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.downloads import recorded_download
from cohort.people.models import Person
from cohort.quizzes import cohort_readiness, item_statistics, reading
from cohort.quizzes.cohort_readiness import Candidates
from cohort.quizzes.schemas import CohortReadinessOut, ReadinessSearch
from cohort.sheets.csv_file import write_rows, write_sheet
from cohort.sheets.tables import Dialect

FOR_EXCEL = Dialect(marked=True, newline="\r\n")
SHOWN, QUESTIONS = 50, 25
"""Of people, and of questions with what their answers say, on one page."""

OfSection = Annotated[str | None, QueryParameter(name="section")]


@get("/cohorts/{slug:str}/quizzes", guards=[signed_in])
async def quiz_statistics_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    of_section: OfSection = None,
) -> Response[str]:
    """An empty choice of the form is all sections."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    section = of_section or None
    found = await item_statistics.of_cohort(
        db, actor, cohort.id, Slice(part.cursor, QUESTIONS), section=section, now=clock()
    )
    return page(
        request,
        "quizzes/statistics.html",
        cohort=cohort,
        found=found,
        exam=await reading.exam_of(db, cohort.id),
        section=section or "",
        cursor=part.cursor,
    )


@get("/cohorts/{slug:str}/readiness", guards=[signed_in])
async def cohort_readiness_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form, cursor = _searched(request), request.query_params.get("cursor") or None
    exam = await reading.exam_of(db, cohort.id)
    wanted = form.value or ReadinessSearch()
    told, found = None, None
    if exam is not None:
        told = await cohort_readiness.candidates(db, actor, cohort.id, wanted, now=clock())
        found = await cohort_readiness.listed(told, Slice(cursor, SHOWN))
    return page(
        request,
        "quizzes/cohort_readiness.html",
        form=form,
        cohort=cohort,
        exam=exam,
        rows=found.items if found else [],
        next=found.next if found else None,
        counts=told.counts if told else {},
        begun=cursor,
        narrowed=bool(wanted.q or wanted.standing),
    )


def _searched(request: Asked) -> Form[ReadinessSearch]:
    """What the form above the list was sent with; where it does not fit, everyone is listed."""
    sent = request.query_params
    names = (one for one in ReadinessSearch.model_fields if sent.get(one))
    return checked(ReadinessSearch, {one: sent[one] for one in names})


@get("/cohorts/{slug:str}/readiness.csv", guards=[signed_in])
async def cohort_readiness_csv(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Stream:
    """What the page lists, with a column for each section; shares and chances from 0 to 1."""
    cohort, now = await cohorts.organised_by_slug(db, actor, slug), clock()
    wanted = _searched(request).value or ReadinessSearch()
    told = await cohort_readiness.candidates(db, actor, cohort.id, wanted, now=now)
    name = f"{cohort.slug}-readiness.csv"
    headers = await recorded_download(request, actor, cohort.id, name, now=now)
    return Stream(_sheet(told), media_type="text/csv", headers=headers)


async def _sheet(told: Candidates) -> AsyncGenerator[bytes]:
    titles = [f"{one['title']}: can answer" for one in told.exam.sections]
    gains = [f"{one['title']}: an hour adds" for one in told.exam.sections]
    columns = ["Name", "Standing", "Answered", "Chance", "Chance from", "Chance to"]
    yield write_sheet([*columns, *titles, *gains], [], FOR_EXCEL)
    async for rows in cohort_readiness.all_rows(told):
        yield write_rows([_cells(one) for one in rows], FOR_EXCEL)


def _cells(one: CohortReadinessOut) -> list[object]:
    chance = (one.chance, one.chance_from, one.chance_to)
    shares = [its.share if one.answered else None for its in one.sections]
    gains = [its.gain_per_hour for its in one.sections]
    figures = ["" if its is None else round(its, 4) for its in (*chance, *shares, *gains)]
    return [one.name, one.standing.value, one.answered, *figures]


router = Router(
    "",
    route_handlers=[quiz_statistics_page, cohort_readiness_page, cohort_readiness_csv],
    include_in_schema=False,
)
