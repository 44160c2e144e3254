"""Tasks, reviews and figures as they are shown, in few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import NotFound
from cohort.guides.models import Milestone
from cohort.http.listing import by_name
from cohort.http.paging import Page, Slice, page_of, page_within
from cohort.peer_reviews import policy
from cohort.peer_reviews.allocating import rules_in
from cohort.peer_reviews.calibration import ReviewedWork, figures_of
from cohort.peer_reviews.models import (
    PeerReview,
    PeerReviewRules,
    ReviewAllocation,
    ReviewTask,
    ReviewTaskState,
)
from cohort.peer_reviews.schemas import ReviewerFigures
from cohort.people.models import Person
from cohort.study import plans
from cohort.study.files import service as files
from cohort.study.files.kinds import suffix_of
from cohort.study.files.models import EvidenceFile
from cohort.study.models import PlanItem, Review, Submission

ITEM = joinedload(ReviewTask.submission).joinedload(Submission.plan_item)
WITH_ITS_WORK = (
    joinedload(ReviewTask.cohort),
    ITEM.joinedload(PlanItem.milestone).joinedload(Milestone.section),
    ITEM.joinedload(PlanItem.enrolment).joinedload(Enrolment.person),
)


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A file of the work, under the name that its reviewer sees."""

    file: EvidenceFile
    name: str


@dataclass(frozen=True, slots=True)
class PeerReviewDesk:
    """A cohort's peer reviews, for its organisers."""

    cohort: Cohort
    rules: Sequence[PeerReviewRules]
    latest: ReviewAllocation | None
    counts: dict[ReviewTaskState, int]
    reviewers: Sequence[ReviewerFigures]
    """Those of one page."""
    next: str | None
    begun: str | None


async def waiting_for(db: AsyncSession, actor: Person, part: Slice) -> Page[ReviewTask]:
    """What the actor is asked to review, the first deadline first."""
    own = policy.tasks_of(actor).where(ReviewTask.state == ReviewTaskState.OPEN)
    own = own.options(*WITH_ITS_WORK)
    return await page_of(db, own, by=ReviewTask.due_at, id=ReviewTask.id, part=part)


async def count_waiting(db: AsyncSession, actor: Person) -> int:
    own = policy.tasks_of(actor).where(ReviewTask.state == ReviewTaskState.OPEN)
    return await db.scalar(own.with_only_columns(func.count())) or 0


async def task_of(db: AsyncSession, actor: Person, task_id: UUID) -> ReviewTask:
    own = policy.tasks_of(actor).where(ReviewTask.id == task_id).options(*WITH_ITS_WORK)
    task = await db.scalar(own.execution_options(populate_existing=True))
    if task is None:
        raise NotFound
    return task


async def files_of(db: AsyncSession, task: ReviewTask) -> Sequence[TaskFile]:
    """Whoever reads the text reads them too; a name may tell who the author is."""
    found = (await files.by_version(db, [task.submission_id])).get(task.submission_id, [])
    return [
        TaskFile(one, f"file-{turn}{suffix_of(one.name)}" if task.anonymous else one.name)
        for turn, one in enumerate(found, 1)
    ]


async def file_of(db: AsyncSession, actor: Person, task_id: UUID, file_id: UUID) -> TaskFile:
    task = await task_of(db, actor, task_id)
    every = await files_of(db, task)
    found = next((one for one in every if one.file.id == file_id), None)
    if found is None:
        raise NotFound
    return found


async def review_by_task(db: AsyncSession, task: ReviewTask) -> PeerReview | None:
    """What the reviewer wrote, for herself."""
    found = select(PeerReview).where(PeerReview.task_id == task.id)
    review: PeerReview | None = await db.scalar(found)
    return review


async def reviews_of(db: AsyncSession, actor: Person, submission_id: UUID) -> Sequence[PeerReview]:
    """In an order that says nothing of who wrote them, nor when."""
    seen = policy.reviews_visible_to(actor).where(ReviewTask.submission_id == submission_id)
    with_tasks = contains_eager(PeerReview.task).joinedload(ReviewTask.reviewer)
    found = (await db.scalars(seen.options(with_tasks).order_by(PeerReview.id))).all()
    if not found:
        await plans.place_of(db, actor, submission_id)
    return found


