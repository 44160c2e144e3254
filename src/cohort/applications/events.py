"""What happens to applications."""

from cohort.jobs.event_log import EventKind

APPLICATION_RECEIVED = EventKind(
    "application.received", "Someone applied for a seat.", ("application_id",)
)
APPLICATION_DECIDED = EventKind(
    "application.decided",
    "An application was accepted, declined, put on the waitlist, moved to a later cohort, or "
    "given a seat from the waitlist.",
    ("application_id",),
)
ALL = (APPLICATION_RECEIVED, APPLICATION_DECIDED)
