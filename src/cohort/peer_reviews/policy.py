"""Who reviews what, and who reads which peer reviews."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.peer_reviews.models import (
    PeerReview,
    PeerReviewRules,
    ReviewAsk,
    ReviewTask,
    ReviewTaskState,
)
from cohort.people.models import Person
from cohort.study import policy as study
from cohort.study.due_dates import END_OF_DAY
from cohort.study.models import ItemState, PlanItem, Submission, Verdict
from cohort.study.rubrics import FAR_APART, furthest

BEFORE = timedelta(days=1)
"""How long before its end a reviewer is reminded."""


def still_waits() -> ColumnElement[bool]:
    """Asked of a submission with its item, enrolment and cohort: a review of it is of use."""
    newer = aliased(Submission)
    replaced = select(newer.id).where(
        newer.plan_item_id == Submission.plan_item_id, newer.version > Submission.version
    )
    goes_on = Cohort.state.in_([CohortState.OPEN, CohortState.RUNNING])
    waits = (PlanItem.state == ItemState.SUBMITTED) & ~replaced.exists()
    return waits & goes_on & (Enrolment.state == EnrolmentState.ACTIVE)


def tasks_of(actor: Person) -> Select[ReviewTask]:
    """Nobody but the reviewer reads her task, and what is to be reviewed by it."""
    return select(ReviewTask).where(ReviewTask.reviewer_id == actor.id)


def reviews_visible_to(actor: Person) -> Select[PeerReview]:
    """To the author and to whoever reviews the plan: organisers and her mentor."""
    its = select(PlanItem.id).join(PlanItem.enrolment)
    its = its.where(
        PlanItem.id == Submission.plan_item_id,
        or_(Enrolment.person_id == actor.id, Enrolment.id.in_(study.reviewed_by(actor))),
    )
    read = select(Submission.id).where(Submission.id == ReviewTask.submission_id, its.exists())
    return select(PeerReview).join(PeerReview.task).where(read.exists())


def due_at(now: datetime, days: int, zone: str) -> datetime:
    """The end of that day on the cohort's clock, also across a change of it."""
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(day, END_OF_DAY, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def rules_for(rules: Sequence[PeerReviewRules], milestone: str) -> PeerReviewRules | None:
    """Its own before those of the cohort; none where nobody is asked."""
    own = next((one for one in rules if one.milestone == milestone), None)
    found = own or next((one for one in rules if not one.milestone), None)
    return found if found is not None and found.is_on else None


def disagree(reviews: Sequence[PeerReview]) -> bool:
    """Two of them differ in the verdict, or by two levels of a criterion."""
    return len({one.verdict for one in reviews}) > 1 or any(
        furthest(one.levels, other.levels) >= FAR_APART
        for place, one in enumerate(reviews)
        for other in reviews[:place]
    )


def passes(rules: PeerReviewRules, reviews: Sequence[PeerReview]) -> bool:
    """Whether these reviews, with their tasks, are enough to pass the work."""
    first = [one for one in reviews if one.task.ask is ReviewAsk.FIRST]
    agreed = all(one.verdict is Verdict.PASSED for one in reviews) and not disagree(reviews)
    return rules.peers_pass and len(first) >= rules.reviews_each and agreed


def is_taken(state: ReviewTaskState) -> bool:
    """Whether a task in this state counts as one of the reviews that a work gets."""
    return state in {ReviewTaskState.OPEN, ReviewTaskState.DONE}
