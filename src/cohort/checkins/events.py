"""What happens with check-ins; as they are for organisers only, they name neither of the two."""

from cohort.jobs.event_log import EventKind

ANSWERED = EventKind(
    "check_in.answered",
    "One of the two said how the mentorship goes, first or anew.",
    ("check_in_id", "mentorship_id"),
)
ALL = (ANSWERED,)
