"""The plan, one item of it, and the queue of what awaits a review, in a browser."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Conflict, NotFound
from cohort.guides import service as guides
from cohort.guides.models import Section
from cohort.http.forms import read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.mentorships import reading as mentorships
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.study import plans, policy, service
from cohort.study.models import ItemState, Verdict
from cohort.study.plans import Step
from cohort.study.schemas import LONGEST_EVIDENCE, ReviewIn, SubmissionIn

SOON = timedelta(days=7)
VERSIONS_SHOWN = 30


@get("/plan/{enrolment_id:uuid}", guards=[signed_in])
async def plan_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    plan = await plans.plan_of(db, actor, enrolment_id, now=clock())
    return page(
        request,
        "study/plan.html",
        plan=plan,
        is_own=policy.may_hand_in(actor, plan.enrolment),
        mentorship=await mentorships.mentorship_of(db, actor, enrolment_id),
        proposal=await mentorships.open_proposal_of(db, actor, enrolment_id),
        titles=await guides.titles(db),
        languages=LANGUAGES,
        sections=by_section(plan.steps),
        status_of=lambda step: status_of(step, clock()),
    )


def by_section(steps: Sequence[Step]) -> list[tuple[Section, list[Step]]]:
    """In the order of the guide; inside a section by date."""

    def section(step: Step) -> Section:
        return step.item.milestone.section

    ordered = sorted(steps, key=lambda step: (section(step).position, section(step).id))
    return [(found, list(group)) for found, group in groupby(ordered, section)]


def status_of(step: Step, now: datetime) -> tuple[str, str]:
    """The kind of sign, and the words, for where an item stands."""
    match step.item.state:
        case ItemState.PASSED:
            return "ok", "Passed"
        case ItemState.SUBMITTED:
            return "wait", "Waiting for review"
        case ItemState.AGAIN:
            return "warn", "Needs another look" + (", overdue" if step.is_late else "")
    if step.is_late:
        return "bad", "Overdue"
    if step.item.due_at - now <= SOON:
        return "warn", "Due within a week"
    return "quiet", "Not handed in yet"


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
    return await show_item(request, db, actor, item_id, now=clock(), within=enrolment_id)


async def show_item(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    *,
    now: datetime,
    within: UUID | None = None,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response[str]:
    plan, step = await plans.step_of(db, actor, item_id, now=now)
    if within not in {None, plan.enrolment.id}:
        raise NotFound
    is_own = policy.may_hand_in(actor, plan.enrolment)
    is_done = plan.is_frozen or step.item.state == ItemState.PASSED
    awaits = step.item.state == ItemState.SUBMITTED and not plan.is_frozen
    return page(
        request,
        "study/item.html",
        status=status,
        plan=plan,
        step=step,
        item=step.item,
        status_of=lambda step: status_of(step, now),
        skills=await plans.skill_titles(db, step.item.milestone),
        versions=await plans.last_versions(db, item_id, limit=VERSIONS_SHOWN),
        is_own=is_own,
        may_submit=is_own and not is_done,
        may_review=awaits and await service.may_review(db, actor, plan.enrolment.id),
        errors=errors or {},
        typed=typed or {},
        verdicts=VERDICTS,
    )


VERDICTS = [
    {"value": Verdict.PASSED.value, "label": "Passed", "hint": "The milestone is done."},
    {
        "value": Verdict.AGAIN.value,
        "label": "Another look",
        "hint": "Say below what would make it pass.",
    },
]


@post(
    "/plan/{enrolment_id:uuid}/{item_id:uuid}",
    guards=[signed_in],
    request_max_body_size=LONGEST_EVIDENCE,
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
    sent = await request.form()
    links = str(sent.get("links", "")).split()
    form, errors, typed = await read_form(request, SubmissionIn, links=links)
    status = 422
    if form is not None:
        try:
            await service.submit(db, actor, item_id, form, now=clock())
        except Conflict as refusal:
            errors, status = {"": refusal.sentence}, refusal.status
        else:
            return see(f"/plan/{enrolment_id}/{item_id}", saying="Handed in. Well done.")
    return await show_item(
        request,
        db,
        actor,
        item_id,
        now=clock(),
        within=enrolment_id,
        status=status,
        errors=errors,
        typed=typed,
    )


@get("/review", guards=[signed_in])
async def review_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
) -> Response[str]:
    waiting = await plans.waiting_for(db, actor, part)
    return page(request, "study/review.html", waiting=waiting, cursor=part.cursor)


@post("/review/{submission_id:uuid}", guards=[signed_in])
async def give_review(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    submission_id: FromPath[UUID],
) -> Response[str] | Redirect:
    item_id = await plans.place_of(db, actor, submission_id)
    form, errors, typed = await read_form(request, ReviewIn)
    status = 422
    if form is not None:
        try:
            await service.review(db, actor, submission_id, form, now=clock())
        except Conflict as refusal:
            errors, status = {"": refusal.sentence}, refusal.status
        else:
            return see("/review", saying="Thank you. Your review is on its way to the researcher.")
    return await show_item(
        request, db, actor, item_id, now=clock(), status=status, errors=errors, typed=typed
    )


router = Router(
    "",
    route_handlers=[plan_page, item_page, hand_in, review_page, give_review],
    include_in_schema=False,
)
