"""What the meetings room reads and answers."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from cohort.http.fields import Line, Note, Shown, Strict
from cohort.meetings.models import Meeting, MeetingState


def _to_the_minute(at: datetime) -> datetime:
    if at.second or at.microsecond:
        raise ValueError("must be at a whole minute")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is at the end of all calendars; give another time") from error


StartsAt = Annotated[
    AwareDatetime,
    AfterValidator(_to_the_minute),
    Field(description="With its offset from UTC.", examples=["2026-12-08T17:00:00+01:00"]),
]
Minutes = Annotated[int, Field(ge=15, le=240, examples=[30])]
Topic = Annotated[Note, Field(examples=["My first pipeline, and what failed in it."])]
Place = Annotated[
    Line,
    Field(
        description="Where: the address of a call, a room, a telephone number.",
        examples=["https://meet.example.org/ada-and-grace"],
    ),
]


class MeetingIn(Strict):
    starts_at: StartsAt
    minutes: Minutes = 30
    topic: Topic = ""
    place: Place | None = None


class MeetingChange(Strict):
    """What is not given stays; with another time the other one is asked again."""

    starts_at: StartsAt | None = None
    minutes: Minutes | None = None
    topic: Topic | None = None
    place: Place | None = None


class AgreeIn(Strict):
    starts_at: StartsAt = Field(
        description="The time that you agree to; when it was moved meanwhile, you are told so."
    )


class CancelIn(Strict):
    note: Note = Field(default="", description="Why; the other one reads it.")


class OutcomeIn(Strict):
    held: bool = Field(description="Whether it took place.", examples=[True])
    note: Note = Field(default="", description="Why it did not; both read it.")


class MeetingOut(Shown):
    id: UUID
    mentorship_id: UUID
    state: MeetingState
    starts_at: datetime
    minutes: int
    topic: str
    place: str = Field(description="Empty where nobody has said it yet.")
    proposed_by: UUID = Field(description="The person who named this time.")
    moved_from: datetime | None = Field(
        description="When it was to be before this time was proposed, until that is agreed. The "
        "same as `starts_at` where only its length changes."
    )
    note: str
    created_at: datetime
    changed_at: datetime


class SuggestedTimesOut(Shown):
    """Times at which both have said that they are free."""

    starts_at: list[datetime]
    time_zones: list[str] = Field(description="The researcher's and the mentor's.")


def meeting_out(meeting: Meeting) -> MeetingOut:
    return MeetingOut.model_validate(meeting)
