"""What is read and answered of drafts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from cohort.http.fields import Prose, Shown, Strict, plain
from cohort.study.schemas import unix_lines


class EvidenceDraftIn(Strict):
    """As much as was typed so far; nothing of it has to be right yet."""

    text: Annotated[Prose, BeforeValidator(unix_lines)] = Field(
        default="", examples=["The monitor runs hourly; the thresh"]
    )
    links: Annotated[
        str,
        BeforeValidator(unix_lines),
        StringConstraints(strip_whitespace=True, max_length=6_000),
        AfterValidator(plain),
    ] = Field(default="", description="One to a line.", examples=["https://example.o"])


class EvidenceDraftOut(Shown):
    """What waits to be handed in."""

    plan_item_id: UUID
    text: str
    links: str
    saved_at: datetime
