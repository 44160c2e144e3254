"""What is answered of files."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.study.files.kinds import FileKind
from cohort.study.files.models import EvidenceFile
from cohort.study.schemas import LONGEST_EVIDENCE, MOST_FILES, AttachedFileOut

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_FORM = MOST_FILES * LARGEST_FILE + LONGEST_EVIDENCE


FILE_LINK = "/api/v1/files/"


class FileOut(Shown):
    """A file that belongs to evidence."""

    id: UUID
    plan_item_id: UUID
    name: str = Field(examples=["monitor.ipynb"])
    kind: FileKind
    size: int = Field(description="In bytes.", examples=[48213])
    sha256: str = Field(description="Of its bytes, in hexadecimal.")
    waiting: bool = Field(description="Whether it waits to go with what is handed in next.")
    uploaded_at: datetime


def attached(file: EvidenceFile) -> AttachedFileOut:
    """For whoever reads the evidence."""
    its = {"id": file.id, "name": file.name, "kind": file.kind, "size": file.size}
    return AttachedFileOut(**its, link=f"{FILE_LINK}{file.id}")