async def named_in(db: AsyncSession, actor: Person, reviews: Sequence[PeerReview]) -> set[UUID]:
    """The reviews whose reviewer the actor reads: organisers all, others what is not anonymous.

    An organiser whose own work it is, is an author like others.
    """
    if not reviews:
        return set()
    task = reviews[0].task
    runs_it = await cohorts.may_organise(db, actor, task.cohort_id)
    of_work = select(Enrolment.person_id).join(PlanItem, PlanItem.enrolment_id == Enrolment.id)
    of_work = of_work.join(Submission, Submission.plan_item_id == PlanItem.id)
    author_id = await db.scalar(of_work.where(Submission.id == task.submission_id))
    reads_all = runs_it and author_id != actor.id
    return {one.id for one in reviews if reads_all or not one.task.anonymous}


async def milestones_of(db: AsyncSession, cohort: Cohort) -> Sequence[tuple[str, str]]:
    """Slug and title, in the order of the guide."""
    found = select(Milestone.slug, Milestone.title).where(Milestone.guide_id == cohort.guide_id)
    rows = await db.execute(
        found.where(Milestone.retired_at.is_(None)).order_by(Milestone.position)
    )
    return [(slug, title) for slug, title in rows]


async def settings_of(
    db: AsyncSession, actor: Person, cohort_id: UUID
) -> tuple[Sequence[PeerReviewRules], ReviewAllocation | None]:
    await cohorts.require_organiser(db, actor, cohort_id)
    made = select(ReviewAllocation).where(ReviewAllocation.cohort_id == cohort_id)
    latest = await db.scalar(made.order_by(ReviewAllocation.made_at.desc()).limit(1))
    return await rules_in(db, cohort_id), latest


async def desk(db: AsyncSession, actor: Person, cohort: Cohort, part: Slice) -> PeerReviewDesk:
    rules, latest = await settings_of(db, actor, cohort.id)
    counted = select(ReviewTask.state, func.count()).where(ReviewTask.cohort_id == cohort.id)
    rows = await db.execute(counted.group_by(ReviewTask.state))
    reviewers = await reviewers_of(db, actor, cohort.id, part)
    return PeerReviewDesk(
        cohort, rules, latest, dict(rows.all()), reviewers.items, reviewers.next, part.cursor
    )


async def reviewers_of(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[ReviewerFigures]:
    """Two statements: who comes next, and of these every task, what was said, what decided.

    Whoever has done most comes first, then by name.
    """
    await cohorts.require_organiser(db, actor, cohort_id)
    done = func.count().filter(ReviewTask.state == ReviewTaskState.DONE)
    in_order = await db.scalars(
        select(ReviewTask.reviewer_id)
        .join(ReviewTask.reviewer)
        .where(ReviewTask.cohort_id == cohort_id)
        .group_by(ReviewTask.reviewer_id, Person.name)
        .order_by(done.desc(), by_name(Person.name), ReviewTask.reviewer_id)
    )
    page = page_within(in_order.all(), part)
    rows = await db.execute(
        select(
            ReviewTask.reviewer_id,
            Person.name,
            ReviewTask.state,
            ReviewTask.allocated_at,
            ReviewTask.ended_at,
            PeerReview.thanked_at.is_not(None),
            PeerReview.verdict,
            func.coalesce(PeerReview.levels, func.jsonb_build_array()),
            Review.verdict,
            func.coalesce(Review.levels, func.jsonb_build_array()),
        )
        .join(ReviewTask.reviewer)
        .outerjoin(PeerReview, PeerReview.task_id == ReviewTask.id)
        .outerjoin(Review, Review.submission_id == ReviewTask.submission_id)
        .where(ReviewTask.cohort_id == cohort_id, ReviewTask.reviewer_id.in_(page.items))
    )
    works = [ReviewedWork(*cast("Sequence[Any]", row)) for row in rows.all()]
    found = {one.person_id: one for one in figures_of(works)}
    return Page([found[its_id] for its_id in page.items], page.next)
