"""What the room of outcomes answers."""

from pydantic import Field

from cohort.http.fields import Shown
from cohort.pairing.rules import Weights


class EffectOut(Shown):
    """Of one factor, with the others held fixed."""

    name: str = Field(examples=["domain"])
    title: str = Field(examples=["Field"])
    odds_ratio: float = Field(
        description="By how much the odds of a good mentorship are multiplied, for one standard "
        "deviation more of this factor."
    )
    low: float = Field(description="The lower end of its interval of 95 %.")
    high: float = Field(description="The upper end of its interval of 95 %.")
    is_clear: bool = Field(description="Whether the interval leaves 1, no effect, out.")
    spread: float = Field(
        description="The standard deviation of its scores in these mentorships; 0 where they "
        "hardly differ, so that nothing can be told."
    )


class OutcomesOut(Shown):
    mentorships: int = Field(description="Of which something was said, by either of the two.")
    good: float = Field(description="How many of them are good; one in between counts half.")
    least: int = Field(description="With fewer, nothing is worked out.")
    effects: list[EffectOut] = Field(description="Empty where there are too few.")
    by_lot: int = Field(
        description="How many of the pairs were chosen among equally good matchings by the rule "
        "on ids, as by lot."
    )
    effects_by_lot: list[EffectOut] = Field(
        description="The same from those alone: an experiment, as far as it goes."
    )
    left_out: list[str] = Field(description="Factors that not all of these pairs were scored by.")
    draft: Weights | None = Field(
        description="Weights for the rules, changed only where an effect is clear; null where "
        "none is. Nothing is changed before an organiser keeps it."
    )
