"""Decisions about pairs and their price, as the API answers them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.results.schemas import ChangeOut


class DecisionOut(Shown):
    """A pin, a veto, or several pins in one act; lifted ones too."""

    id: UUID
    kind: Literal["pin", "veto", "lock", "swap", "repair"]
    researcher: str | None = Field(description="Of a pin or a veto.")
    mentor: str | None
    pairs: int = Field(description="How many pairs it decided.")
    standing: int = Field(description="How many of them stand; 0 when it was lifted.")
    reason: str
    cost: float | None = Field(
        description="What the total lost by it when it was made; null where that was not known."
    )
    fewer_placed: int = Field(description="How many people fewer had a mentor by it.")
    made_by: UUID
    made_by_name: str
    made_at: datetime


class DecisionsCostOut(Shown):
    """What all standing pins and vetoes cost now."""

    standing: int = Field(description="How many pins and vetoes stand.")
    cost: float | None = Field(
        description="How far the total is below that of the same people matched without them; null "
        "where it is not known, and then `why` says why."
    )
    fewer_placed: int = Field(description="How many people fewer have a mentor.")
    why: str = Field(examples=[""])
    changes: list[ChangeOut] = Field(description="Who would move without them.")
