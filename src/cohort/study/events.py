"""What happens to evidence."""

from cohort.jobs.event_log import EventKind

IDS = ("submission_id", "plan_item_id", "enrolment_id")

SUBMISSION_HANDED_IN = EventKind("submission.handed_in", "Evidence waits for a review.", IDS)
SUBMISSION_REVIEWED = EventKind("submission.reviewed", "Evidence has its review.", IDS)
MILESTONE_PASSED_BY_QUIZ = EventKind(
    "milestone.passed_by_quiz",
    "A milestone is passed by the score of a quiz, without a review.",
    ("plan_item_id", "enrolment_id"),
)
ALL = (SUBMISSION_HANDED_IN, SUBMISSION_REVIEWED, MILESTONE_PASSED_BY_QUIZ)
