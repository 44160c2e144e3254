"""What is answered of files."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.study.files.kinds import FileKind
from cohort.study.schemas import LONGEST_EVIDENCE, MOST_FILES

LARGEST_FILE = 10 * 1024 * 1024
LONGEST_FORM = MOST_FILES * LARGEST_FILE + LONGEST_EVIDENCE


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
