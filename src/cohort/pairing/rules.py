"""The rules of a matching: what counts, what rules a pair out, and what to aim at.

One model for all who write rules: the API, the page of a cohort, a TOML file. So the same rules are
refused, in the same words, wherever they come from.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Objective = Literal["total", "fair"]
Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Hours = Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


OwnName = Annotated[str, Field(min_length=1, max_length=200)]
Compare = Literal["same", "different", "overlap", "near", "at_least"]
Width = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
NOTHING_SAID: Mapping[str, int] = {}
MOST_OWN = 20
"""Each factor is rounded to whole units once, so that so many stay within 1e-6 of the formula."""


class OwnFactor(_Part):
    """How two answers to a question of the organiser's own are compared, and how much it counts."""

    weight: Weight = Field(default=1.0, examples=[1.0])
    compare: Compare = Field(
        examples=["overlap"],
        description="same or different: 1 where the answers are; overlap: the share of the "
        "researcher's choices that the mentor made too; near: numbers, 1 for equal ones, falling "
        "to 0 where they are `width` apart; at_least: 1 where the mentor's number is not below "
        "the researcher's.",
    )
    width: Width | None = Field(
        default=None, examples=[2.0], description="With near, and only there: when it is 0."
    )

    @model_validator(mode="after")
    def _width_of_near(self) -> "OwnFactor":
        if self.compare == "near" and self.width is None:
            raise ValueError("needs a width: how far apart two numbers count 0")
        if self.compare != "near" and self.width is not None:
            raise ValueError("has a width, which only “near” uses: leave it out")
        return self


class Weights(_Part):
    """How much each factor counts; only their ratios matter."""

    domain: Weight = Field(
        default=3.0, examples=[3.0], description="Nearness in the tree of domains."
    )
    role: Weight = Field(
        default=2.0, examples=[2.0], description="Role goals and industry context."
    )
    skills: Weight = Field(
        default=3.0,
        examples=[3.0],
        description="Strengths in what is due next, above all the rare ones.",
    )
    availability: Weight = Field(default=1.0, examples=[1.0], description="Shared weekly hours.")
    language: Weight = Field(default=0.5, examples=[0.5], description="Shared languages.")
    path: Weight = Field(default=1.0, examples=[1.0], description="The mentor made the same move.")
    wishes: Weight = Field(default=2.0, examples=[2.0], description="Whom both sides asked for.")
    personal: Annotated[float, Field(ge=1, le=4, allow_inf_nan=False)] = Field(
        default=2.0,
        examples=[2.0],
        description="What people may change for themselves: a factor that matters more to somebody "
        "counts so many times its weight in her eyes, one that matters less that part of it. 1 is "
        "off.",
    )
    own: dict[OwnName, OwnFactor] = Field(
        default={},
        max_length=MOST_OWN,
        examples=[{"Favourite framework": {"weight": 1.0, "compare": "same"}}],
        description="Questions of the organiser's own, by name.",
    )

    @model_validator(mode="after")
    def _some_weight(self) -> "Weights":
        if not any(self.by_factor().values()):
            raise ValueError("needs at least one factor with a weight above 0")
        taken = [name for name in self.own if name in BUILT_IN]
        if taken:
            raise ValueError(f"has “{taken[0]}” built in: call the own factor something else")
        return self

    def by_factor(self) -> dict[str, float]:
        """The weight of each factor by name: first those built in, then the own ones."""
        own = {name: one.weight for name, one in self.own.items()}
        return {**{name: getattr(self, name) for name in BUILT_IN}, **own}

    def shares(self, matters: Mapping[str, int] = NOTHING_SAID) -> dict[str, float]:
        """The weights as shares of 1, by factor, in the eyes of somebody.

        `matters` has 1 for what counts more to her, and -1 for what counts less.
        """
        weights = {
            name: weight * self.personal ** matters.get(name, 0)
            for name, weight in self.by_factor().items()
        }
        whole = sum(weights.values())
        return {name: weight / whole for name, weight in weights.items()}


BUILT_IN = tuple(name for name in Weights.model_fields if name not in {"own", "personal"})


class Requirements(_Part):
    """What rules a pair out, whatever its score. Blocks, declines, ended
    mentorships and vetoes always count."""

    conflict_of_interest: bool = Field(
        default=True, examples=[True], description="No shared organisation, no adviser as mentor."
    )
    common_language: bool = Field(default=True, examples=[True])
    common_ground: bool = Field(
        default=True,
        examples=[True],
        description="At least one field, role goal or skill in common. Two share a field where "
        "their domains lie in one branch of the tree.",
    )
    min_shared_hours: Hours = Field(
        default=1.0,
        examples=[1.0],
        description="Hours a week in which both are free; 0 asks for none.",
    )
    least_score: Share = Field(
        default=0.0,
        examples=[0.2],
        description="Nobody is paired below it; 0 pairs everyone who may be.",
    )


class Aim(_Part):
    """What the best pairs are, where not everything can be had."""

    objective: Objective = Field(
        default="total",
        examples=["total"],
        description="The highest total of scores; or fair: the worst score as high as it can be, "
        "then the next worst, and so on.",
    )
    cover: bool = Field(
        default=False,
        examples=[False],
        description="As many researchers as possible get a mentor, before the total counts.",
    )
    stickiness: Share = Field(
        default=0.0,
        examples=[0.0],
        description="Added to the score of a pair that the run before found: how much better "
        "another mentor must be. At 0, such pairs are kept among equals.",
    )
    least_gain: Share | None = Field(
        default=None,
        examples=[0.2],
        description="By how much the score must be better for somebody who has a mentor to be "
        "proposed another, when everybody who waits has had the first choice; null leaves every "
        "mentorship as it is, unless one of the two asked for somebody else.",
    )


class Rules(_Part):
    """What is left out has its default."""

    weights: Weights = Field(default_factory=Weights)
    requirements: Requirements = Field(default_factory=Requirements)
    aim: Aim = Field(default_factory=Aim)
