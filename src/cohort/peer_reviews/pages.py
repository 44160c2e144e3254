"""Reviews that wait for a reviewer, what others said, and the organisers' desk, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, Invalid, NotFound, Stale
from cohort.http.forms import Form, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.http.prose import prepare
from cohort.peer_reviews import policy, reading, service
from cohort.peer_reviews.models import PeerReview, ReviewTask, ReviewTaskState
from cohort.peer_reviews.reading import TaskFile
from cohort.peer_reviews.schemas import PeerReviewRulesIn
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study import plans
from cohort.study.files.downloads import answered
from cohort.study.pages import VERDICTS
from cohort.study.rubric_forms import CriterionField, fields_of, left_out, read_review
from cohort.study.rubrics import version_of

Answer = Response[str] | Redirect
REVIEWERS_SHOWN = 50


@get("/peer_reviews", guards=[signed_in])
async def tasks_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
) -> Response[str]:
    waiting = await reading.waiting_for(db, actor, part)
    return page(
        request, "peer_reviews/tasks.html", waiting=waiting, cursor=part.cursor, now=clock()
    )


@dataclass(frozen=True, slots=True)
class ReviewTaskView:
    """What is to be reviewed, and the form for it."""

    task: ReviewTask
    files: Sequence[TaskFile]
    review: PeerReview | None
    """What the reviewer has written."""
    is_open: bool
    criteria: Sequence[CriterionField]
    rubric_version: str
    left_out: Sequence[str]


@get("/peer_reviews/{task_id:uuid}", guards=[signed_in])
async def task_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    task_id: FromPath[UUID],
) -> Response[str]:
    return await _show_task(request, db, actor, task_id, Form())


async def _show_task(
    request: Asked, db: AsyncSession, actor: Person, task_id: UUID, form: Form[Any]
) -> Response[str]:
    task = await reading.task_of(db, actor, task_id)
    milestone = task.submission.plan_item.milestone
    view = ReviewTaskView(
        task=task,
        files=await reading.files_of(db, task),
        review=await reading.review_by_task(db, task),
        is_open=task.state is ReviewTaskState.OPEN,
        criteria=fields_of(milestone.rubric, form.typed, form.errors),
        rubric_version=version_of(milestone.rubric),
        left_out=left_out(milestone.rubric, form.typed),
    )
    await prepare([milestone.task, milestone.evidence, task.submission.text])
    return page(request, "peer_reviews/task.html", view, form=form, verdicts=VERDICTS)


@get("/peer_reviews/{task_id:uuid}/files/{file_id:uuid}", guards=[signed_in], opt={"streams": True})
async def file_to_review(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    *,
    task_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Stream:
    found = await reading.file_of(db, actor, task_id, file_id)
    return await answered(request, found.file, name=found.name)


@post("/peer_reviews/{task_id:uuid}", guards=[signed_in])
async def give_review(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    task_id: FromPath[UUID],
) -> Answer:
    task = await reading.task_of(db, actor, task_id)
    form = read_review(await sent_by(request), task.submission.plan_item.milestone.rubric)
    if form.value is not None:
        try:
            await service.give(db, actor, task_id, form.value, now=clock())
        except Conflict as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            return see("/peer_reviews", saying="Thank you. Your review is on its way.")
    return await _show_task(request, db, actor, task_id, form)


@get("/submissions/{submission_id:uuid}/peer_reviews", guards=[signed_in])
async def reviews_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    submission_id: FromPath[UUID],
) -> Response[str]:
    item_id = await plans.place_of(db, actor, submission_id)
    plan, step = await plans.step_of(db, actor, item_id, now=clock())
    reviews = await reading.reviews_of(db, actor, submission_id)
    await prepare([one.comment for one in reviews])
    return page(
        request,
        "peer_reviews/reviews.html",
        plan=plan,
        item=step.item,
        reviews=reviews,
        named=await reading.named_in(db, actor, reviews),
        is_own=plan.enrolment.person_id == actor.id,
        differ=policy.disagree(reviews),
    )


@post("/peer_reviews/{review_id:uuid}/thanks", guards=[signed_in])
async def thank(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    review_id: FromPath[UUID],
) -> Redirect:
    review = await service.thank(db, actor, review_id, now=clock())
    where = f"/submissions/{review.task.submission_id}/peer_reviews"
    return see(where, saying="Your thanks are kept.")


@get("/cohorts/{slug:str}/peer_reviews", guards=[signed_in])
async def desk_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    return await _desk(request, db, actor, cohort, Form())


async def _desk(
    request: Asked, db: AsyncSession, actor: Person, cohort: Cohort, form: Form[Any]
) -> Response[str]:
    part = Slice(request.query_params.get("cursor") or None, REVIEWERS_SHOWN)
    view = await reading.desk(db, actor, cohort, part)
    milestones = await reading.milestones_of(db, cohort)
    chosen = str(form.typed.get("milestone", request.query_params.get("milestone", "")))
    if chosen and chosen not in dict(milestones):
        raise NotFound
    standing = next((one for one in view.rules if one.milestone == chosen), None)
    typed: Mapping[str, Any] = form.typed
    if not typed:
        kept = standing or PeerReviewRulesIn(milestone=chosen, is_on=bool(chosen and view.rules))
        typed = {name: getattr(kept, name) for name in PeerReviewRulesIn.model_fields}
    return page(
        request,
        "peer_reviews/desk.html",
        view,
        status=form.status,
        typed=typed,
        errors=form.errors,
        version=standing.version if standing else 0,
        chosen=chosen,
        choices=[
            {"value": "", "label": "The whole cohort"},
            *({"value": slug, "label": title} for slug, title in milestones),
        ],
        titles=dict(milestones),
    )


@post("/cohorts/{slug:str}/peer_reviews", guards=[signed_in])
async def set_rules(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, PeerReviewRulesIn)
    if form.value is not None:
        try:
            await service.set_rules(
                db, actor, cohort.id, form.value, if_match=form.seen, now=clock()
            )
        except (Invalid, Stale) as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            return see(
                f"/cohorts/{slug}/peer_reviews",
                saying="These rules are kept. Reviewers are looked for now.",
            )
    return await _desk(request, db, actor, cohort, form)


router = Router(
    "",
    route_handlers=[
        tasks_page,
        task_page,
        file_to_review,
        give_review,
        reviews_page,
        thank,
        desk_page,
        set_rules,
    ],
    include_in_schema=False,
)
