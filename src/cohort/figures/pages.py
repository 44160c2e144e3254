"""Figures of a cohort in a browser, and as files of what a page shows."""

from datetime import datetime
from functools import partial

from anyio import to_thread
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles.reading import names_of_standing
from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.errors import FieldError, Invalid, NotFound
from cohort.figures import showing, tables
from cohort.figures.narrowing import require_circle
from cohort.figures.progress import EVERYONE
from cohort.figures.schemas import Figure, FigureFormat, ProgressSearch
from cohort.figures.showing import FigureView
from cohort.http.forms import Form, checked
from cohort.http.pages import Asked, page
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.downloads import recorded_download
from cohort.people.models import Person

SHOWN = 50
OF_EVERYBODY = (Figure.FUNNEL, Figure.COHORTS)
"""Who only applied, and who is in another cohort, is in no circle of this one."""
FILTERS = {figure: {"circle"} for figure in Figure if figure not in OF_EVERYBODY} | {
    Figure.PROGRESS: set(ProgressSearch.model_fields)
}
MEDIA = {
    FigureFormat.CSV: "text/csv",
    FigureFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@get("/cohorts/{slug:str}/figures", guards=[signed_in])
async def weeks_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    return await _page(request, db, actor, slug, Figure.WEEKS, now=clock())


@get("/cohorts/{slug:str}/figures/{figure:str}", guards=[signed_in])
async def figure_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    figure: FromPath[str],
) -> Response[str]:
    return await _page(request, db, actor, slug, _named(figure), now=clock())


@get("/cohorts/{slug:str}/figures/{figure:str}/{form:str}", guards=[signed_in])
async def figure_file(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    figure: FromPath[str],
    form: FromPath[str],
) -> Response[bytes]:
    """Everybody whom the filters leave, in their order, and not one page of them."""
    which, cohort = _named(figure), await cohorts.organised_by_slug(db, actor, slug)
    now = clock()
    if form not in set(FigureFormat):
        raise NotFound
    sent = _searched(request, which)
    if sent.value is None:
        errors = [FieldError(*one) for one in sent.errors.items()]
        raise Invalid("Mend the filters of this table.", errors=errors)
    view = await showing.view_of(db, actor, cohort, which, sent.value, EVERYONE, now=now)
    written = FigureFormat(form)
    file = await to_thread.run_sync(partial(tables.as_file, view.tables, written))
    name = f"{cohort.slug}-{which}.{written}"
    headers = await recorded_download(request, actor, cohort.id, name, now=now)
    return Response(file, media_type=MEDIA[written], headers=headers)


def _named(figure: str) -> Figure:
    if figure not in set(Figure):
        raise NotFound
    return Figure(figure)


def _searched(request: Asked, figure: Figure) -> Form[ProgressSearch]:
    """The heat map by all of it, most others by circle; what was left empty is no filter."""
    names = FILTERS.get(figure, ())
    sent = request.query_params
    return checked(ProgressSearch, {one: sent[one] for one in names if sent.get(one)})


async def _page(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    slug: str,
    figure: Figure,
    *,
    now: datetime,
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form, cursor = _searched(request, figure), request.query_params.get("cursor") or None
    try:
        await require_circle(db, cohort, form.value.circle if form.value else None)
    except Invalid as refusal:
        form = form.refused(refusal)
    wanted = form.value or ProgressSearch()
    view: FigureView = await showing.view_of(
        db, actor, cohort, figure, wanted, Slice(cursor, SHOWN), now=now
    )
    circles = await names_of_standing(db, cohort.id) if figure in FILTERS else {}
    return page(
        request,
        "figures/heat_map.html" if view.progress else "figures/figure.html",
        view,
        form=form,
        wanted=wanted,
        begun=cursor,
        captions=tables.CAPTIONS,
        circles=[("", "Everybody"), *((str(one), name) for one, name in circles.items())],
        now=now,
    )


router = Router("", route_handlers=[weeks_page, figure_page, figure_file], include_in_schema=False)
