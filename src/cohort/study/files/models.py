"""What we know of a file; its bytes are in the storage."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, one_of
from cohort.study.files.kinds import FileKind
from cohort.study.models import PlanItem, Submission


class EvidenceFile(Base):
    """Once for each item of a plan: the same bytes under the same name are the same file."""

    __tablename__ = "evidence_files"
    __table_args__ = (UniqueConstraint("plan_item_id", "sha256", "name"),)

    id: Mapped[Id]
    plan_item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.id"))
    name: Mapped[str]
    kind: Mapped[FileKind] = mapped_column(one_of(FileKind))
    size: Mapped[int]
    sha256: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """Where the storage has it; made by us, of nothing that was typed."""
    waiting: Mapped[bool]
    """Whether it is to go with what is handed in next."""
    uploaded_at: Mapped[Instant]

    plan_item: Mapped[PlanItem] = relationship(lazy="raise")


class SubmissionFile(Base):
    """That a version has a file; a later version may have it too."""

    __tablename__ = "submission_files"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_files.id"), primary_key=True, index=True
    )

    submission: Mapped[Submission] = relationship(lazy="raise")
    file: Mapped[EvidenceFile] = relationship(lazy="raise")
