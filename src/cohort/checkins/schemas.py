"""What the room of check-ins reads and answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from cohort.checkins.health import Health, Reason
from cohort.checkins.models import CheckIn, ClosingSurvey, Going, Worth
from cohort.http.fields import Note, Shown, Strict
from cohort.mentorships.models import Side
from cohort.profiles.profile import once_each


class CheckInAnswer(Strict):
    """Read by the organisers of the cohort, never by the other one of the two."""

    met: bool = Field(
        description="Whether the two met since the last time that was asked.", examples=[True]
    )
    going: Going = Field(description="Whether it is going well.", examples=["well"])
    needs_help: bool = Field(
        description="Whether the organisers should get in touch.", examples=[False]
    )
    words: Note = Field(default="", examples=["We talk about my pipeline every second week."])


class CheckInOut(Shown):
    id: UUID
    mentorship_id: UUID
    side: Side = Field(description="Which of the two is asked.")
    due_on: date = Field(description="In the time zone of whoever is asked.")
    asked_at: datetime
    is_open: bool = Field(
        description="Whether an answer is taken: until the next one is asked, or the mentorship "
        "ends."
    )
    answered_at: datetime | None = Field(description="When the last answer came.")
    met: bool | None
    going: Going | None
    needs_help: bool | None
    words: str


def check_in_out(check_in: CheckIn) -> CheckInOut:
    return CheckInOut.model_validate(check_in)


class NudgesIn(Strict):
    mentorship_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        min_length=1,
        max_length=200,
        description="Mentorships of this cohort.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    dry_run: bool = Field(default=False, description="Say whom it would tell, and tell nobody.")


class NudgeOutcome(StrEnum):
    NUDGED = "nudged"
    NUDGED_LATELY = "nudged_lately"
    ENDED = "ended"


class NudgeOut(Shown):
    """What happens, or would happen, for one mentorship."""

    mentorship_id: UUID
    researcher: str
    mentor: str
    outcome: NudgeOutcome = Field(
        description="`nudged_lately`: within the last week, so nobody is told again. `ended`: it "
        "does not go on."
    )
    told: list[str] = Field(description="Who gets a mail.")
    nudged_at: datetime | None = Field(description="When the two were nudged before.")


class NudgesOut(Shown):
    dry_run: bool
    outcomes: list[NudgeOut]


class StandingSort(StrEnum):
    WORST = "health"
    NAME = "name"
    QUIETEST = "met_at"
    NEXT = "next_meeting_at"


class SaidOut(Shown):
    """What one side answered; empty for a reader who is one of the two."""

    answers: list[Going] = Field(description="Whether it goes well, the oldest first.")
    needs_help: bool = Field(description="Of the organisers, in the last answer.")
    asked_at: datetime | None = Field(description="When what waits for an answer was asked.")


class StandingOut(Shown):
    mentorship_id: UUID
    researcher: str
    mentor: str
    health: Health = Field(
        description="`needs_help`: somebody asks for help or says that it goes badly, or there "
        "was no meeting for twice `quiet_after_days`. `needs_a_look`: any other reason. `begins`: "
        "no meeting and no answer yet. `good`: no reason. `paused`: nobody is asked anything."
    )
    reasons: list[Reason] = Field(description="The gravest first.")
    began_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    met_at: datetime = Field(
        description="The last sign of a meeting: one that took place or was agreed to, or the "
        "word of a check-in; without any, the beginning."
    )
    last_meeting_at: datetime | None
    next_meeting_at: datetime | None
    researcher_said: SaidOut
    mentor_said: SaidOut
    nudged_at: datetime | None


class BoardSearch(Strict):
    """What the page of mentorships is searched by."""

    q: str = Field(default="", max_length=100)
    health: Health | None = None
    sort: StandingSort = StandingSort.WORST


class NudgesForm(Strict):
    """Those that were chosen; sent once more from the page that shows whom it tells."""

    mentorship_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        min_length=1, max_length=200
    )
    send: bool = False


class ClosingAnswer(Strict):
    """Read by the organisers of the cohort, never by the other one of the two."""

    worth: Worth = Field(description="Whether it was worth the time.", examples=["very"])
    would_again: bool = Field(
        description="Whether one would do it again with the same one.", examples=[True]
    )
    may_name: bool = Field(
        default=False,
        description="Of a researcher: whether the mentor's record of hours may name her.",
    )
    words: Note = Field(default="", examples=["I would not have applied without Grace."])


class ClosingSurveyOut(Shown):
    id: UUID
    mentorship_id: UUID
    side: Side = Field(description="Which of the two is asked.")
    asked_at: datetime
    answered_at: datetime | None = Field(description="When the last answer came.")
    worth: Worth | None
    would_again: bool | None
    may_name: bool
    words: str


def closing_survey_out(survey: ClosingSurvey) -> ClosingSurveyOut:
    return ClosingSurveyOut.model_validate(survey)


class MonthOut(Shown):
    first: date = Field(description="The first day of the month.")
    meetings: int
    minutes: int


class HoursOut(Shown):
    """Meetings that one of the two said took place, by month in the mentor's time zone."""

    mentor_id: UUID
    mentor: str
    cohort: str
    mentorships: int
    meetings: int
    minutes: int
    months: list[MonthOut]
    named: list[str] = Field(description="The researchers who agreed to be named.")
