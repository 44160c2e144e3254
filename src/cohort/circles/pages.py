"""Circles in a browser, for organisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import gathering, previews, reading, service, showing
from cohort.circles.attention import CircleConcern, concerns
from cohort.circles.planning import said
from cohort.circles.reading import CircleSeen
from cohort.circles.schemas import CircleRules, LeftOut, NoCircle, PlaceInCircle
from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice, page_within
from cohort.people.auth import signed_in
from cohort.people.models import Person

Answer = Response[str] | Redirect
MATTERS = [
    {"value": "0", "label": "Not at all"},
    {"value": "1", "label": "A little"},
    {"value": "2", "label": "Some"},
    {"value": "3", "label": "Much"},
]
PARTS = [
    ("hours", "Shared hours", "Beyond the time of the meeting, which all share in any case."),
    ("domain", "Field", "How near their fields of research or industry are."),
    ("goal", "Goal", "How alike the jobs are that they want."),
    ("pace", "Pace", "How alike the parts of their plans are that they have passed."),
]
SHOWN = 50
ALONE_SHOWN = 100
NOT_YET = "Not in a circle yet: find a place, or form the circles anew."


@dataclass(frozen=True, slots=True)
class CirclesView:
    """The circles of a cohort, and who has none, as its organisers see them."""

    cohort: Cohort
    circles: Sequence[CircleSeen]
    """One page of them."""
    next: str | None
    begun: str | None
    alone: Sequence[LeftOut]
    alone_in_all: int
    may_be_placed: set[UUID]
    least: int
    concerns: Sequence[CircleConcern]
    """Of the circles on this page."""


@get("/cohorts/{slug:str}/circles", guards=[signed_in])
async def circles_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    return await _circles(request, db, actor, cohort, Form(), now=clock())


async def _circles(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: Form[CircleRules],
    *,
    now: datetime,
) -> Response[str]:
    rules = await service.rules_now(db, cohort.id)
    part = Slice(request.query_params.get("cursor") or None, SHOWN)
    circles = page_within(await reading.standing(db, cohort.id), part)
    told = await reading.seen(db, actor, circles.items)
    away = await gathering.away_from_circles(db, cohort, [one.id for one in circles.items], now=now)
    alone = await gathering.without_circle(db, cohort, now=now)
    view = CirclesView(
        cohort=cohort,
        circles=told,
        next=circles.next,
        begun=part.cursor,
        alone=[
            LeftOut(
                enrolment_id=its_id,
                name=name,
                why=why or NoCircle.NO_ROOM,
                sentence=service.SENTENCES[why] if why else NOT_YET,
            )
            for its_id, name, why in alone[:ALONE_SHOWN]
        ],
        alone_in_all=len(alone),
        may_be_placed={its_id for its_id, _, why in alone if why is None},
        least=rules.least,
        concerns=concerns(told, away, rules.least),
    )
    usual = {name: str(value) for name, value in rules.model_dump().items()}
    form = replace(form, typed=usual | dict(form.typed))
    return page(
        request, "circles/circles.html", view, form=form, said=said, matters=MATTERS, parts=PARTS
    )


@post("/cohorts/{slug:str}/circles", guards=[signed_in])
async def ask_for_preview(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, CircleRules)
    if form.value is not None:
        try:
            made = await previews.ask(db, actor, cohort.id, form.value, now=clock())
        except Conflict as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/circles/previews/{made.id}")
    return await _circles(request, db, actor, cohort, form, now=clock())


@get("/cohorts/{slug:str}/circles/people/{enrolment_id:uuid}", guards=[signed_in])
async def place_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    return await _place(request, db, actor, slug, enrolment_id, {}, now=clock())


async def _place(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    slug: str,
    enrolment_id: UUID,
    errors: Mapping[str, str],
    *,
    now: datetime,
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    enrolment = await _of(db, actor, cohort, enrolment_id)
    try:
        _, now_in, found = await service.options(db, actor, enrolment_id, now=now)
    except previews.CannotForm as refusal:
        now_in, found, errors = None, [], {"": refusal.sentence}
    told = await showing.options_out(db, actor, cohort.id, enrolment_id, now_in, found)
    names = await reading.names_of_standing(db, cohort.id)
    return page(
        request,
        "circles/place.html",
        cohort=cohort,
        person=enrolment.person.name,
        told=told,
        names=names,
        errors=errors,
        status=422 if errors else 200,
    )


async def _of(db: AsyncSession, actor: Person, cohort: Cohort, enrolment_id: UUID) -> Enrolment:
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if enrolment.cohort_id != cohort.id:
        raise NotFound
    return enrolment


@post("/cohorts/{slug:str}/circles/people/{enrolment_id:uuid}", guards=[signed_in])
async def place(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    enrolment_id: FromPath[UUID],
) -> Answer:
    await _of(db, actor, await cohorts.organised_by_slug(db, actor, slug), enrolment_id)
    form, now = await read_form(request, PlaceInCircle), clock()
    if form.value is not None:
        try:
            placed = await service.place(db, actor, enrolment_id, form.value.circle_id, now=now)
        except (Invalid, Conflict) as refusal:
            form = form.refused(refusal)
        else:
            return see(
                f"/cohorts/{slug}/circles",
                saying=f"It is done: {placed.name} has one more, and everybody in it is told.",
            )
    return await _place(request, db, actor, slug, enrolment_id, form.errors, now=now)


@post("/cohorts/{slug:str}/circles/people/{enrolment_id:uuid}/removal", guards=[signed_in])
async def take_out(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    enrolment_id: FromPath[UUID],
) -> Redirect:
    await _of(db, actor, await cohorts.organised_by_slug(db, actor, slug), enrolment_id)
    await service.take_out(db, actor, enrolment_id, now=clock())
    return see(
        f"/cohorts/{slug}/circles", saying="It is done, and everybody in the circle is told."
    )


router = Router(
    "",
    route_handlers=[
        circles_page,
        ask_for_preview,
        place_page,
        place,
        take_out,
    ],
    include_in_schema=False,
)
