"""Asking for a new date, and answering, in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.errors import Conflict, Invalid, NotFound
from cohort.extensions import service
from cohort.extensions.models import Extension, ExtensionState
from cohort.extensions.schemas import ExtensionIn, ExtensionRefusalIn, GrantIn
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study import plans, policy
from cohort.study.models import ItemState
from cohort.study.plans import Plan, Step


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """One item, and every new date that was asked for it."""

    plan: Plan
    step: Step
    asked: Sequence[Extension]
    is_own: bool
    may_ask: bool


@get("/plan/{enrolment_id:uuid}/{item_id:uuid}/extension", guards=[signed_in])
async def extension_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str]:
    return await _show(request, db, actor, (enrolment_id, item_id), Form(), now=clock())


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    where: tuple[UUID, UUID],
    form: Form[Any],
    *,
    now: datetime,
) -> Response[str]:
    enrolment_id, item_id = where
    plan, step = await plans.step_of(db, actor, item_id, now=now)
    if plan.enrolment.id != enrolment_id:
        raise NotFound
    asked = await service.of_item(db, actor, item_id)
    is_own = policy.may_hand_in(actor, plan.enrolment)
    is_done = plan.is_frozen or step.item.state == ItemState.PASSED
    waits = any(one.state is ExtensionState.ASKED for one in asked)
    view = ExtensionView(plan, step, asked, is_own, may_ask=is_own and not is_done and not waits)
    return page(request, "extensions/extension.html", view, form=form)


@post("/plan/{enrolment_id:uuid}/{item_id:uuid}/extension", guards=[signed_in])
async def ask_on_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, ExtensionIn)
    if form.value is not None:
        try:
            await service.ask(db, actor, item_id, form.value, now=clock())
        except (Conflict, Invalid) as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            saying = "The organisers hear of it now, and you get a mail with their answer."
            return see(f"/plan/{enrolment_id}/{item_id}/extension", saying=saying)
    return await _show(request, db, actor, (enrolment_id, item_id), form, now=clock())


@post("/extensions/{extension_id:uuid}/withdraw", guards=[signed_in])
async def withdraw_on_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
) -> Redirect:
    item = (await service.get(db, actor, extension_id)).plan_item
    await service.withdraw(db, actor, extension_id, now=clock())
    return see(
        f"/plan/{item.enrolment_id}/{item.id}/extension", saying="Your request is withdrawn."
    )


@get("/cohorts/{slug:str}/extensions", guards=[signed_in])
async def extensions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    asked = await service.in_cohort(db, actor, cohort.id, part, ExtensionState.ASKED)
    return page(
        request, "extensions/extensions.html", cohort=cohort, asked=asked, cursor=part.cursor
    )


@get("/extensions/{extension_id:uuid}", guards=[signed_in])
async def request_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    extension_id: FromPath[UUID],
) -> Response[str]:
    return await _show_request(request, db, actor, extension_id, Form())


async def _show_request(
    request: Asked, db: AsyncSession, actor: Person, extension_id: UUID, form: Form[Any]
) -> Response[str]:
    """For organisers: one request, what was asked for the item before, and the answer."""
    one = await service.get(db, actor, extension_id)
    cohort = one.plan_item.enrolment.cohort
    await cohorts.require_organiser(db, actor, cohort.id)
    every = await service.of_item(db, actor, one.plan_item_id)
    before = [other for other in every if other.id != one.id]
    return page(
        request, "extensions/request.html", one=one, cohort=cohort, before=before, form=form
    )


@post("/extensions/{extension_id:uuid}/grant", guards=[signed_in])
async def grant_on_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = checked(GrantIn, (await sent_by(request)).as_typed(GrantIn))
    return await _answer(request, db, actor, extension_id, form, now=clock())


@post("/extensions/{extension_id:uuid}/decline", guards=[signed_in])
async def decline_on_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    extension_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """The day of the same form does not matter."""
    typed = (await sent_by(request)).as_typed(ExtensionRefusalIn)
    without = {name: value for name, value in typed.items() if name != "until"}
    form = replace(checked(ExtensionRefusalIn, without), typed=typed)
    return await _answer(request, db, actor, extension_id, form, now=clock())


async def _answer(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    extension_id: UUID,
    form: Form[Any],
    *,
    now: datetime,
) -> Response[str] | Redirect:
    enrolment = (await service.get(db, actor, extension_id)).plan_item.enrolment
    try:
        match form.value:
            case GrantIn() as granted:
                await service.grant(db, actor, extension_id, granted, now=now)
            case ExtensionRefusalIn() as declined:
                await service.decline(db, actor, extension_id, declined, now=now)
    except (Conflict, Invalid) as refusal:
        form = form.refused(refusal, status=refusal.status)
    if form.errors:
        return await _show_request(request, db, actor, extension_id, form)
    saying = f"Answered. {enrolment.person.name} gets a mail."
    return see(f"/cohorts/{enrolment.cohort.slug}/extensions", saying=saying)


router = Router(
    "",
    route_handlers=[
        extension_page,
        ask_on_page,
        withdraw_on_page,
        extensions_page,
        request_page,
        grant_on_page,
        decline_on_page,
    ],
    include_in_schema=False,
)
