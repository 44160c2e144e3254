"""What a run found, and what it can be asked, as the API answers it."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown, Strict
from cohort.matching.models import AdviceState
from cohort.matching.schemas import BalanceOut
from cohort.mentorships.schemas import BEST_SCORE, FIT, POSSIBLE_MENTORS, FactorOut
from cohort.pairing.fit import Fit


class PairOut(Shown):
    id: UUID
    run_id: UUID
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    score: float
    fit: Fit | None = FIT
    best_score: float | None = BEST_SCORE
    possible_mentors: int | None = POSSIBLE_MENTORS
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
    introduction_id: UUID | None = Field(
        description="Its introduction, once a round of them is published."
    )
    skipped: str | None = Field(description="Why it was not proposed with its round.")


class UnmatchedOut(Shown):
    id: UUID
    run_id: UUID
    enrolment_id: UUID
    researcher: str
    code: str = Field(examples=["no_room"])
    reason: str = Field(description="Why there is no mentor, and the next step.")
    detail: dict[str, Any]


class CertificateOut(Shown):
    """The proof of a run: prices under which no pair offers more than it is given.

    Anyone who has the scores can check it in one pass: the bound is the sum of the researchers'
    prices and of each mentor's price for each place.
    """

    run_id: UUID
    total: float
    bound: float
    gap: float
    balance: BalanceOut | None = Field(description="What counted beside the scores, if anything.")
    stopped: bool = Field(
        description="Time ran out: the prices prove the bound, and no more than that."
    )
    cover_bonus: float | None = Field(
        description="Where the rules place people first: what each person placed counts in the "
        "prices, and is taken off the bound. Null where the pool was too large to be held."
    )
    went_first: Sequence[UUID] = Field(
        description="Enrolments whose mentor had left: as many of them as possible are placed "
        "before anything else."
    )
    head_start: float = Field(
        description="What is added to the scores of those who went first, in total, bound and "
        "prices; 0 where nobody did, or where fairness is the aim."
    )
    seal: str | None = Field(
        description="What those whom it paired can read: SHA-256 of `seal_salt`, as text, followed "
        "by the run's evidence as it was kept."
    )
    seal_salt: str | None = Field(
        description="Null where you are one of the people in the run, so that nobody can try out "
        "what others may wish."
    )
    input_digest: str
    researcher_prices: dict[UUID, float] = Field(description="By enrolment.")
    mentor_prices: dict[UUID, float] = Field(
        description="What one more place would add to the total, where it is proved the highest; 0 "
        "where the run is proved the fairest, which has another proof: its levels, in the run's "
        "evidence."
    )


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
        "`pinned_elsewhere`, `places_pinned`; `not_told` where you are one of the two.",
    )
    sentence: str = Field(description="The cost, or what rules the pair out, in words.")


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
    next_step: str = Field(
        examples=["Ask Ada Example and Grace Example for more weekly hours in common."],
        description="What would let the two be a pair, where something rules that out; else empty.",
    )
    changes: list[ChangeOut] = Field(
        description="Who would move, at the least cost; the researcher comes first."
    )


class PlaceWorthOut(Shown):
    """What one more place with a mentor would add."""

    mentor_id: UUID
    mentor: str
    gain: float = Field(description="Of the total of all scores.")
    placed: int = Field(description="How many people more would have a mentor, where that counts.")


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
    sentence: str = Field(examples=["Ask Grace Example for one more place."])
    what_comes: str = Field(description="What would come of it, in words.")


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
    placing: float | None = Field(
        default=None,
        description="Where placing one person counts this and keeping one pair counts `keeping`, "
        "this way is the best; null where that is not known.",
    )
    keeping: float | None = None


class AdviceOut(Shown):
    """What would help, worked out once the pairs are stored; they need not wait for it to be
    published. Empty where nothing would help, or it is not known."""

    run_id: UUID
    state: AdviceState = Field(
        description="`pending`: it is being worked out, ask again in a moment. `ready`. "
        "`cut_short`: time ran out before every question was answered. `failed`: it could not be "
        "worked out. `none`: no advice is given on this run, as a newer one took its place. Of a "
        "pool that is too large for its scores to be held, only `places` are known."
    )
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
