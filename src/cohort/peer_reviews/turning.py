"""What happens by itself: tasks end, reviewers are reminded, and others are looked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.db import Prepared
from cohort.guides.models import Milestone
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.mentors.models import Mentor, MentorState
from cohort.peer_reviews import policy
from cohort.peer_reviews.models import (
    PeerReviewRules,
    ReviewAsk,
    ReviewerRole,
    ReviewTask,
    ReviewTaskState,
)
from cohort.study.models import PlanItem, Review, Submission

QUIETLY = {"synchronize_session": False}
IS_OPEN = ReviewTask.state == ReviewTaskState.OPEN
ARE_IN_USE = Prepared(
    union_all(
        select(PeerReviewRules.id).where(PeerReviewRules.is_on),
        select(ReviewTask.id).where(IS_OPEN),
    ).limit(1)
)
"""Whether somebody may have to review somebody: this is asked every minute."""


async def turn(db: AsyncSession, *, now: datetime) -> None:
    """Four statements; each takes its rows, so that of two workers one acts."""
    await _close(db, now=now)
    freed = await _lapse(db, now=now)
    await _remind(db, now=now)
    for cohort_id in freed:
        await enqueue(
            db, "peer_reviews.allocate", now=now, cohort_id=cohort_id, of_cohort=cohort_id
        )
    await _look_for_reviewers(db, freed, now=now)


async def _close(db: AsyncSession, *, now: datetime) -> None:
    """What has its verdict, or was replaced, needs no review; who gave the verdict has done it."""
    waits = (
        select(Submission.id)
        .join(Submission.plan_item)
        .join(PlanItem.enrolment)
        .join(Enrolment.cohort)
        .where(Submission.id == ReviewTask.submission_id, policy.still_waits())
    )
    decided = select(Review.id).where(
        Review.submission_id == ReviewTask.submission_id,
        Review.reviewer_id == ReviewTask.reviewer_id,
    )
    state = case(
        (decided.exists(), ReviewTaskState.DONE.value), else_=ReviewTaskState.WITHDRAWN.value
    )
    closed = update(ReviewTask).where(IS_OPEN, ~waits.exists())
    await db.execute(
        closed.values(state=state, ended_at=now, remind_at=None).execution_options(**QUIETLY)
    )


async def _lapse(db: AsyncSession, *, now: datetime) -> set[UUID]:
    """Past its end, or the reviewer takes no part any more. The cohorts in which that happened."""
    studies = select(Enrolment.id).where(
        Enrolment.person_id == ReviewTask.reviewer_id,
        Enrolment.cohort_id == ReviewTask.cohort_id,
        Enrolment.state == EnrolmentState.ACTIVE,
    )
    mentors = select(Mentor.id).where(
        Mentor.person_id == ReviewTask.reviewer_id,
        Mentor.cohort_id == ReviewTask.cohort_id,
        Mentor.state == MentorState.APPROVED,
    )
    gone = or_(
        and_(ReviewTask.role == ReviewerRole.PEER, ~studies.exists()),
        and_(ReviewTask.role == ReviewerRole.MENTOR, ~mentors.exists()),
    )
    lapsed = await db.execute(
        update(ReviewTask)
        .where(IS_OPEN, or_(ReviewTask.due_at <= now, gone))
        .values(state=ReviewTaskState.LAPSED, ended_at=now, remind_at=None)
        .returning(ReviewTask.id, ReviewTask.cohort_id, ReviewTask.due_at)
        .execution_options(**QUIETLY)
    )
    rows = lapsed.all()
    each = [
        {"cohort_id": row.cohort_id, "task_id": row.id, "why": "lapsed"}
        for row in rows
        if row.due_at <= now
    ]
    await enqueue_each(db, "peer_reviews.tell", each, now=now)
    return {row.cohort_id for row in rows}


async def _remind(db: AsyncSession, *, now: datetime) -> None:
    due = await db.execute(
        update(ReviewTask)
        .where(IS_OPEN, ReviewTask.remind_at <= now)
        .values(remind_at=None)
        .returning(ReviewTask.id, ReviewTask.cohort_id)
        .execution_options(**QUIETLY)
    )
    each = [
        {"cohort_id": cohort_id, "task_id": its_id, "why": "reminded"} for its_id, cohort_id in due
    ]
    await enqueue_each(db, "peer_reviews.tell", each, now=now)


async def _look_for_reviewers(db: AsyncSession, but: set[UUID], *, now: datetime) -> None:
    """Once for what waits as it is now, and where nobody was found, once more each hour."""
    own, common = aliased(PeerReviewRules), aliased(PeerReviewRules)
    each = func.coalesce(own.reviews_each, common.reviews_each)
    asked = (
        select(func.count())
        .where(ReviewTask.submission_id == Submission.id, ReviewTask.ask == ReviewAsk.FIRST)
        .where(ReviewTask.state.in_([ReviewTaskState.OPEN, ReviewTaskState.DONE]))
        .correlate(Submission)
        .scalar_subquery()
    )
    short = (
        select(
            Enrolment.cohort_id,
            func.count(),
            func.sum(asked),
            func.max(Submission.submitted_at),
        )
        .join(Submission.plan_item)
        .join(PlanItem.milestone)
        .join(PlanItem.enrolment)
        .join(Enrolment.cohort)
        .outerjoin(own, and_(own.cohort_id == Enrolment.cohort_id, own.milestone == Milestone.slug))
        .outerjoin(common, and_(common.cohort_id == Enrolment.cohort_id, common.milestone == ""))
        .where(policy.still_waits(), func.coalesce(own.is_on, common.is_on, False))
        .where(asked < each)
        .group_by(Enrolment.cohort_id)
    )
    for cohort_id, *state in (await db.execute(short)).all():
        if cohort_id not in but:
            await enqueue(
                db,
                "peer_reviews.allocate",
                now=now,
                cohort_id=cohort_id,
                once=f"peer_reviews.allocate:{cohort_id}:{state}:{now:%Y%m%d%H}",
                of_cohort=cohort_id,
            )
