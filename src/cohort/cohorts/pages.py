"""Running a cohort in a browser."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments, policy, service
from cohort.cohorts.forms import typed_cohort
from cohort.cohorts.models import Cohort, CohortState
from cohort.cohorts.schemas import (
    CloneIn,
    CohortChange,
    CohortIn,
    MoveIn,
)
from cohort.errors import Invalid, Stale
from cohort.guides import service as guides
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings

Answer = Response[str] | Redirect
SEATS = 30
"""What the form of a new cohort begins with."""


@get("/cohorts", guards=[signed_in])
async def cohorts_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    settings: NamedDependency[Settings],
) -> Response[str]:
    found = await service.list_cohorts(db, actor, part)
    return page(
        request,
        "cohorts/list.html",
        cohorts=found.items,
        may_open=policy.may_open(actor, open_to_anyone=settings.anyone_opens_cohorts),
        runs_one=await service.organises_something(db, actor),
        seated=await enrolments.cohorts_with_a_seat_of(db, actor),
        next=found.next,
        first=part.cursor,
    )


@get("/cohorts/new", guards=[signed_in])
async def new_cohort_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
    guide_id: Annotated[UUID | None, QueryParameter(description="The guide to begin with.")] = None,
) -> Response[str]:
    service.require_opener(actor, open_to_anyone=settings.anyone_opens_cohorts)
    begun: dict[str, Any] = {"time_zone": await service.zone_of(db, actor), "seats": SEATS}
    return await _new(request, db, Form(begun | ({"guide_id": str(guide_id)} if guide_id else {})))


@post("/cohorts/new", guards=[signed_in])
async def begin_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Answer:
    anyone = settings.anyone_opens_cohorts
    typed = typed_cohort(await sent_by(request), CohortIn)
    if not typed.get("slug"):
        typed["slug"] = await service.free_slug(db, typed.get("name", ""))
    form = checked(CohortIn, typed)
    if form.value is not None:
        try:
            cohort = await service.create(db, actor, form.value, now=clock(), open_to_anyone=anyone)
        except (Invalid, service.SlugTaken) as refusal:
            form = form.refused(refusal)
        else:
            return see(
                f"/cohorts/{cohort.slug}/settings",
                saying="This is a draft: only its organisers see it. Open it when it is ready.",
            )
    return await _new(request, db, form)


async def _new(request: Asked, db: AsyncSession, form: Form[CohortIn]) -> Response[str]:
    """The newest guide comes first, and is chosen until another one is."""
    offered = await guides.newest_guides(db)
    newest = {"guide_id": str(offered[0].id)} if offered else {}
    form = replace(form, typed={**newest, **form.typed})
    return page(
        request,
        "cohorts/new.html",
        form=form,
        guides=[
            {"value": str(one.id), "label": f"{one.title}, version {one.version}"}
            for one in offered
        ],
    )


@get("/cohorts/{slug:str}/settings", guards=[signed_in])
async def settings_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await service.organised_by_slug(db, actor, slug)
    return _settings(request, cohort, Form())


@post("/cohorts/{slug:str}/settings", guards=[signed_in])
async def change_settings(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await service.organised_by_slug(db, actor, slug)
    form = checked(CohortChange, typed_cohort(await sent_by(request), CohortChange))
    if form.value is not None:
        try:
            await service.change(db, actor, cohort.id, form.value, if_match=form.seen, now=clock())
        except (Invalid, Stale) as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/cohorts/{slug}/settings", saying="The settings are kept.")
    await db.refresh(cohort)
    return _settings(request, cohort, form, sent="facts")


@post("/cohorts/{slug:str}/moves", guards=[signed_in])
async def move_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await service.organised_by_slug(db, actor, slug)
    form = await read_form(request, MoveIn)
    if form.value is not None:
        try:
            moved = await service.move(db, actor, cohort.id, form.value.to, now=clock())
        except service.WrongMove as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/cohorts/{slug}/settings", saying=f"{moved.name} is {moved.state} now.")
    return _settings(request, cohort, form, sent="state")


@get("/cohorts/{slug:str}/clone", guards=[signed_in])
async def clone_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await service.organised_by_slug(db, actor, slug)
    return page(request, "cohorts/clone.html", cohort=cohort, form=Form())


@post("/cohorts/{slug:str}/clone", guards=[signed_in])
async def clone_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await service.organised_by_slug(db, actor, slug)
    form = await read_form(request, CloneIn)
    if form.value is not None:
        try:
            made = await service.clone(db, actor, cohort.id, form.value, now=clock())
        except (Invalid, service.SlugTaken) as refusal:
            form = form.refused(refusal)
        else:
            saying = f"{made.name} is a draft like {cohort.name}, with its rules and organisers."
            return see(f"/cohorts/{made.slug}/settings", saying=saying)
    return page(request, "cohorts/clone.html", cohort=cohort, form=form)


@post("/cohorts/{slug:str}/deletion", guards=[signed_in])
async def delete_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await service.organised_by_slug(db, actor, slug)
    try:
        await service.delete_draft(db, actor, cohort.id, now=clock())
    except service.NotADraft as refusal:
        form: Form[Any] = Form().refused(refusal)
        return _settings(request, cohort, form, sent="state")
    return see("/cohorts", saying=f"The draft {cohort.name} is deleted.")


@dataclass(frozen=True, slots=True)
class SettingsView:
    """A cohort as its organisers change it."""

    cohort: Cohort
    moves: Collection[CohortState]
    sent: str
    """Which of the page's forms was sent, and has the errors."""


def _settings(request: Asked, cohort: Cohort, form: Form[Any], *, sent: str = "") -> Response[str]:
    view = SettingsView(
        cohort=cohort,
        moves=policy.MOVES[cohort.state],
        sent=sent,
    )
    stored = {name: getattr(cohort, name) for name in CohortChange.model_fields}
    return page(
        request, "cohorts/settings.html", view, form=replace(form, typed=stored | {**form.typed})
    )


router = Router(
    "",
    route_handlers=[
        cohorts_page,
        new_cohort_page,
        begin_cohort,
        settings_page,
        change_settings,
        move_cohort,
        clone_page,
        clone_cohort,
        delete_cohort,
    ],
    include_in_schema=False,
)
