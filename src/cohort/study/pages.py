"""One item of a plan, and the queue of what awaits a review, in a browser."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from cohort.errors import Conflict, NotFound
from cohort.http.forms import Form, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.http.prose import prepare
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study import judging, plans, policy, service, showing
from cohort.study.drafts import keeping
from cohort.study.drafts.models import EvidenceDraft
from cohort.study.files import service as files
from cohort.study.files.kinds import TAKEN
from cohort.study.files.models import EvidenceFile
from cohort.study.models import ItemState, PlanItem, Submission, Verdict
from cohort.study.plans import Plan, Step
from cohort.study.rubric_forms import CriterionField, fields_of, left_out, read_review
from cohort.study.rubrics import version_of
from cohort.study.schemas import MentorViewChoice
from cohort.study.waiting import waiting_for

VERSIONS_SHOWN = 30


@post("/plan/{enrolment_id:uuid}/mentor_view", guards=[signed_in])
async def choose_mentor_view(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Redirect:
    form = await read_form(request, MentorViewChoice)
    if form.value is None:
        return see(f"/plan/{enrolment_id}#mentor", saying="Choose one of the three.")
    await showing.choose(db, actor, enrolment_id, form.value.mentor_sees)
    return see(f"/plan/{enrolment_id}#mentor", saying="Your choice is kept.")


@dataclass(frozen=True, slots=True)
class FocusTold:
    """How much a milestone counts for her and why, as a room above knows it."""

    words: str
    weighs: str
    """`low`, `normal` or `high`."""
    may_skip: bool


TellFocus = Callable[[Plan, Step], Awaitable[FocusTold | None]]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a plan, its evidence, and what the one who looks may do with it."""

    plan: Plan
    step: Step
    item: PlanItem
    now: datetime
    skills: Sequence[str]
    versions: Sequence[Submission]
    files: Mapping[UUID, Sequence[EvidenceFile]]
    """By version."""
    waiting: Sequence[EvidenceFile]
    """Files that go with what she hands in next."""
    draft: EvidenceDraft | None
    """What she did not hand in yet, as it is kept."""
    is_own: bool
    focus: FocusTold | None
    may_submit: bool
    may_review: bool
    criteria: Sequence[CriterionField]
    rubric_version: str
    left_out: Sequence[str]
    """Levels that the reviewer chose, and that the rubric does not have any more."""
    takes: str = TAKEN


async def show_item(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    form: Form[Any],
    *,
    now: datetime,
    within: UUID | None = None,
    tell: TellFocus | None = None,
) -> Response[str]:
    """`tell` is asked of milestones of hers that she has not passed: rooms above know the focus."""
    plan, step = await plans.step_of(db, actor, item_id, now=now)
    if within not in {None, plan.enrolment.id}:
        raise NotFound
    is_own = policy.may_hand_in(actor, plan.enrolment)
    is_done = plan.is_frozen or step.item.state == ItemState.PASSED
    awaits = step.item.state == ItemState.SUBMITTED and not plan.is_frozen
    rubric = step.item.milestone.rubric
    draft = await keeping.draft_of(db, item_id) if is_own and not is_done else None
    if draft is not None and not form.typed:
        kept = {"text": draft.text, "links": draft.links.split(), "version": str(draft.version)}
        form = replace(form, typed=kept)
    versions = await plans.last_versions(db, item_id, limit=VERSIONS_SHOWN)
    view = ItemView(
        plan=plan,
        step=step,
        item=step.item,
        now=now,
        skills=await plans.skill_titles(db, step.item.milestone),
        versions=versions,
        files=await files.by_version(db, [one.id for one in versions]),
        waiting=await files.waiting_for(db, item_id) if is_own and not is_done else [],
        draft=draft,
        is_own=is_own,
        focus=await tell(plan, step) if tell and is_own and not is_done else None,
        may_submit=is_own and not is_done,
        may_review=awaits and await judging.may_review(db, actor, plan.enrolment.id),
        criteria=fields_of(rubric, form.typed, form.errors),
        rubric_version=version_of(rubric),
        left_out=left_out(rubric, form.typed),
    )
    reviews = [one.review.comment for one in view.versions if one.review]
    task = step.item.milestone
    await prepare([task.task, task.evidence, *reviews, *(one.text for one in view.versions)])
    return page(request, "study/item.html", view, form=form, **SHOWN)


VERDICTS = [
    {"value": Verdict.PASSED.value, "label": "Passed", "hint": "The milestone is done."},
    {
        "value": Verdict.AGAIN.value,
        "label": "Another look",
        "hint": "Say below what would make it pass.",
    },
]


SHOWN: dict[str, Any] = {
    "status_of": plans.status_of,
    "came_late": policy.came_late,
    "verdicts": VERDICTS,
}


@get("/review", guards=[signed_in])
async def review_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
) -> Response[str]:
    waiting = await waiting_for(db, actor, part)
    return page(
        request,
        "study/review.html",
        waiting=waiting,
        cursor=part.cursor,
        now=clock(),
        review_by=policy.review_by,
    )


@post("/review/{submission_id:uuid}", guards=[signed_in])
async def give_review(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    submission_id: FromPath[UUID],
) -> Response[str] | Redirect:
    item_id = await plans.place_of(db, actor, submission_id)
    form = read_review(await sent_by(request), await plans.rubric_of(db, actor, submission_id))
    if form.value is not None:
        try:
            await service.review(db, actor, submission_id, form.value, now=clock())
        except Conflict as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            return see("/review", saying="Thank you. Your review is on its way to the researcher.")
    return await show_item(request, db, actor, item_id, form, now=clock())


@post("/reviews/{review_id:uuid}/thanks", guards=[signed_in])
async def thank(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    review_id: FromPath[UUID],
) -> Redirect:
    review = await judging.thank(db, actor, review_id, now=clock())
    item_id = await plans.place_of(db, actor, review.submission_id)
    plan, _ = await plans.step_of(db, actor, item_id, now=clock())
    return see(f"/plan/{plan.enrolment.id}/{item_id}#versions", saying="Your thanks are kept.")


router = Router(
    "",
    route_handlers=[choose_mentor_view, review_page, give_review, thank],
    include_in_schema=False,
)
