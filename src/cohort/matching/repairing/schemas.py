"""Locks, repairs and swaps, as the API reads and answers them."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from cohort.http.fields import Shown, Strict
from cohort.matching.models import PinSetKind
from cohort.matching.overrides.schemas import Reason
from cohort.matching.results.schemas import ChangeOut
from cohort.profiles.profile import once_each


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
        examples=["No other way is better."], description="What it loses, in words."
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


class PinSetIn(Strict):
    """Several pins in one act: they hold for this round, and it is run again."""

    kind: PinSetKind = Field(
        description="`lock`: keep pairs of this run, and solve the rest. `swap`: two researchers "
        "get each other's mentor. `repair`: go on without somebody who left, or without a pair.",
        examples=["lock"],
    )
    enrolment_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        default_factory=list,
        max_length=1_000,
        description="`lock`: whose pairs; all who still wait if empty. `swap`: the two. `repair`: "
        "the researcher who has left, or of the pair.",
    )
    mentor_id: UUID | None = Field(
        default=None, description="`repair`: the mentor who has left, or of the pair."
    )
    moved: int | None = Field(
        default=None, ge=0, le=10_000, description="`repair`: which of the ways on."
    )
    reason: Reason = Field(examples=["The two have begun to talk."])
    dry_run: bool = Field(default=False, description="Say what it would cost, and keep nothing.")


class PinSetOut(Shown):
    id: UUID | None = Field(description="Null when nothing was kept.")
    run_id: UUID = Field(description="The run that it was made on.")
    next_run_id: UUID | None = Field(description="The newest run, which follows it.")
    kind: PinSetKind
    reason: str
    pins: int = Field(description="How many pairs it pins that were not pinned.")
    cost: float | None = Field(
        description="What the total loses by it; null where that is not known: the aim is "
        "fairness, or the cohort is too large to say so in time."
    )
    fewer_placed: int = Field(description="How many people fewer have a mentor by it.")
    changes: list[ChangeOut] = Field(
        description="Who moves by it; of a lock, who would move without it. Empty when it had been "
        "done before."
    )
    dry_run: bool
