"""What was counted to stand beside others."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Instant, JsonList


class KeptWeeks(Base):
    """The weeks of a cohort as they were counted last, for the page of another one.

    To count six large cohorts anew would take six times as long as to count the one whose page it
    is. So the others are told as of a moment of the last day, which the page names.
    """

    __tablename__ = "kept_weeks"

    cohort_id: Mapped[UUID] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True
    )
    counted_at: Mapped[Instant]
    weeks: Mapped[JsonList]
    """Each a `WeekFigureOut`."""
