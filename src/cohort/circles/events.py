"""What happens to the study circles of a cohort."""

from cohort.jobs.event_log import EventKind

FORMED = EventKind("circle.formed", "A new study circle was published.", ("circle_id",))
REFORMED = EventKind(
    "circle.reformed", "Circles were formed anew, and its people are others.", ("circle_id",)
)
ENDED = EventKind("circle.ended", "Nobody is in it any more.", ("circle_id",))
MEMBER_JOINED = EventKind(
    "circle.member_joined",
    "A researcher was put into a circle, from none or from another one.",
    ("circle_id", "enrolment_id"),
)
MEMBER_LEFT = EventKind(
    "circle.member_left",
    "A researcher left a circle, or was taken out of it, and is in none.",
    ("circle_id", "enrolment_id"),
)
PREVIEW_FORMED = EventKind(
    "circle_preview.formed", "The circles of a preview are worked out.", ("preview_id",)
)
PREVIEW_FAILED = EventKind(
    "circle_preview.failed", "The circles of a preview could not be worked out.", ("preview_id",)
)
PREVIEW_CANCELLED = EventKind(
    "circle_preview.cancelled",
    "An organiser stopped a preview before it was worked out.",
    ("preview_id",),
)
PREVIEW_PROGRESS = "circle_preview.progress"
"""Told to those who follow the cohort meanwhile; it has no number and is not kept."""
ALL = (
    FORMED,
    REFORMED,
    ENDED,
    MEMBER_JOINED,
    MEMBER_LEFT,
    PREVIEW_FORMED,
    PREVIEW_FAILED,
    PREVIEW_CANCELLED,
)
