"""A round of introductions, as the API and the page read it."""

from typing import Annotated

from pydantic import Field

from cohort.http.fields import Strict


class IntroductionsIn(Strict):
    per_researcher: Annotated[int, Field(ge=1, le=5)] = Field(
        default=3, examples=[3], description="How many mentors each researcher meets, at most."
    )
    per_mentor: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None,
        examples=[4],
        description="How many talks each mentor with a free place has, at most; null for as many "
        "as free places times `per_researcher`.",
    )
