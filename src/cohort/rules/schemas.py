"""The rules of a cohort's matching, as the API reads and answers them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from cohort.http.fields import Shown, Strict
from cohort.pairing.rules import OwnName, Weights
from cohort.profiles.profile import once_each


class RulesOut(Shown):
    version: int
    weights: Weights
    requirements: dict[str, Any]
    aim: dict[str, Any]
    created_at: datetime
    created_by: UUID | None


Names = Annotated[list[OwnName], AfterValidator(once_each)]


class PreferencesIn(Strict):
    """What matters more or less to a person than the rules of the cohort say."""

    more: Names = Field(
        max_length=27, description="Factors that count more for you.", examples=[["domain"]]
    )
    less: Names = Field(
        max_length=27, description="Factors that count less for you.", examples=[["availability"]]
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        both = sorted(set(self.more) & set(self.less))
        if both:
            raise ValueError(f"has “{both[0]}” as more and as less: choose one")
        return self


class PreferencesOut(Shown):
    """What matters more or less to a person, and what can."""

    more: list[str]
    less: list[str]
    offered: list[str] = Field(description="The factors that count in this cohort, by name.")
    personal: float = Field(
        description="How many times its weight a factor counts that matters more, and by how much "
        "the weight of one that matters less is divided; 1 is off."
    )
