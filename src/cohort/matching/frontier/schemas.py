"""The points of a run and the balance of a round, as the API reads and answers them."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown, Strict
from cohort.matching.models import AdviceState
from cohort.matching.results.schemas import WayOut
from cohort.matching.schemas import BalanceOut
from cohort.pairing.rules import Weight


class BalanceIn(Strict):
    run_id: UUID = Field(description="The newest run of the round, whose points were looked at.")
    placing: Weight = Field(examples=[0.25], description="What one more person placed counts.")
    keeping: Weight = Field(
        default=0.0, examples=[0.1], description="What a pair of the run before that stays counts."
    )


class LimitOut(Shown):
    """With so many people placed, the sum of scores is at most this, whatever else is chosen."""

    placed: int
    fit: float


class FrontierOut(Shown):
    """Each point is the best for its balance, exactly; where some are missing, they lie between."""

    run_id: UUID
    state: AdviceState = Field(
        description="The points are worked out with the advice: `pending`, ask again in a moment."
    )
    researchers: int | None = Field(description="How many waited for a mentor.")
    points: list[WayOut] = Field(
        description="The highest fit first, a dozen at most. Empty where there is nothing to "
        "choose: everybody has a mentor, and there was no run before."
    )
    complete: bool = Field(description="False when there are more points than these.")
    limits: list[LimitOut] = Field(
        description="For numbers of people between the points; also where points are missing."
    )
    balance: BalanceOut | None = Field(description="By which this run was solved.")
