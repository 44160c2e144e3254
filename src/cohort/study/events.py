"""What happens to evidence."""

from cohort.jobs.event_log import EventKind

IDS = ("submission_id", "plan_item_id", "enrolment_id")

SUBMISSION_HANDED_IN = EventKind("submission.handed_in", "Evidence waits for a review.", IDS)
SUBMISSION_REVIEWED = EventKind("submission.reviewed", "Evidence has its review.", IDS)
ALL = (SUBMISSION_HANDED_IN, SUBMISSION_REVIEWED)
