"""Pins and vetoes, as the API reads and answers them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from cohort.http.fields import Note, Shown, Strict
from cohort.matching.models import OverrideKind

Reason = Annotated[Note, StringConstraints(min_length=1)]


class OverrideIn(Strict):
    kind: OverrideKind = Field(examples=["pin"])
    enrolment_id: UUID = Field(examples=["7b4f3a52-3c1e-4a83-9d6e-0c5d5f0f2f11"])
    mentor_id: UUID = Field(examples=["2f8c1d90-6f0a-4c35-8a8e-5b7f4f1c9a02"])
    reason: Reason = Field(examples=["They have worked together before."])
    replace: bool = Field(
        default=False, description="Lift the standing decisions that this one contradicts."
    )


class OverrideOut(Shown):
    id: UUID
    cohort_id: UUID
    kind: OverrideKind
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    reason: str
    made_by: UUID
    made_at: datetime
    lifted_at: datetime | None
