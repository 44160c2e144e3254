"""The rules of a cohort's matching, as the API reads and answers them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from cohort.http.fields import Shown, Strict

Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class WeightsIn(Strict):
    """How much each factor counts; only their ratios matter."""

    domain: Weight = Field(examples=[3.0], description="Nearness in the tree of domains.")
    role: Weight = Field(examples=[2.0], description="Role goals and industry context.")
    skills: Weight = Field(examples=[3.0], description="Strengths in what is still to be shown.")
    availability: Weight = Field(examples=[1.0], description="Shared weekly hours.")
    language: Weight = Field(examples=[0.5], description="Shared languages.")
    path: Weight = Field(examples=[1.0], description="The mentor made the same move.")
    wishes: Weight = Field(examples=[2.0], description="Whom both sides asked for.")

    @model_validator(mode="after")
    def _some_weight(self) -> "WeightsIn":
        if not any(self.model_dump().values()):
            raise ValueError("needs at least one factor with a weight above 0")
        return self


class RequirementsIn(Strict):
    """What rules a pair out, whatever its score."""

    conflict_of_interest: bool = Field(
        examples=[True], description="No shared organisation, no adviser as mentor."
    )
    common_language: bool = Field(examples=[True])
    min_shared_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = Field(
        examples=[1.0], description="Hours a week in which both are free."
    )
    least_score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        examples=[0.2], description="Nobody is paired below it; 0 pairs everyone who may be."
    )


class AimIn(Strict):
    """What the best pairs are, where not everything can be had."""

    objective: Literal["total", "fair"] = Field(
        examples=["total"],
        description="The highest total of scores; or fair: the worst score as high as it can be, "
        "then the next worst, and so on.",
    )
    cover: bool = Field(
        examples=[False],
        description="As many researchers as possible get a mentor, before the total counts.",
    )
    stickiness: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        examples=[0.0],
        description="Added to the score of a pair that the run before found: how much better "
        "another mentor must be. At 0, such pairs are kept among equals.",
    )


class RulesIn(Strict):
    weights: WeightsIn = Field(
        examples=[
            {
                "domain": 3.0,
                "role": 2.0,
                "skills": 3.0,
                "availability": 1.0,
                "language": 0.5,
                "path": 1.0,
                "wishes": 2.0,
            }
        ]
    )
    requirements: RequirementsIn = Field(
        examples=[
            {
                "conflict_of_interest": True,
                "common_language": True,
                "min_shared_hours": 1.0,
                "least_score": 0.2,
            }
        ]
    )
    aim: AimIn = Field(examples=[{"objective": "total", "cover": False, "stickiness": 0.0}])


class RulesOut(Shown):
    version: int
    weights: dict[str, float]
    requirements: dict[str, Any]
    aim: dict[str, Any]
    created_at: datetime
    created_by: UUID | None
