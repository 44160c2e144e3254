"""Who may judge, by what, and thanks for it."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.db import Prepared, given
from cohort.errors import Conflict, NotFound
from cohort.guides.models import Milestone
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.study import policy, rubrics
from cohort.study.models import PlanItem, Review, Submission
from cohort.study.schemas import ReviewIn


class NewerVersion(Conflict):
    code = "newer_version"
    title = "There is a newer version"

    def __init__(self) -> None:
        super().__init__("A newer version was handed in meanwhile. Review that one.")


class RubricChanged(Conflict):
    code = "rubric_changed"
    title = "The rubric is another by now"

    def __init__(self) -> None:
        super().__init__(
            "The rubric of this milestone was changed after you began your review. Nothing is kept "
            "yet: look at what it says now, and send the review again."
        )


@cache
def _reviewed_by(*, is_admin: bool) -> Prepared:
    reviewed = policy.reviewed_by(asker(is_admin=is_admin)).subquery()
    return Prepared(select(reviewed.c.id).where(reviewed.c.id == given("enrolment_id", Uuid())))


async def may_review(db: AsyncSession, actor: Person, enrolment_id: UUID) -> bool:
    its = {"actor_id": actor.id, "enrolment_id": enrolment_id}
    return await _reviewed_by(is_admin=actor.is_admin).row(db, **its) is not None


async def judged_by(
    db: AsyncSession, milestone_id: UUID, form: ReviewIn
) -> tuple[list[Any], list[Any]]:
    """The rubric that the reviewer saw, and the levels that she found."""
    rubric = (await db.get_one(Milestone, milestone_id, populate_existing=True)).rubric
    if form.rubric_version not in {None, rubrics.version_of(rubric)}:
        raise RubricChanged
    chosen = (rubrics.Chosen(one.criterion, one.level) for one in form.levels)
    return rubric, rubrics.found_in(rubric, chosen)


async def thank(db: AsyncSession, actor: Person, review_id: UUID, *, now: datetime) -> Review:
    """By the researcher whose work it is about; a second time changes nothing."""
    found = select(Review).join(Submission, Submission.id == Review.submission_id)
    own = found.join(Submission.plan_item).join(PlanItem.enrolment)
    own = own.where(Enrolment.person_id == actor.id, Review.id == review_id)
    review = await db.scalar(own.options(joinedload(Review.reviewer)))
    if review is None:
        raise NotFound
    review.thanked_at = review.thanked_at or now
    await db.flush()
    return review
