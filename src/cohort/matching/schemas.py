"""What the matching room reads and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from cohort.fields import Note, Shown, Strict
from cohort.matching.models import OverrideKind, RoundState, RunState
from cohort.mentorships.schemas import FactorOut

Weight = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Reason = Annotated[Note, StringConstraints(min_length=1)]


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


class OverrideIn(Strict):
    kind: OverrideKind = Field(examples=["pin"])
    enrolment_id: UUID = Field(examples=["7b4f3a52-3c1e-4a83-9d6e-0c5d5f0f2f11"])
    mentor_id: UUID = Field(examples=["2f8c1d90-6f0a-4c35-8a8e-5b7f4f1c9a02"])
    reason: Reason = Field(examples=["They have worked together before."])
    replace: bool = Field(
        default=False, description="Lift the standing decisions that this one contradicts."
    )


class OverrideOut(Shown):
    id: UUID
    cohort_id: UUID
    kind: OverrideKind
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    reason: str
    made_by: UUID
    made_at: datetime
    lifted_at: datetime | None


class ProgressOut(Shown):
    step: str = Field(
        examples=["solving"], description="scoring, solving, checking, explaining or weighing"
    )
    share: float = Field(description="How much of this step is done, from 0 to 1.")


class RunOut(Shown):
    """One solve. The figures are null until it is solved; a gap of 0 proves that it is best."""

    id: UUID
    round_id: UUID
    number: int
    state: RunState
    rules_version: int
    queued_at: datetime
    finished_at: datetime | None
    error: str | None = Field(description="Why it failed, and what to do.")
    researchers: int | None = Field(description="How many waited for a mentor.")
    mentors: int | None
    places: int | None = Field(description="How many free places the mentors had.")
    total: float | None = Field(
        description="The sum of the scores, with the stickiness of each pair that was kept."
    )
    bound: float | None = Field(description="No assignment has a higher total.")
    gap: float | None
    seconds: float | None
    progress: ProgressOut | None = Field(
        description="What the worker does now, while the run is queued; null when that is not "
        "known, and in lists."
    )
    input_digest: str | None = Field(description="SHA-256 of everything that was solved.")


class RoundOut(Shown):
    id: UUID
    cohort_id: UUID
    period: str = Field(examples=["2026-W48"])
    week: date = Field(description="The Monday of the week whose hours are compared.")
    state: RoundState
    opened_at: datetime
    opened_by: UUID | None = Field(description="Null when it was opened by the weekly clock.")
    published_at: datetime | None
    published_by: UUID | None
    run: RunOut | None = Field(description="The newest run.")


class PairOut(Shown):
    id: UUID
    run_id: UUID
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    score: float
    factors: list[FactorOut]
    reason: str = Field(description="Why this mentor, as the researcher reads it.")
    pinned: bool
    loss: float | None = Field(
        description="What the total would lose without this pair; null where it is pinned, or "
        "where the run is not proved to have the highest total."
    )
    fewer_placed: int = Field(
        description="Where the rules place people first: how many fewer would have a mentor."
    )
    proposal_id: UUID | None = Field(description="Its proposal, once the round is published.")
    skipped: str | None = Field(description="Why it was not proposed with its round.")


class AlternativeOut(Shown):
    """One mentor for one researcher, in the run's own figures."""

    mentor_id: UUID
    mentor: str
    score: float
    chosen: bool = Field(description="The run found this pair.")
    as_good: bool = Field(description="An assignment with this pair is just as good.")
    cost: float | None = Field(
        description="What the total of all scores would lose if the two had to be a pair; null "
        "where they cannot be."
    )
    fewer_placed: int = Field(
        description="Where the rules place people first: how many fewer would have a mentor."
    )
    below_least_score: bool = Field(description="Only a pin could make this pair.")
    ruled_out: list[str] = Field(
        examples=[["common_language"]],
        description="Why the two cannot be a pair: requirements by name, or `no_place`, "
        "`pinned_elsewhere`, `places_pinned`.",
    )
    said: str = Field(description="The cost, or what rules the pair out, in words.")


class ChangeOut(Shown):
    """A researcher would go from one mentor to another; null is no mentor."""

    enrolment_id: UUID
    researcher: str
    from_mentor_id: UUID | None
    from_mentor: str | None
    to_mentor_id: UUID | None
    to_mentor: str | None


class WhatIfIn(Strict):
    """Whom a what-if is about; without a mentor, about all of them."""

    enrolment_id: UUID = Field(examples=["7b4f3a52-3c1e-4a83-9d6e-0c5d5f0f2f11"])
    mentor_id: UUID | None = Field(default=None, examples=["2f8c1d90-6f0a-4c35-8a8e-5b7f4f1c9a02"])


