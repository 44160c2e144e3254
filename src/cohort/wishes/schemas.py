"""What the wishes room reads and answers."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cohort.http.fields import Note, Shown, Strict
from cohort.profiles.profile import once_each

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
