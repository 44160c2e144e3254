"""The secret address of a person's calendar."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Instant
from cohort.people.models import Person


class CalendarFeed(Base):
    """One for a person; a new address replaces the old one."""

    __tablename__ = "calendar_feeds"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Instant]

    person: Mapped[Person] = relationship(lazy="raise")
