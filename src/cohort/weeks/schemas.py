"""What the weeks room answers."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from cohort.assessments.focus import Focus
from cohort.guides.models import MilestoneKind
from cohort.http.fields import Shown
from cohort.meetings.models import MeetingState
from cohort.study.models import ItemState


class WeekQuizOut(Shown):
    """A quiz, and how it went."""

    id: UUID
    title: str
    questions: int
    tries: int
    best: float | None
    open_try_id: UUID | None


class WeekFocusOut(Shown):
    """How much a milestone counts for her, from her own word or her quizzes."""

    focus: Focus
    words: str
    may_skip: bool = Field(
        description="Whether she may hand in what she already has; a reviewer passes it."
    )


class WeekGoalOut(Shown):
    slug: str
    title: str


class WeekExamSectionOut(Shown):
    slug: str
    title: str
    weight: int = Field(description="In percent of the exam.")


class WeekWhyOut(Shown):
    """What a milestone is good for."""

    section: str = Field(description="The title of the guide's section.")
    skills: list[str] = Field(description="Titles of the skills that it trains.")
    goal: WeekGoalOut | None = Field(
        description="The dearest of her role goals that asks for one of these skills."
    )
    exam_sections: list[WeekExamSectionOut] = Field(
        description="The official sections of the exam that it prepares for."
    )


class WeekItemOut(Shown):
    """A milestone of hers that waits for her."""

    id: UUID = Field(description="Of the plan item.")
    slug: str
    title: str
    kind: MilestoneKind
    hours: int
    due_at: datetime
    state: ItemState
    waits_for: list[str] = Field(description="Titles of what it builds on and is not passed yet.")
    why: WeekWhyOut
    focus: WeekFocusOut | None = Field(description="Null, where nothing is known.")
    quizzes: list[WeekQuizOut] = Field(description="Those that check this milestone.")


class WayBackOut(Shown):
    """How to be on time again; see `docs/this-week.md`."""

    begin_with: list[UUID] = Field(description="Ids of the plan items to begin with, at most 3.")
    left_out: list[UUID] = Field(
        description="Ids of late plan items that are passed with another milestone of the plan."
    )
    hours: int = Field(description="Of all that is late and not left out.")
    weeks: int = Field(description="After so many weeks nothing is late any more.")
    hours_a_week: int = Field(description="Until then, with what is due in these weeks anyway.")
    is_too_much: bool = Field(
        description="Whether a week of it is longer than the hours that she has, or, where she told"
        " none, than half as much again as a usual one."
    )
    hours_told: int | None = Field(description="That she has in a week, if she told it.")


class WeekMeetingOut(Shown):
    id: UUID
    mentorship_id: UUID
    starts_at: datetime
    minutes: int
    state: MeetingState
    mentor: str


class WeekSessionOut(Shown):
    id: UUID
    title: str
    starts_at: datetime
    minutes: int


class WeekOut(Shown):
    """What a researcher has to do now, and what comes next."""

    enrolment_id: UUID
    week: int = Field(description="Of the cohort; 0 or less before its first week.")
    weeks: int
    begins_on: date = Field(description="A Monday of the cohort's time zone.")
    ends_on: date
    time_zone: str = Field(description="Of the cohort: in it the dates of the plan are meant.")
    is_frozen: bool
    passed: int
    total: int
    in_review: int = Field(description="Milestones that wait for somebody else.")
    hours: int = Field(description="Of what is due this week and waits for her.")
    items: list[WeekItemOut] = Field(description="What is due this week, by date.")
    ahead: list[WeekItemOut] = Field(
        description="What comes next, at most 3; empty while something is due or late."
    )
    late: list[WeekItemOut]
    back_since: date | None = Field(
        description="Since when you are back from an absence or a pause, for three weeks: dates "
        "that catch up are found with `POST /enrolments/{enrolment_id}/redatings`."
    )
    way_back: WayBackOut | None = Field(description="Null where nothing is late.")
    mentor: str | None
    mentorship_id: UUID | None
    next_meeting: WeekMeetingOut | None
    next_session: WeekSessionOut | None
    quiz: WeekQuizOut | None
