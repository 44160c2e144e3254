"""A version of a cohort's rules: weights, hard requirements and an aim."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Id, Instant, Json
from cohort.pairing.rules import Rules


class RulesVersion(Base):
    """A version of the weights, the hard requirements and the aim of one cohort."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("cohort_id", "version"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    version: Mapped[int]
    weights: Mapped[Json]
    requirements: Mapped[Json]
    aim: Mapped[Json]
    created_at: Mapped[Instant]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)

    @property
    def content(self) -> Rules:
        return Rules.model_validate(
            {"weights": self.weights, "requirements": self.requirements, "aim": self.aim}
        )
