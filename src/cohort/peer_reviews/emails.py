"""What we write to reviewers and authors; of anonymous reviews, without a name of the other."""

from cohort.mail import Message
from cohort.peer_reviews.models import PeerReview, ReviewTask
from cohort.study.models import Verdict


def review_task(task: ReviewTask, why: str) -> Message:
    """To the reviewer; the task comes with its work and its cohort."""
    item = task.submission.plan_item
    return Message(
        task.reviewer.email,
        "peer_review_task",
        {
            "name": task.reviewer.name,
            "why": why,
            "author": "" if task.anonymous else item.enrolment.person.name,
            "milestone": item.milestone.title,
            "cohort": task.cohort.name,
            "zone": task.cohort.time_zone,
            "due_at": task.due_at,
            "path": f"/peer_reviews/{task.id}",
        },
        kind="to_review",
    )


def peer_reviewed(review: PeerReview, *, passes: bool) -> Message:
    """To the author; the review comes with its task, and that with its work."""
    task = review.task
    item = task.submission.plan_item
    return Message(
        item.enrolment.person.email,
        "peer_reviewed",
        {
            "name": item.enrolment.person.name,
            "reviewer": "" if task.anonymous else task.reviewer.name,
            "milestone": item.milestone.title,
            "verdict": "passed" if review.verdict is Verdict.PASSED else "again",
            "comment": review.comment,
            "levels": review.levels,
            "passes": passes,
            "path": f"/submissions/{task.submission_id}/peer_reviews",
        },
        kind="reviews",
    )
