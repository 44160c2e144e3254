"""When to do which piece of study work: due weeks under weekly hours, with a proof and reasons.

    from cohort.scheduling import ScheduleProblem, StudyTask, StudyWeek, schedule

Pure: the same problem gives the same schedule, in whatever order its tasks stand. The model, its
bound and its sources are in `docs/scheduling.md`.
"""

from cohort.scheduling.problem import CircularRequirements, ScheduleProblem, StudyTask, StudyWeek
from cohort.scheduling.reasons import MoveReason, MoveReasonKind, reasons_for
from cohort.scheduling.saying import sentence
from cohort.scheduling.solving import Schedule, schedule

__all__ = [
    "CircularRequirements",
    "MoveReason",
    "MoveReasonKind",
    "Schedule",
    "ScheduleProblem",
    "StudyTask",
    "StudyWeek",
    "reasons_for",
    "schedule",
    "sentence",
]
