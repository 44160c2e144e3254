"""Repairs and swaps, as the API answers them."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.results.schemas import ChangeOut


class RepairOut(Shown):
    """One way to go on, held against the best of those who are left."""

    moved: int = Field(description="How many of the others lose the mentor whom they had.")
    loss: float = Field(
        description="Of the total of all scores; below 0 where more people have a mentor by the "
        "best way."
    )
    fewer_placed: int = Field(description="How many people fewer have a mentor than by the best.")
    total: float
    placed: int = Field(description="How many have a mentor.")
    sentence: str = Field(
        examples=["0.12 (1.5% of the total)"], description="What it loses, in words."
    )
    changes: list[ChangeOut] = Field(description="Who would move; whoever has to comes first.")


class RepairsOut(Shown):
    """The ways on when somebody drops out of a run, or a pair must not be.

    The first one moves nobody else. Each further one moves more people and is better; the last is
    a best one. Where a mentor with several people leaves, those between are the best for some price
    of moving a person; otherwise none is missing.
    """

    run_id: UUID
    enrolment_id: UUID | None
    mentor_id: UUID | None
    options: list[RepairOut]


class SwapOut(Shown):
    """What it would cost that two researchers have each other's mentor."""

    run_id: UUID
    cost: float = Field(description="What the total would lose at the least: others may move.")
    alone: float = Field(description="What the total would change by if nobody else moved.")
    fewer_placed: int = Field(description="How many people fewer would have a mentor.")
    sentence: str
    changes: list[ChangeOut] = Field(description="Who would move at that cost, the two first.")
