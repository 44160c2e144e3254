"""What the wishes room reads and answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from cohort.http.fields import Email, Note, Shown, Strict
from cohort.profiles.profile import once_each
from cohort.wishes.models import ApartKind

MOST = 5
Reason = Annotated[Note, Field(max_length=500)]
Ranked = Annotated[list[UUID], AfterValidator(once_each)]
Reasons = Annotated[
    list[Reason],
    Field(
        max_length=MOST,
        description="Why, for each of them in the same order, or left out. Only the organisers "
        "read it.",
        examples=[["She made the same move."]],
    ),
]


def _one_each(reasons: list[str], info: ValidationInfo, ids: str) -> list[str]:
    wanted: Sequence[UUID] | None = info.data.get(ids)
    if reasons and wanted is not None and len(reasons) != len(wanted):
        raise ValueError(f"needs one reason for each of `{ids}`; it may be empty")
    return reasons


class MentorWishes(Strict):
    """Whom a researcher would like as a mentor."""

    mentor_ids: Ranked = Field(
        max_length=MOST,
        description="Mentors of the same cohort, the dearest first.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    reasons: Reasons = Field(default=[])

    @field_validator("reasons")
    @classmethod
    def _reasons_of_mentors(cls, reasons: list[str], info: ValidationInfo) -> list[str]:
        return _one_each(reasons, info, "mentor_ids")


class ResearcherWishes(Strict):
    """Whom a mentor would like to mentor."""

    enrolment_ids: Ranked = Field(
        max_length=MOST,
        description="Enrolments of the same cohort, the dearest first.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    reasons: Reasons = Field(default=[])

    @field_validator("reasons")
    @classmethod
    def _reasons_of_researchers(cls, reasons: list[str], info: ValidationInfo) -> list[str]:
        return _one_each(reasons, info, "enrolment_ids")


class MentorWishesOut(Shown):
    """The mentors whom a researcher would like, the dearest first, and why."""

    mentor_ids: list[UUID]
    reasons: list[str] = Field(description="Of each of them; empty where none was given.")


class ResearcherWishesOut(Shown):
    """The researchers whom a mentor would like, the dearest first, and why."""

    enrolment_ids: list[UUID]
    reasons: list[str] = Field(description="Of each of them; empty where none was given.")


class ListingChoice(Strict):
    """Whether the other side of the cohort may find a person before any proposal."""

    is_listed: bool = Field(
        description="Listed, one is found with the profile that a proposal shows: never the "
        "e-mail, never the hours. Nobody is listed who has not said so.",
        examples=[True],
    )


class KeptApartIn(Strict):
    """Whom not to be matched with: by an address, or somebody whom you see in the cohort."""

    kind: ApartKind = Field(
        description="`block`: private, needs no reason, and nobody else lifts it. `conflict`: of "
        "interest; the organisers read who said so and why, and may lift it.",
        examples=["conflict"],
    )
    email: Email | None = Field(
        default=None,
        description="Of anybody, whether they take part or not; nobody is told.",
        examples=["noether@example.org"],
    )
    mentor_id: UUID | None = Field(
        default=None, description="Of a mentor who is shown to you.", examples=[None]
    )
    enrolment_id: UUID | None = Field(
        default=None, description="Of a researcher who is shown to you.", examples=[None]
    )
    note: Note = Field(
        default="",
        max_length=500,
        description="Of a conflict: why. Only the organisers read it.",
        examples=["We write a paper together."],
    )

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if sum(one is not None for one in (self.email, self.mentor_id, self.enrolment_id)) != 1:
            raise ValueError("needs exactly one of email, mentor_id and enrolment_id")
        if self.note and self.kind is ApartKind.BLOCK:
            raise ValueError("is a block, which nobody reads: leave the note out")
        return self


class KeptApartOut(Shown):
    """Whom the person who asks is kept apart from, as she named them."""

    id: UUID
    cohort_id: UUID
    kind: ApartKind
    label: str = Field(description="The address that you typed, or the name that you saw.")
    note: str
    created_at: datetime


class ConflictOut(Shown):
    """Two who are not matched, and why, as organisers see it."""

    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    kind: Literal["organisation", "adviser", "declared", "kept_apart"] = Field(
        description="`organisation` and `adviser` are found in profiles; `declared` was said by "
        "one of them; `kept_apart`: one of them asked for it, privately. Who is never told."
    )
    detail: str = Field(description="What they share, or what was said.")
    declared_by: Literal["researcher", "mentor"] | None
    may_be_lifted: bool = Field(
        description="By whoever reads it: not what is private, and nothing of a pair of her own."
    )
    lifted_because: str | None
    lifted_at: datetime | None


class LiftIn(Strict):
    lifted_because: Annotated[Note, Field(min_length=1, max_length=500)] | None = Field(
        description="Why the two may be matched in spite of it; null takes that back.",
        examples=["They work in buildings of their own, and never met."],
    )
