"""A whole cohort dated anew, in a browser: what would move, and then that it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import JOINABLE
from cohort.errors import Invalid, NotFound
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.jobs.progress import JobProgress, ProgressStore
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.schedules import whole_cohort
from cohort.schedules.models import CohortRedating, CohortRedatingState, Redating
from cohort.schedules.schemas import CohortRedatingIn

PLANS_SHOWN = 50
TIMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RedateView:
    """The days of a cohort, and every time that they were looked at or changed."""

    cohort: Cohort
    goes_on: bool
    redatings: Sequence[CohortRedating]


@dataclass(frozen=True, slots=True)
class CohortDatesView:
    """What new days would do, or have done, to the plans."""

    cohort: Cohort
    redating: CohortRedating
    counts: whole_cohort.RedatingCounts
    plans: Sequence[Redating]
    progress: JobProgress | None
    is_busy: bool


@get("/cohorts/{slug:str}/redate", guards=[signed_in])
async def redate_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    return await _show_form(request, db, actor, slug, Form())


async def _show_form(
    request: Asked, db: AsyncSession, actor: Person, slug: str, form: Form[CohortRedatingIn]
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    times = await whole_cohort.list_in(db, actor, cohort.id, Slice(limit=TIMES_SHOWN))
    view = RedateView(cohort, cohort.state in JOINABLE, times.items)
    return page(request, "schedules/redate.html", view, form=form)


@post("/cohorts/{slug:str}/redate", guards=[signed_in])
async def look_at_dates(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, CohortRedatingIn)
    if form.value is not None:
        try:
            redating = await whole_cohort.ask(db, actor, cohort.id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/cohorts/{slug}/redate/{redating.id}")
    return await _show_form(request, db, actor, slug, form)


@get("/cohorts/{slug:str}/redate/{redating_id:uuid}", guards=[signed_in])
async def cohort_dates_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    progress: NamedDependency[ProgressStore],
    slug: FromPath[str],
    redating_id: FromPath[UUID],
) -> Response[str]:
    redating = await whole_cohort.get(db, actor, redating_id)
    if redating.cohort.slug != slug:
        raise NotFound
    counted = await whole_cohort.counts(db, redating_id)
    is_planning = redating.state is CohortRedatingState.PLANNING
    is_applying = redating.state is CohortRedatingState.APPLIED and counted.proposed > 0
    view = CohortDatesView(
        redating.cohort,
        redating,
        counted,
        await whole_cohort.most_moved(db, redating_id, limit=PLANS_SHOWN),
        await progress.read(redating_id) if is_planning else None,
        is_busy=is_planning or is_applying,
    )
    return page(request, "schedules/cohort_dates.html", view)


@post("/cohorts/{slug:str}/redate/{redating_id:uuid}", guards=[signed_in])
async def take_cohort_dates(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    redating_id: FromPath[UUID],
) -> Redirect:
    """Where the look is out of date, it says so, and asks for another."""
    redating = await whole_cohort.get(db, actor, redating_id)
    if redating.cohort.slug != slug:
        raise NotFound
    try:
        await whole_cohort.apply(db, actor, redating_id, now=clock())
    except whole_cohort.RedatingStale as refusal:
        return see(f"/cohorts/{slug}/redate", saying=refusal.sentence)
    return see(f"/cohorts/{slug}/redate/{redating_id}", saying="The plans get their dates now.")


router = Router(
    "",
    route_handlers=[redate_page, look_at_dates, cohort_dates_page, take_cohort_dates],
    include_in_schema=False,
)
