"""The steps from an application to a certificate."""

from enum import StrEnum


class FunnelStep(StrEnum):
    APPLIED = "applied"
    ADMITTED = "admitted"
    ENROLLED = "enrolled"
    FIRST_EVIDENCE = "first_evidence"
    HALF = "half"
    ALL = "all"
    EXAM_BOOKED = "exam_booked"
    CERTIFIED = "certified"
