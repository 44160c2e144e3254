"""People who came from a spreadsheet and have not answered yet, and those who said no."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.cohorts.models import Cohort
from cohort.db import Base, Instant
from cohort.people.models import Person


class ImportedPerson(Base):
    """A placeholder in a cohort, until its holder confirms by the mailed link or says no."""

    __tablename__ = "imported_people"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), index=True)
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    """Who said that this person agreed to take part."""
    imported_at: Mapped[Instant]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Of the link in the newest mail; the older ones work no more."""
    expires_at: Mapped[Instant]
    asked_at: Mapped[Instant | None]
    """When the newest mail went out, or is to go."""
    mails: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many have gone out."""
    mailed_by: Mapped[UUID | None]
    """The job of the newest mail: another attempt at it is no other mail."""

    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    importer: Mapped[Person] = relationship(lazy="raise", foreign_keys=[imported_by])
    cohort: Mapped[Cohort] = relationship(lazy="raise")


class DeclinedImport(Base):
    """Somebody who said no: all that is kept, so that the same list does not bring her again."""

    __tablename__ = "declined_imports"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    email_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    declined_at: Mapped[Instant]
