"""The first page, the organiser's desk, and what developers look at."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import leaving
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.cohorts.schemas import WithdrawalsIn
from cohort.dashboard import desk, directory, figures
from cohort.dashboard.schemas import MentorSearch, PeopleSearch
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentors import approving
from cohort.mentors.schemas import ApprovalsIn
from cohort.people.auth import public, signed_in
from cohort.people.models import Person

Search = TypeVar("Search", PeopleSearch, MentorSearch)


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
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    if not await cohorts.may_organise(db, actor, cohort.id):
        door = await desk.door(db, actor, cohort, now=clock())
        return page(request, "dashboard/door.html", door)
    view = await desk.desk(db, actor, cohort, now=clock())
    return page(request, "dashboard/cohort.html", view)


def searched(request: Asked, schema: type[Search]) -> Form[Search]:
    """What the form of a list was sent with; where it does not fit, everything is listed."""
    sent = request.query_params
    return checked(schema, {one: sent[one] for one in schema.model_fields if sent.get(one)})


@get("/cohorts/{slug:str}/people", guards=[signed_in])
async def people_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    return await _people(
        request, db, await cohorts.organised_by_slug(db, actor, slug), actor, now=clock()
    )


@post("/cohorts/{slug:str}/people", guards=[signed_in])
async def take_seats_back(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    sent = await read_form(request, WithdrawalsIn)
    if sent.value is None:
        return await _people(request, db, cohort, actor, sent.errors, now=clock())
    done = await leaving.withdraw_many(db, actor, cohort.id, sent.value, now=clock())
    told = f"{len(done)} of them have no seat any more; what they handed in is kept."
    return see(f"/cohorts/{slug}/people", saying=told)


async def _people(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    actor: Person,
    errors: Mapping[str, str] | None = None,
    *,
    now: datetime,
) -> Response[str]:
    form, cursor = searched(request, PeopleSearch), request.query_params.get("cursor") or None
    if errors:
        form = replace(form, errors=errors, status=422)
    wanted = form.value or PeopleSearch()
    view = await directory.people_of(db, actor, cohort, wanted, cursor, now=now)
    return page(request, "dashboard/people.html", view, form=form, wanted=wanted, begun=cursor)


@get("/cohorts/{slug:str}/mentors", guards=[signed_in])
async def mentors_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    return await _mentors(request, db, await cohorts.organised_by_slug(db, actor, slug), actor)


@post("/cohorts/{slug:str}/mentors", guards=[signed_in])
async def approve_chosen(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    sent = await read_form(request, ApprovalsIn)
    if sent.value is None:
        return await _mentors(request, db, cohort, actor, sent.errors)
    done = await approving.approve_many(db, actor, cohort.id, sent.value, now=clock())
    told = f"{len(done)} of them are approved, and told by mail if they were not before."
    return see(f"/cohorts/{slug}/mentors", saying=told)


async def _mentors(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    actor: Person,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    form, cursor = searched(request, MentorSearch), request.query_params.get("cursor") or None
    if errors:
        form = replace(form, errors=errors, status=422)
    wanted = form.value or MentorSearch()
    view = await directory.mentors_of(db, actor, cohort, wanted, cursor)
    return page(request, "dashboard/mentors.html", view, form=form, wanted=wanted, begun=cursor)


@get("/cohorts/{slug:str}/progress.csv", guards=[signed_in])
async def progress_csv(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], slug: FromPath[str]
) -> Redirect:
    """Where the table was before it stood with the other figures."""
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    return Redirect(f"/cohorts/{cohort.slug}/figures/progress/csv", status_code=301)


router = Router(
    "",
    route_handlers=[
        home,
        cohort_page,
        people_page,
        take_seats_back,
        mentors_page,
        approve_chosen,
        progress_csv,
    ],
    include_in_schema=False,
)
