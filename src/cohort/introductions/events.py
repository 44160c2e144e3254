"""What happens between two who are introduced to each other."""

from cohort.jobs.event_log import EventKind

IDS = ("introduction_id", "enrolment_id", "mentor_id")

MADE = EventKind("introduction.made", "Two were introduced to each other, to talk once.", IDS)
ANSWERED = EventKind("introduction.answered", "One of the two said how the talk was.", IDS)
CALLED_OFF = EventKind("introduction.cancelled", "One of the two called the talk off.", IDS)
ALL = (MADE, ANSWERED, CALLED_OFF)
