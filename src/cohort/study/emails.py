"""What we write about evidence."""

from cohort.mail import Message
from cohort.people.models import Person
from cohort.study.models import Review, Submission, Verdict


def evidence_reviewed(submission: Submission, review: Review) -> Message:
    """To the researcher; the submission comes with its plan, the review with its reviewer."""
    item = submission.plan_item
    return Message(
        item.enrolment.person.email,
        "evidence_reviewed",
        {
            "name": item.enrolment.person.name,
            "reviewer": review.reviewer.name,
            "milestone": item.milestone.title,
            "passed": review.verdict == Verdict.PASSED,
            "comment": review.comment,
            "path": f"/plan/{item.enrolment_id}/{item.id}",
        },
        kind="reviews",
    )


def evidence_to_review(mentor: Person, submission: Submission) -> Message:
    """To the mentor; the submission comes with its plan."""
    item = submission.plan_item
    return Message(
        mentor.email,
        "evidence_to_review",
        {
            "name": mentor.name,
            "researcher": item.enrolment.person.name,
            "milestone": item.milestone.title,
            "version": submission.version,
            "path": f"/plan/{item.enrolment_id}/{item.id}",
        },
        kind="to_review",
    )
