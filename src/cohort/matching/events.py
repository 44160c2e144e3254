"""What happens to a round and its runs."""

from cohort.jobs.event_log import EventKind

ROUND_OPENED = EventKind("round.opened", "A round was opened.", ("round_id",))
ROUND_PUBLISHED = EventKind("round.published", "The pairs of a round were proposed.", ("round_id",))
RUN_QUEUED = EventKind("run.queued", "A run waits to be solved.", ("round_id", "run_id"))
RUN_SOLVED = EventKind(
    "run.solved", "The pairs of a run are there, with their proof.", ("round_id", "run_id")
)
RUN_FAILED = EventKind("run.failed", "A run could not be solved.", ("round_id", "run_id"))
RUN_CANCELLED = EventKind(
    "run.cancelled", "An organiser stopped a run before it was solved.", ("round_id", "run_id")
)
RUN_ADVISED = EventKind(
    "run.advised", "What would help those without a mentor is worked out.", ("round_id", "run_id")
)
RUN_PROGRESS = "run.progress"
"""Told to those who follow the cohort while a run is solved; it has no number and is not kept."""
ALL = (
    ROUND_OPENED,
    ROUND_PUBLISHED,
    RUN_QUEUED,
    RUN_SOLVED,
    RUN_FAILED,
    RUN_CANCELLED,
    RUN_ADVISED,
)
