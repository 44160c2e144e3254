"""Joining a cohort, and running one, in a browser."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments, policy, service
from cohort.cohorts.forms import profile_of, typed_profile
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.schemas import (
    CohortChange,
    CohortIn,
    EnrolmentChange,
    EnrolmentIn,
    MoveIn,
    OrganiserIn,
)
from cohort.errors import Invalid, NotAllowed, Stale
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.http.etag import etag
from cohort.http.forms import errors_of, read_form, validated
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import platform_admin, signed_in
from cohort.people.models import Person
from cohort.profiles import choices

Answer = Response[str] | Redirect


@get("/cohorts", guards=[signed_in])
async def cohorts_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
) -> Response[str]:
    found = await service.list_cohorts(db, actor, part)
    return page(
        request,
        "cohorts/list.html",
        cohorts=found.items,
        seated=await enrolments.cohorts_with_a_seat_of(db, actor),
        next=found.next,
        first=part.cursor,
    )


@get("/cohorts/new", guards=[platform_admin])
async def new_cohort_page(request: Asked, db: NamedDependency[AsyncSession]) -> Response[str]:
    return await _new(request, db, {}, {})


@post("/cohorts/new", guards=[platform_admin])
async def begin_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Answer:
    form, errors, typed = await read_form(request, CohortIn)
    if form is not None:
        try:
            cohort = await service.create(db, actor, form, now=clock())
        except (Invalid, service.SlugTaken) as refusal:
            errors = errors_of(refusal)
        else:
            return see(
                f"/cohorts/{cohort.slug}/settings",
                saying="This is a draft: only its organisers see it. Open it when it is ready.",
            )
    return await _new(request, db, typed, errors)


async def _new(
    request: Asked, db: AsyncSession, typed: Mapping[str, Any], errors: dict[str, str]
) -> Response[str]:
    offered = await guides.list_guides(db, Slice(limit=200))
    return page(
        request,
        "cohorts/new.html",
        status=422 if errors else 200,
        guides=[{"value": str(guide.id), "label": guide.title} for guide in offered.items],
        zones=choices.zones(),
        typed=typed,
        errors=errors,
    )


@get("/cohorts/{slug:str}/settings", guards=[signed_in])
async def settings_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    return await _settings(request, db, actor, await _organised(db, actor, slug))


@post("/cohorts/{slug:str}/settings", guards=[signed_in])
async def change_settings(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await _organised(db, actor, slug)
    sent = dict(await request.form())
    seen = etag(sent.pop("version", ""))
    form, errors = validated(CohortChange, sent)
    if form is not None:
        try:
            await service.change(db, actor, cohort.id, form, if_match=seen, now=clock())
        except (Invalid, Stale) as refusal:
            errors = errors_of(refusal)
        else:
            return see(f"/cohorts/{slug}/settings", saying="The settings are kept.")
    await db.refresh(cohort)
    return await _settings(request, db, actor, cohort, sent="facts", typed=sent, errors=errors)


@post("/cohorts/{slug:str}/moves", guards=[signed_in])
async def move_cohort(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await _organised(db, actor, slug)
    form, errors, _ = await read_form(request, MoveIn)
    if form is not None:
        try:
            moved = await service.move(db, actor, cohort.id, form.to, now=clock())
        except service.WrongMove as refusal:
            errors = errors_of(refusal)
        else:
            return see(f"/cohorts/{slug}/settings", saying=f"{moved.name} is {moved.state} now.")
    return await _settings(request, db, actor, cohort, sent="state", errors=errors)


@post("/cohorts/{slug:str}/organisers", guards=[signed_in])
async def add_organiser(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await _organised(db, actor, slug)
    form, errors, typed = await read_form(request, OrganiserIn)
    if form is not None:
        try:
            added = await service.add_organiser(db, actor, cohort.id, form.email, now=clock())
        except Invalid as refusal:
            errors = errors_of(refusal)
        else:
            notice = f"{added.person.name} runs this cohort with you."
            return see(f"/cohorts/{slug}/settings", saying=notice)
    return await _settings(
        request, db, actor, cohort, sent="organisers", typed=typed, errors=errors
    )


async def _organised(db: AsyncSession, actor: Person, slug: str) -> Cohort:
    cohort = await service.get_by_slug(db, actor, slug)
    return await service.require_organiser(db, actor, cohort.id)


async def _settings(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    *,
    sent: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    """The page again; `sent` is the form on it that had the errors."""
    stored = {name: getattr(cohort, name) for name in CohortChange.model_fields}
    return page(
        request,
        "cohorts/settings.html",
        status=422 if errors else 200,
        cohort=cohort,
        moves=policy.MOVES[cohort.state],
        organisers=await service.list_organisers(db, actor, cohort.id),
        zones=choices.zones(cohort.time_zone),
        sent=sent,
        typed={**stored, **(typed or {})},
        errors=errors or {},
    )


@get("/cohorts/{slug:str}/enrol", guards=[signed_in])
async def enrol_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    typed = profile_of(own) if own else {"time_zone": cohort.time_zone, "languages": ["en"]}
    return await _enrol(request, db, cohort, own, typed=typed, errors={})


@post("/cohorts/{slug:str}/enrol", guards=[signed_in])
async def enrol(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    """Take a seat; or, for who has one, keep the profile."""
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    sent = await request.form()
    typed = typed_profile(sent, own.weekly_hours if own else [])
    form, errors = validated(EnrolmentIn, typed)
    if form is not None:
        seen = etag(sent.get("version", ""))
        try:
            return await _keep(db, actor, cohort, form, own, seen=seen, now=clock())
        except (Invalid, Stale, enrolments.CohortFull, enrolments.NotJoinable) as refusal:
            errors = errors_of(refusal)
        except enrolments.AlreadyEnrolled:
            return see(f"/cohorts/{slug}/enrol")  # which says why
    return await _enrol(request, db, cohort, own, typed=typed, errors=errors)


async def _keep(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: EnrolmentIn,
    own: Enrolment | None,
    *,
    seen: str | None,
    now: datetime,
) -> Redirect:
    if own is None or own.state == EnrolmentState.WITHDRAWN:
        enrolment = await enrolments.enrol(db, actor, cohort.id, form, now=now)
        return see(f"/plan/{enrolment.id}", saying=f"Welcome to {cohort.name}. This is your plan.")
    change = EnrolmentChange(**form.model_dump())
    await enrolments.change(db, actor, own.id, change, if_match=seen, now=now)
    return see(f"/cohorts/{cohort.slug}/enrol", saying="Your profile is kept.")


async def _enrol(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    own: Enrolment | None,
    *,
    typed: Mapping[str, Any],
    errors: dict[str, str],
) -> Response[str]:
    words = await guides.terms_of(db, TermKind.DOMAIN, TermKind.ROLE, TermKind.CONTEXT)
    return page(
        request,
        "cohorts/enrol.html",
        status=422 if errors else 200,
        cohort=cohort,
        enrolment=own,
        seated=own is not None and own.state == EnrolmentState.ACTIVE,
        joinable=cohort.state in policy.JOINABLE,
        stages=choices.STAGE_CHOICES,
        domains=choices.trees(words[TermKind.DOMAIN]),
        roles=choices.options(words[TermKind.ROLE]),
        contexts=choices.options(words[TermKind.CONTEXT]),
        languages=choices.languages(typed.get("languages", [])),
        zones=choices.zones(str(typed.get("time_zone", ""))),
        typed=typed,
        errors=errors,
    )


@post("/cohorts/{slug:str}/withdrawal", guards=[signed_in])
async def withdraw(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Redirect:
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    if own is None:
        raise NotAllowed("You have no seat in this cohort.")
    await enrolments.withdraw(db, actor, own.id, now=clock())
    return see("/", saying=f"You have left {cohort.name}. What you handed in is kept.")


router = Router(
    "",
    route_handlers=[
        cohorts_page,
        new_cohort_page,
        begin_cohort,
        settings_page,
        change_settings,
        move_cohort,
        add_organiser,
        enrol_page,
        enrol,
        withdraw,
    ],
    include_in_schema=False,
)
