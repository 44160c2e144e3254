"""What the extensions room reads and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from cohort.extensions.models import ExtensionState
from cohort.http.fields import Day, Note, Shown, Strict
from cohort.study.schemas import unix_lines


class ExtensionIn(Strict):
    until: Day = Field(
        description="The day on which it is to be due, on the cohort's clock.",
        examples=["2026-06-14"],
    )
    reason: Annotated[Note, BeforeValidator(unix_lines), Field(min_length=1)] = Field(
        examples=["Our paper is due on the same Sunday."]
    )


class GrantIn(Strict):
    """Without a day, the one that was asked for."""

    until: Day | None = Field(default=None, examples=["2026-06-14"])
    answer: Annotated[Note, BeforeValidator(unix_lines)] = Field(
        default="", examples=["Good luck with the paper."]
    )


class ExtensionRefusalIn(Strict):
    answer: Annotated[Note, BeforeValidator(unix_lines), Field(min_length=1)] = Field(
        description="Why not, and what to do instead.",
        examples=["Hand in what you have: a review of half of it helps more than a new date."],
    )


class ExtensionOut(Shown):
    """A new date that was asked for, and what became of it."""

    id: UUID
    plan_item_id: UUID
    state: ExtensionState
    until: date = Field(description="The day that was asked for.")
    reason: str
    asked_at: datetime
    due_before: datetime
    due_after: datetime | None = Field(description="When it is due since it was granted.")
    answer: str
    decided_at: datetime | None


class ListedExtensionOut(ExtensionOut):
    """One in the list of a cohort."""

    enrolment_id: UUID
    researcher: str
    milestone: str
