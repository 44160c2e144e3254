"""What the applications room reads and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from cohort.applications.models import ApplicationState
from cohort.cohorts.schemas import EnrolmentChange, EnrolmentIn, MemberOut
from cohort.http.fields import Email, Line, Note, Shown, Strict
from cohort.profiles.profile import once_each
from cohort.questions.schemas import Answers

Score = Annotated[int, Field(ge=1, le=5, description="5 is best.", examples=[4])]


class ApplicationIn(EnrolmentIn):
    """The profile that the seat would get.

    Name and e-mail are needed from someone who is not signed in; they are not read from someone
    who is.
    """

    name: Line | None = Field(default=None, examples=["Ada Example"])
    email: Email | None = None
    answers: Answers = Field(default={})


class ApplicationChange(EnrolmentChange):
    """What is left out, or null, stays."""


class ApplicationReviewIn(Strict):
    score: Score
    note: Note = Field(default="", examples=["Strong evidence, little time."])


class Decision(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    DEFER = "defer"


class DecisionIn(Strict):
    application_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        min_length=1,
        max_length=200,
        description="In this order: where seats are few, the first get them.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    decision: Decision = Field(examples=["accept"])
    note: Note = Field(
        default="",
        description="Sent by mail as it is, with what is not an acceptance.",
        examples=["We had many more applications than seats."],
    )
    to_cohort_id: UUID | None = Field(
        default=None, description="Where `defer` leads: a later cohort that you run."
    )
    dry_run: bool = Field(default=False, description="Say what would happen, and keep nothing.")


class ApplicationOut(Shown):
    """An application, as the applicant and the organisers see it."""

    id: UUID
    cohort_id: UUID
    person: MemberOut
    state: ApplicationState
    profile: dict[str, Any] = Field(description="The profile, with the fields of an enrolment.")
    waits_since: datetime | None = Field(description="Since when it is on the waitlist.")
    deferred_to: UUID | None
    decided_at: datetime | None
    decision_note: str
    created_at: datetime
    version: int = Field(description="Also in the ETag; send it as If-Match to change the profile.")


class RankedApplicationOut(ApplicationOut):
    """With what the organisers think of it."""

    reviews: int = Field(description="How many organisers have scored it.")
    mean: float | None = Field(
        description="Of the scores, once as many are in as the cohort needs; else null."
    )


class ApplicationReviewOut(Shown):
    reviewer: MemberOut
    score: int
    note: str
    reviewed_at: datetime


class OutcomeOut(Shown):
    """What a decision does, or would do, to one application."""

    application_id: UUID
    name: str
    before: ApplicationState
    after: ApplicationState
    refusal: str | None = Field(description="Why nothing changes; null where it does.")


class DecisionsOut(Shown):
    dry_run: bool
    outcomes: list[OutcomeOut]
