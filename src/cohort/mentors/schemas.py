"""What the mentors room reads and answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo

from cohort.http.fields import Day, Email, Line, Note, Shown, Slug, Strict, TimeZone
from cohort.mentors.models import CameFrom, MentorState
from cohort.profiles.profile import (
    Contexts,
    Domains,
    Languages,
    Organisations,
    Span,
    WeeklyHours,
    once_each,
)
from cohort.questions.schemas import Answers

Capacity = Annotated[
    int, Field(ge=0, le=20, description="How many researchers at the same time.", examples=[2])
]
Roles = Annotated[
    list[Slug],
    Field(
        min_length=1,
        max_length=10,
        description="Roles that you hold or held: slugs of `GET /taxonomies/role`.",
        examples=[["ml-engineer"]],
    ),
    AfterValidator(once_each),
]
Skills = Annotated[
    list[Slug],
    Field(
        min_length=1,
        max_length=30,
        description="What you are strong in: slugs of `GET /taxonomies/skill`.",
        examples=[["model-serving"]],
    ),
    AfterValidator(once_each),
]
Motivation = Annotated[Note, Field(min_length=1, examples=["I was there once."])]


class MentorSort(StrEnum):
    OLDEST = "created_at"
    NEWEST = "-created_at"
    NAME = "name"
    NAME_BACKWARDS = "-name"
    FREE = "-free"


class MentorFields(Strict):
    """What mentors say of themselves; the matching reads all but the motivation."""

    domains: Domains
    roles: Roles
    contexts: Contexts = Field(default=[])
    skills: Skills
    came_from: CameFrom = Field(examples=["phd"])
    languages: Languages
    time_zone: TimeZone
    weekly_hours: WeeklyHours = Field(default=[])
    organisations: Organisations = Field(default=[])
    capacity: Capacity
    motivation: Motivation


def _after_it_begins(back_on: date | None, its: ValidationInfo) -> date | None:
    pause_from = its.data.get("pause_from")
    if back_on is not None and pause_from is not None and back_on <= pause_from:
        raise ValueError("must be after the day on which the pause begins")
    return back_on


PauseFrom = Annotated[
    Day | None,
    Field(description="The first day of the pause, in the mentor's time zone.", examples=[None]),
]
BackOn = Annotated[
    Day | None,
    Field(
        description="The day from which the mentor takes part again by herself; without one, she "
        "ends the pause.",
        examples=["2027-03-01"],
    ),
    AfterValidator(_after_it_begins),
]


class MentorPauseIn(Strict):
    """Without a first day, the pause begins now."""

    pause_from: PauseFrom = None
    back_on: BackOn = None


class MentorIn(MentorFields):
    """The sign-up of a mentor.

    Name and e-mail are needed from someone who is not signed in; they are not read from someone
    who is.
    """

    name: Line | None = Field(default=None, examples=["Grace Example"])
    email: Email | None = None
    pause_from: PauseFrom = None
    back_on: BackOn = None
    answers: Answers = Field(default={})
    consent: Literal[True] = Field(
        description="That the organisers may read this profile and show it to those matched.",
        examples=[True],
    )


class MentorChangeIn(Strict):
    """What is left out stays as it is."""

    domains: Domains | None = None
    roles: Roles | None = None
    contexts: Contexts | None = None
    skills: Skills | None = None
    came_from: CameFrom | None = Field(default=None, examples=["phd"])
    languages: Languages | None = None
    time_zone: TimeZone | None = None
    weekly_hours: WeeklyHours | None = None
    organisations: Organisations | None = None
    capacity: Capacity | None = None
    motivation: Motivation | None = None


class RefusalIn(Strict):
    note: Note = Field(
        min_length=1,
        description="Why; it is sent by mail as it is.",
        examples=["We have enough mentors in this field for now."],
    )


class ApprovalsIn(Strict):
    mentor_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        min_length=1,
        max_length=200,
        description="Mentors of this cohort.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    dry_run: bool = Field(default=False, description="Say what would happen, and keep nothing.")


class ApprovalOut(Shown):
    """What happens, or would happen, to one mentor."""

    mentor_id: UUID
    name: str
    before: MentorState
    after: MentorState


class ApprovalsOut(Shown):
    dry_run: bool
    outcomes: list[ApprovalOut]


class MentorOut(Shown):
    """A mentor, as the mentor and the organisers of the cohort see it."""

    id: UUID
    cohort_id: UUID
    person_id: UUID
    name: str
    email: str
    is_confirmed: bool = Field(description="Whether the link mailed to the address was opened.")
    state: MentorState
    paused_at: datetime | None = Field(description="Since when nobody new is proposed.")
    pause_from: date | None = Field(description="When a pause begins that is planned ahead.")
    back_on: date | None = Field(description="From when the mentor takes part again by herself.")
    capacity: int
    taken: int
    domains: list[str]
    roles: list[str]
    contexts: list[str]
    skills: list[str]
    came_from: CameFrom
    languages: list[str]
    time_zone: str
    weekly_hours: list[Span]
    organisations: list[str]
    motivation: str
    decided_at: datetime | None
    decision_note: str
    created_at: datetime
