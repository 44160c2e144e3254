"""A review that Max gave Ada, and a good request for each route of reviews."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Milestone
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Review, Submission, Verdict


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
    return {"review_id": review.id}
