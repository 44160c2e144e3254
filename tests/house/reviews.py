"""A review that Max gave Ada, and a good request for each route of reviews."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Milestone
from cohort.peer_reviews.models import (
    PeerReview,
    ReviewAsk,
    ReviewerRole,
    ReviewTask,
    ReviewTaskState,
)
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Review, Submission, Verdict

RULES_OF_REVIEWS = {"reviews_each": 2, "days": 3, "anonymous": True}


def of_reviews(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    said = {"verdict": "passed", "comment": "Clear."}
    hers = {"ids": {"review_id": ids["peer_review_id"]}}
    return {
        "POST /api/v1/review_tasks/{task_id}/review": {"json": said},
        "PUT /api/v1/cohorts/{cohort_id}/peer_review_rules": {"json": RULES_OF_REVIEWS},
        "POST /peer_reviews/{task_id}": {"data": said},
        "POST /cohorts/{slug}/peer_reviews": {"data": {"reviews_each": "2", "days": "3"}},
        "PUT /api/v1/peer_reviews/{review_id}/thanks": hers,
        "POST /peer_reviews/{review_id}/thanks": hers,
    }


async def review_something(
    db: AsyncSession, ids: dict[str, Any], cast: dict[str, Person], now: datetime
) -> dict[str, Any]:
    of_plan = select(PlanItem).where(PlanItem.enrolment_id == ids["enrolment_id"])
    items = (await db.scalars(of_plan.join(Milestone).order_by(Milestone.position))).all()
    items[-1].state = ItemState.AGAIN
    seen = Submission(
        plan_item_id=items[-1].id, version=1, text="A try.", links=[], submitted_at=now
    )
    db.add(seen)
    await db.flush()
    said = {"verdict": Verdict.AGAIN, "comment": "Why?", "reviewed_at": now}
    review = Review(submission_id=seen.id, reviewer_id=cast["mentor"].id, **said)
    db.add(review)
    await db.flush()
    return {"review_id": review.id, **await _ask_a_peer(db, ids, cast, now)}


async def _ask_a_peer(
    db: AsyncSession, ids: dict[str, Any], cast: dict[str, Person], now: datetime
) -> dict[str, Any]:
    """Pia is asked about what waits; the newcomer has reviewed it already."""
    asked = {
        "cohort_id": ids["cohort_id"],
        "submission_id": ids["submission_id"],
        "role": ReviewerRole.PEER,
        "ask": ReviewAsk.FIRST,
        "anonymous": True,
        "fit": 1.0,
        "allocated_at": now,
        "due_at": now + timedelta(days=3),
    }
    waits = ReviewTask(**asked, reviewer_id=cast["peer"].id, state=ReviewTaskState.OPEN)
    done = ReviewTask(**asked, reviewer_id=cast["newcomer"].id, state=ReviewTaskState.DONE)
    db.add_all([waits, done])
    await db.flush()
    said = {"verdict": Verdict.PASSED, "comment": "Clear.", "rubric": [], "levels": []}
    given = PeerReview(task_id=done.id, reviewed_at=now, **said)
    db.add(given)
    await db.flush()
    return {"task_id": waits.id, "peer_review_id": given.id}
