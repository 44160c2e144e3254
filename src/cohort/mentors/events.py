"""What happens to mentors before anybody is proposed to them."""

from cohort.jobs.event_log import EventKind

MENTOR_SIGNED_UP = EventKind("mentor.signed_up", "Someone wants to mentor.", ("mentor_id",))
MENTOR_APPROVED = EventKind("mentor.approved", "A mentor was approved.", ("mentor_id",))
MENTOR_DECLINED = EventKind("mentor.declined", "A mentor was declined.", ("mentor_id",))
MENTOR_PAUSED = EventKind("mentor.paused", "A mentor takes nobody new for a while.", ("mentor_id",))
MENTOR_RESUMED = EventKind("mentor.resumed", "A mentor's pause is over.", ("mentor_id",))
MENTOR_LEFT = EventKind("mentor.left", "A mentor left, or withdrew.", ("mentor_id",))
ALL = (
    MENTOR_LEFT,
    MENTOR_SIGNED_UP,
    MENTOR_APPROVED,
    MENTOR_DECLINED,
    MENTOR_PAUSED,
    MENTOR_RESUMED,
)
