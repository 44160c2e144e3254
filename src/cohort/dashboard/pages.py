"""The first page, the organiser's desk, and what developers look at."""

from collections.abc import AsyncGenerator
from typing import Annotated

from litestar import Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.dashboard import desk, figures
from cohort.dashboard.progress import Sort
from cohort.http.pages import Asked, page
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.sheets.csv_file import write_rows, write_sheet
from cohort.sheets.tables import Dialect

FOR_EXCEL = Dialect(marked=True, newline="\r\n")
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/", guards=[public])
async def home(
    request: Asked, db: NamedDependency[AsyncSession], clock: NamedDependency[Clock]
) -> Response[str]:
    actor: Person | None = request.scope.get("user")
    if actor is None:
        return page(request, "dashboard/front.html")
    view = await desk.home(db, actor, now=clock())
    return page(
        request, "dashboard/home.html", view, today_in=figures.today_in, weeks_of=figures.weeks_of
    )


@get("/cohorts/{slug:str}", guards=[signed_in])
async def cohort_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    sort: Annotated[Sort, QueryParameter()] = Sort.NAME,
    people: PageNumber = 1,
    mentors: PageNumber = 1,
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    if not await cohorts.may_organise(db, actor, cohort.id):
        door = await desk.door(db, actor, cohort, now=clock())
        return page(request, "dashboard/door.html", door)
    view = await desk.desk(
        db, actor, cohort, now=clock(), sort=sort, people=people, mentors=mentors
    )
    return page(request, "dashboard/cohort.html", view)


@get("/cohorts/{slug:str}/progress.csv", guards=[signed_in])
async def progress_csv(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    state: State,
    slug: FromPath[str],
) -> Stream:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    table = desk.progress_rows(state.sessions, cohort, now=clock())
    return Stream(
        as_sheet(table),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{cohort.slug}-progress.csv"'},
    )


async def as_sheet(parts: AsyncGenerator[list[desk.Cells]]) -> AsyncGenerator[bytes]:
    """Where a part cannot be read, the answer breaks off: it never looks complete."""
    titles, *_ = await anext(parts)
    yield write_sheet(titles, [], FOR_EXCEL)
    async for rows in parts:
        yield write_rows(rows, FOR_EXCEL)


router = Router(
    "",
    route_handlers=[
        home,
        cohort_page,
        progress_csv,
    ],
    include_in_schema=False,
)