class WhatIfOut(Shown):
    """What would follow if two had to be a pair; nothing is decided by asking."""

    run_id: UUID
    enrolment_id: UUID
    researcher: str
    pair: AlternativeOut
    sentence: str
    changes: list[ChangeOut] = Field(
        description="Who would move, at the least cost; the researcher comes first."
    )


class RulesPreviewOut(Shown):
    """What a run by these rules would find now; nothing is kept."""

    researchers: int = Field(description="How many wait for a mentor.")
    pairs: int
    total: float = Field(description="By these rules; totals by other rules cannot be compared.")
    gap: float
    run_id: UUID | None = Field(
        description="The solved run of the open round that it is held against; null without one."
    )
    changes: list[ChangeOut] = Field(description="Who would have another mentor than by that run.")


class UnmatchedOut(Shown):
    id: UUID
    run_id: UUID
    enrolment_id: UUID
    researcher: str
    code: str = Field(examples=["no_room"])
    reason: str = Field(description="Why there is no mentor, and the next step.")
    detail: dict[str, Any]


class PlaceWorthOut(Shown):
    """What one more place with a mentor would add."""

    mentor_id: UUID
    mentor: str
    gain: float = Field(description="Of the total of all scores.")
    placed: int = Field(description="How many people more would have a mentor, where that counts.")


class InvitationOut(Shown):
    """A mentor to look for, and what they would add: checked by matching again with them."""

    domain: str = Field(examples=["machine-translation"])
    role: str = Field(examples=["ml-engineer"])
    skills: list[str]
    language: str = Field(examples=["en"])
    gain: float
    placed: int = Field(description="How many people more would have a mentor.")


class WayOut(Shown):
    """One way to match the same people: this run's, or the best for some balance of the three:
    the sum of the scores, people placed, pairs kept.
    """

    fit: float = Field(description="The sum of the scores.")
    placed: int = Field(description="How many have a mentor.")
    kept: int = Field(description="How many pairs of the run before stay.")
    changed: int = Field(description="How many of them do not.")
    chosen: bool = Field(description="It is this run's.")


class WayToPlaceOut(Shown):
    """One change that would give more people a mentor: checked by matching everyone again."""

    kind: Literal["place", "pair", "cover"] = Field(
        description="One more place with the mentor; leave for the two to be a pair; or rules that "
        "place as many people as possible."
    )
    enrolment_id: UUID | None
    mentor_id: UUID | None
    ruled_out_by: str | None = Field(
        examples=["shared_hours"],
        description="What alone rules the pair out: a requirement by name, or `least_score`.",
    )
    gain: float | None = Field(
        description="Of the total of all scores, often below 0; null where fairness is the aim."
    )
    newly: list[UUID] = Field(description="Enrolments that would have a mentor, and have none now.")
    losing: list[UUID] = Field(description="Enrolments that would have none; mostly empty.")
    said: str = Field(examples=["Ask Grace Example for one more place."])
    what_comes: str = Field(description="What would come of it, in words.")


class AdviceOut(Shown):
    """What would help, worked out with the run. Empty where nothing would, or it is not known."""

    run_id: UUID
    places: list[PlaceWorthOut] = Field(description="The ten that would add most.")
    ways_to_place: list[WayToPlaceOut] = Field(
        description="Each alone would give more people a mentor; the best first, six at most."
    )
    invitations: list[InvitationOut] = Field(description="The best first.")
    ways: list[WayOut] = Field(
        description="Fit against people placed against pairs kept, the highest fit first; where "
        "somebody is left out, or there was a run before."
    )
    complete: bool = Field(description="False when there are more ways than these.")


class CertificateOut(Shown):
    """The proof of a run: prices under which no pair offers more than it is given.

    Anyone who has the scores can check it in one pass: the bound is the sum of the researchers'
    prices and of each mentor's price for each place.
    """

    run_id: UUID
    total: float
    bound: float
    gap: float
    cover_bonus: float | None = Field(
        description="Where the rules place people first: what each person placed counts in the "
        "prices, and is taken off the bound. Null where the pool was too large to be held."
    )
    input_digest: str
    researcher_prices: dict[UUID, float] = Field(description="By enrolment.")
    mentor_prices: dict[UUID, float] = Field(
        description="What one more place would add to the total; 0 where the run is proved the "
        "fairest, which has another proof: its levels, in the run's evidence."
    )
