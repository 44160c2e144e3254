"""Organisers switch peer reviews on, reviewers write them, authors say thanks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Conflict, Invalid, NotFound, Stale
from cohort.guides.models import Milestone
from cohort.http.etag import require_match
from cohort.jobs.outbox import enqueue_each
from cohort.peer_reviews import policy
from cohort.peer_reviews.allocating import rules_in
from cohort.peer_reviews.models import (
    PeerReview,
    PeerReviewRules,
    ReviewTask,
    ReviewTaskState,
)
from cohort.peer_reviews.schemas import PeerReviewRulesIn
from cohort.people import audit
from cohort.people.models import Person
from cohort.study import judging
from cohort.study import service as study
from cohort.study.models import PlanItem, Submission
from cohort.study.schemas import ReviewIn


class ReviewTaskOver(Conflict):
    code = "review_task_over"
    title = "This review is not needed any more"

    def __init__(self) -> None:
        super().__init__(
            "You have reviewed this already, or the time for it is over, or there is a newer "
            "version or a verdict by now. Nothing is kept of what you sent just now."
        )


async def set_rules(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: PeerReviewRulesIn,
    *,
    if_match: str | None,
    now: datetime,
) -> PeerReviewRules:
    """The first rules of their kind are made; others need the version that was seen."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    await _require_milestone(db, cohort, form.milestone)
    which = {"cohort_id": cohort_id, "milestone": form.milestone}
    standing = await _standing(db, which)
    if standing is None:
        row = insert(PeerReviewRules).values(cohort_id=cohort_id, **form.model_dump(), version=1)
        if await db.scalar(row.on_conflict_do_nothing().returning(PeerReviewRules.id)) is None:
            raise Stale
        standing = (await db.scalars(select(PeerReviewRules).filter_by(**which))).one()
    else:
        require_match(if_match, standing.version)
        for name, value in form.model_dump().items():
            setattr(standing, name, value)
        await db.flush()
    audit.record(db, actor, "peer_reviews.rules", cohort_id, now=now, cohort_id=cohort_id)
    one = {"cohort_id": cohort_id, "of_cohort": cohort_id}
    await enqueue_each(db, "peer_reviews.allocate", [one], now=now)
    return standing


async def _standing(db: AsyncSession, which: dict[str, object]) -> PeerReviewRules | None:
    found = select(PeerReviewRules).filter_by(**which).with_for_update()
    rules: PeerReviewRules | None = await db.scalar(found)
    return rules


async def _require_milestone(db: AsyncSession, cohort: Cohort, slug: str) -> None:
    known = select(Milestone.id).where(
        Milestone.guide_id == cohort.guide_id, Milestone.slug == slug
    )
    if slug and await db.scalar(known.limit(1)) is None:
        raise Invalid.at("milestone", f"“{slug}” is not a milestone of this cohort's guide.")


async def give(
    db: AsyncSession, actor: Person, task_id: UUID, form: ReviewIn, *, now: datetime
) -> ReviewTask:
    """Write the review that one was asked for; of those who decide about the plan, the verdict.

    The item is locked first, so that of several reviews at once the last one sees the others.
    """
    task = await _own_task(db, actor, task_id)
    item = await study.lock_waiting(db, task.submission_id)
    await db.refresh(task, ["state"])
    if item is None or task.state is not ReviewTaskState.OPEN:
        raise ReviewTaskOver
    if await judging.may_review(db, actor, item.enrolment_id):
        await study.review(db, actor, task.submission_id, form, now=now)
    else:
        rubric, levels = await judging.judged_by(db, item.milestone_id, form)
        said = {"verdict": form.verdict, "comment": form.comment}
        found = {"rubric": rubric, "levels": levels, "reviewed_at": now}
        review = PeerReview(task_id=task.id, **said, **found)
        db.add(review)
        await db.flush()
        audit.record(
            db,
            actor,
            "submission.peer_review",
            task.submission_id,
            now=now,
            cohort_id=task.cohort_id,
        )
        await _follow(db, task, item, review.id, now=now)
    task.state, task.ended_at, task.remind_at = ReviewTaskState.DONE, now, None
    await db.flush()
    return task


async def _follow(
    db: AsyncSession, task: ReviewTask, item: PlanItem, review_id: UUID, *, now: datetime
) -> None:
    """The author hears of it; enough agreement passes the work, disagreement asks one more."""
    await db.execute(
        update(Submission)
        .where(Submission.id == task.submission_id)
        .values(peer_reviews=Submission.peer_reviews + 1)
        .execution_options(synchronize_session=False)
    )
    its = task.cohort_id
    reviews = await _reviews_with_tasks(db, task.submission_id)
    rules = await _rules_of(db, its, item.milestone_id)
    passed = rules is not None and policy.passes(rules, reviews)
    if passed:
        await study.pass_by_others(db, item, task.submission_id, now=now)
    elif policy.disagree(reviews):
        one = {"cohort_id": its, "of_cohort": its}
        await enqueue_each(db, "peer_reviews.allocate", [one], now=now)
    told = {"cohort_id": its, "review_id": review_id, "passes": passed}
    await enqueue_each(db, "peer_reviews.tell_author", [told], now=now)


async def _reviews_with_tasks(db: AsyncSession, submission_id: UUID) -> list[PeerReview]:
    found = select(PeerReview).join(PeerReview.task).options(contains_eager(PeerReview.task))
    return list(await db.scalars(found.where(ReviewTask.submission_id == submission_id)))


async def _rules_of(
    db: AsyncSession, cohort_id: UUID, milestone_id: UUID
) -> PeerReviewRules | None:
    slug = (await db.get_one(Milestone, milestone_id)).slug
    return policy.rules_for(await rules_in(db, cohort_id), slug)


async def _own_task(db: AsyncSession, actor: Person, task_id: UUID) -> ReviewTask:
    task = await db.scalar(policy.tasks_of(actor).where(ReviewTask.id == task_id))
    if task is None:
        raise NotFound
    return task


async def thank(db: AsyncSession, actor: Person, review_id: UUID, *, now: datetime) -> PeerReview:
    """By the author of the work; a second time changes nothing."""
    own = (
        select(PeerReview)
        .join(PeerReview.task)
        .join(Submission, Submission.id == ReviewTask.submission_id)
        .join(Submission.plan_item)
        .join(PlanItem.enrolment)
        .where(PeerReview.id == review_id, Enrolment.person_id == actor.id)
        .options(contains_eager(PeerReview.task).options(joinedload(ReviewTask.reviewer)))
    )
    review = await db.scalar(own)
    if review is None:
        raise NotFound
    review.thanked_at = review.thanked_at or now
    await db.flush()
    return review
