"""One milestone of a plan in a browser: to her, with what it weighs and why; and handing in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.service import focuses_of
from cohort.clock import Clock
from cohort.errors import Conflict, Stale
from cohort.http.forms import Form, checked
from cohort.http.pages import Asked, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.drafts import service as drafts
from cohort.study.drafts.schemas import EvidenceDraftIn
from cohort.study.files.schemas import LONGEST_FORM
from cohort.study.files.typed import keep_all, read_evidence, typed_evidence
from cohort.study.pages import FocusTold, show_item
from cohort.study.plans import Plan, Step
from cohort.study.schemas import LONGEST_EVIDENCE
from cohort.study.service import submit

KEPT = "Your draft is kept. Nobody else sees it until you hand it in."


@get("/plan/{enrolment_id:uuid}/{item_id:uuid}", guards=[signed_in])
async def item_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str]:
    return await _item(request, db, actor, item_id, Form(), within=enrolment_id, now=clock())


async def _item(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    form: Form[Any],
    *,
    within: UUID,
    now: datetime,
) -> Response[str]:
    async def tell(plan: Plan, step: Step) -> FocusTold | None:
        its = step.item.milestone
        found = await focuses_of(db, plan.enrolment.id, {its.slug: its.exam_sections})
        focus = found.get(its.slug)
        return FocusTold(focus.words, focus.focus.value, focus.may_skip) if focus else None

    return await show_item(request, db, actor, item_id, form, now=now, within=within, tell=tell)


@post(
    "/plan/{enrolment_id:uuid}/{item_id:uuid}",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
    opt={"takes_files": "in a form", "longest_without_files": LONGEST_EVIDENCE},
)
async def hand_in(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await typed_evidence(request, db, actor, item_id, now=clock())
    if form.value is not None:
        try:
            await submit(db, actor, item_id, form.value, now=clock())
        except Conflict as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            return see(f"/plan/{enrolment_id}/{item_id}", saying="Handed in. Well done.")
    return await _item(request, db, actor, item_id, form, within=enrolment_id, now=clock())


@post(
    "/plan/{enrolment_id:uuid}/{item_id:uuid}/draft",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
    opt={"takes_files": "in a form", "longest_without_files": LONGEST_EVIDENCE},
)
async def keep_draft(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """The button for browsers without scripts, too: what was typed and chosen.

    Where another window has saved since, both are shown.
    """
    now, came = clock(), await read_evidence(request)
    form = checked(EvidenceDraftIn, came.as_draft())
    if form.value is not None:
        try:
            await drafts.save(db, actor, item_id, form.value, form.seen, now=now)
        except Stale as refusal:
            form = form.refused(refusal, status=refusal.status)
    shown = came.shown_again(form)
    shown = await keep_all(request, db, actor, item_id, came, shown, now=now)
    if shown.errors:
        return await _item(request, db, actor, item_id, shown, within=enrolment_id, now=now)
    return see(f"/plan/{enrolment_id}/{item_id}#hand-in", saying=KEPT)


router = Router("", route_handlers=[item_page, hand_in, keep_draft], include_in_schema=False)
