"""One draft for each item of a plan."""

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cohort.db import Base, Instant


class EvidenceDraft(Base):
    __tablename__ = "evidence_drafts"

    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.id"), primary_key=True)
    text: Mapped[str]
    links: Mapped[str]
    """As typed, one to a line: half of an address is kept too."""
    version: Mapped[int] = mapped_column(BigInteger)
    """Begins with the second in which the draft was begun, so that no later draft has it again."""
    saved_at: Mapped[Instant]
