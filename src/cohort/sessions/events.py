"""What happens to the live sessions of a cohort."""

from cohort.jobs.event_log import EventKind

PLANNED = EventKind("session.planned", "A live session was planned.", ("session_id",))
CHANGED = EventKind("session.changed", "It was moved, or something of it changed.", ("session_id",))
CANCELLED = EventKind("session.cancelled", "It was cancelled.", ("session_id",))
ALL = (PLANNED, CHANGED, CANCELLED)
