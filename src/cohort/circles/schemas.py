"""What the circles room reads and answers, and what it keeps of a preview."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from cohort.circles.models import CirclePreviewState
from cohort.cohorts.schemas import WallTime
from cohort.http.fields import MaybeUrl, Note, Shown, Strict

Matters = Annotated[int, Field(ge=0, le=3, description="0 for not at all.")]
Size = Annotated[int, Field(ge=3, le=6)]


class CircleRules(Strict):
    """How circles are formed; each part counts from 0, not at all, to 3."""

    least: Size = Field(default=3, description="People in the smallest circle.")
    size: Size = Field(default=4, description="How many people are wanted in each.")
    most: Size = Field(default=6, description="People in the largest circle.")
    minutes: Annotated[int, Field(ge=30, le=180, multiple_of=15)] = Field(
        default=60, description="For how long a circle meets; all must be free at once."
    )
    hours: Matters = Field(default=1, description="How many hours a week two share.")
    domain: Matters = Field(default=2, description="How near their fields are.")
    goal: Matters = Field(default=2, description="How alike the jobs are that they want.")
    pace: Matters = Field(default=1, description="How alike the parts of their plans are.")
    keep: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.2,
        description="When circles are formed anew: what it counts that two stay together.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "CircleRules":
        if not self.least <= self.size <= self.most:
            raise ValueError("must go up: at least, then wanted, then at most")
        return self


class NoCircle(StrEnum):
    """Why somebody is in no circle."""

    NO_HOURS = "no_hours"
    NO_SHARED_TIME = "no_shared_time"
    NO_LANGUAGE = "no_language"
    NO_ROOM = "no_room"
    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    AWAY = "away"


class CircleFound(BaseModel):
    """One circle of a preview.

    now     the circle that stands now and goes on as this one; none for a new one.
    joins   of the members, who is not in it now.
    parts   the mean of each part over the pairs of its members.
    starts  at which quarters of the week on the cohort's clock all can begin to meet.
    """

    now: UUID | None
    members: list[UUID]
    joins: list[UUID]
    fit: float
    parts: dict[str, float]
    shared_hours: float
    starts: list[int]


class CirclesFound(BaseModel):
    """What was found, kept with its preview.

    fit       the mean, over all who are in a circle, of how well the others suit them.
    gap       at most so much of fit for each person is missing to the best.
    is_best   whether nothing is missing.
    more_may_fit  whether it is not excluded that one more person has a place.
    moves     how many leave the circle that they are in now.
    """

    circles: list[CircleFound]
    left: dict[UUID, NoCircle]
    fit: float
    gap: float
    is_best: bool
    more_may_fit: bool
    moves: int


class CircleMemberOut(Shown):
    enrolment_id: UUID
    name: str
    passed: int | None = Field(
        description="Milestones passed; null unless she lets the circle see it."
    )
    milestones: int | None


class CircleOut(Shown):
    id: UUID
    cohort_id: UUID
    name: str = Field(examples=["Circle 3"])
    meets_on: int | None = Field(description="0 is Monday; on the cohort's clock.")
    meets_at: WallTime | None = Field(description="On the cohort's clock; it stays the year round.")
    minutes: int
    next_at: datetime | None = Field(description="When it meets next.")
    time_zone: str = Field(description="The cohort's.", examples=["Europe/Berlin"])
    link: str
    notes: str
    members: list[CircleMemberOut]
    is_yours: bool
    ended_at: datetime | None


class CircleChange(Strict):
    """What is not given stays."""

    meets_on: Annotated[int, Field(ge=0, le=6)] | None = Field(
        default=None, description="0 is Monday; on the cohort's clock."
    )
    meets_at: WallTime | None = Field(
        default=None, description="On the cohort's clock; together with the day."
    )
    link: MaybeUrl | None = Field(default=None, examples=["https://meet.example.org/three"])
    notes: Note | None = Field(default=None, description="What the circle works on.")

    @model_validator(mode="after")
    def _both(self) -> "CircleChange":
        if (self.meets_on is None) != (self.meets_at is None):
            raise ValueError("give the day and the hour together")
        return self


class ShowProgress(Strict):
    shows_progress: bool = Field(description="Whether the others see how far you are.")


class PlaceInCircle(Strict):
    circle_id: UUID


class NamedInCircle(Shown):
    enrolment_id: UUID
    name: str


class PreviewCircleOut(Shown):
    now: UUID | None = Field(description="The circle that goes on as this one.")
    members: list[NamedInCircle]
    joins: list[UUID] = Field(description="Of the members, who is not in it now.")
    fit: float
    parts: dict[str, float] = Field(description="The mean of each part over its pairs.")
    shared_hours: float
    starts: list[str] = Field(
        description="When all can meet, on the cohort's clock.", examples=[["Tuesday 17:00"]]
    )


class LeftOut(NamedInCircle):
    why: NoCircle
    sentence: str


class CirclePreviewOut(Shown):
    """What is worked out is null until the state is `formed`."""

    id: UUID
    cohort_id: UUID
    state: CirclePreviewState
    rules: CircleRules
    circles: list[PreviewCircleOut]
    left: list[LeftOut]
    fit: float | None
    gap: float | None = Field(
        description="At most so much of fit for each person is missing to the best."
    )
    is_best: bool | None
    more_may_fit: bool | None
    moves: int | None = Field(description="How many leave the circle that they are in now.")
    made_at: datetime
    published_at: datetime | None


class CircleOptionOut(Shown):
    circle_id: UUID
    name: str
    people: int
    shared_hours: float = Field(description="A week, with her.")
    gain: float = Field(
        description="What all circles together are worth more with her there; negative for a loss."
    )


class CircleOptionsOut(Shown):
    """The circles that may take one person, the best first."""

    enrolment_id: UUID
    now: UUID | None = Field(description="The circle that she is in.")
    options: list[CircleOptionOut]
