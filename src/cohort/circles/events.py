"""What happens to the study circles of a cohort."""

from cohort.jobs.event_log import EventKind

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
ALL = (PREVIEW_FORMED, PREVIEW_FAILED, PREVIEW_CANCELLED)
