"""Rounds and their runs, as the API reads and answers them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.models import AdviceState, RoundKind, RoundState, RunState


class RunProgressOut(Shown):
    step: str = Field(
        examples=["solving"], description="scoring, solving, checking, explaining or weighing"
    )
    share: float = Field(description="How much of this step is done, from 0 to 1.")


class BalanceOut(Shown):
    """What counts beside the scores in one round, instead of what the rules aim at."""

    placing: float = Field(description="What each person placed counts.")
    keeping: float = Field(description="What each pair of an earlier run that stays counts.")
    before: int | None = Field(
        description="The number of that run in the round; null where there was none."
    )


class RunOut(Shown):
    """One solve. The figures are null until it is solved. A gap of 0 proves that it is the best,
    unless it was stopped: with fairness, nothing is proved then."""

    id: UUID
    round_id: UUID
    number: int
    state: RunState
    rules_version: int
    balance: BalanceOut | None = Field(description="Where a point was chosen for its round.")
    queued_at: datetime
    finished_at: datetime | None
    error: str | None = Field(description="Why it failed, and what to do.")
    researchers: int | None = Field(description="How many waited for a mentor.")
    mentors: int | None
    places: int | None = Field(description="How many free places the mentors had.")
    total: float | None = Field(
        description="The sum of the scores, with the stickiness of each pair that was kept; by a "
        "balance, with what each person placed counts; with the head start of those who go first."
    )
    bound: float | None = Field(
        description="No assignment has a higher total (of those that place as many people, or are "
        "as fair, where the rules aim at that)."
    )
    gap: float | None = Field(description="How far the total may be from the highest.")
    stopped: bool = Field(
        description="Time ran out before these pairs were proved the best. They keep to the rules, "
        "and the gap is true; better ones may exist."
    )
    seconds: float | None
    progress: RunProgressOut | None = Field(
        description="What the worker does now, while the run is queued; null when that is not "
        "known, and in lists."
    )
    input_digest: str | None = Field(description="SHA-256 of everything that was solved.")
    advice_state: AdviceState = Field(
        description="How far the advice on a solved run is; its pairs do not wait for it."
    )


class RoundOut(Shown):
    id: UUID
    cohort_id: UUID
    period: str = Field(examples=["2026-W48"])
    kind: RoundKind = Field(
        description="`introductions`: its pairs meet, and are not proposed to each other."
    )
    per_researcher: int | None = Field(
        description="Of introductions: how many mentors each researcher meets, at most."
    )
    per_mentor: int | None = Field(
        description="Of introductions: how many talks a mentor has, at most; null for as many as "
        "free places times `per_researcher`."
    )
    week: date = Field(description="The Monday of the week whose hours are compared.")
    state: RoundState
    opened_at: datetime
    opened_by: UUID | None = Field(description="Null when it was opened by the weekly clock.")
    published_at: datetime | None
    published_by: UUID | None
    balance: BalanceOut | None = Field(
        description="What the runs to come follow, where a point of the frontier was chosen."
    )
    held_back: str | None = Field(
        examples=["2026-W49"],
        description="Of introductions: the last week whose round did not open, as these waited.",
    )
    run: RunOut | None = Field(
        description="The newest run; of several, no failed or cancelled one if another is there."
    )
    failed_run: RunOut | None = Field(
        description="The newest run, where it failed and `run` is the solved one before it; null "
        "in answers to what opens, runs or publishes a round."
    )
