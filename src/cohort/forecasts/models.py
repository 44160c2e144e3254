"""When an organiser last reminded somebody of her plan."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Instant


class StudyNudge(Base):
    """The newest reminder of a plan; a row each, so that two organisers at once remind once."""

    __tablename__ = "study_nudges"

    enrolment_id: Mapped[UUID] = mapped_column(
        ForeignKey("enrolments.id", ondelete="CASCADE"), primary_key=True
    )
    nudged_at: Mapped[Instant]
