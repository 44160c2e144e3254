"""What the room of forecasts reads and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from cohort.forecasts.outlook import Forecast, Sign, StudyOutlook
from cohort.http.fields import Shown, Strict
from cohort.profiles.profile import once_each


class ForecastSort(StrEnum):
    HELP = "help"
    CHANCE = "chance"
    QUIETEST = "handed_in_at"
    NAME = "name"


class ForecastOut(Shown):
    """When somebody will be done, from her own pace and that of her cohort."""

    enrolment_id: UUID
    name: str
    outlook: StudyOutlook = Field(
        description="`done`: everything is handed in. `on_course`: she is done in time with a "
        "chance of at least 80 %. `unlikely`: of less than 50 %, and something is overdue. "
        "`unsure`: anything between. `begins`: she "
        "has studied for less than two weeks, which is too early to tell."
    )
    chance: float = Field(ge=0, le=1, description="Of being done by the end of the cohort.")
    gain: float = Field(
        ge=0,
        le=1,
        description="What the chance would grow by, had she from now on the pace of anybody in "
        "the cohort: those whom help would change most have the most of it.",
    )
    early: datetime = Field(description="She is done by then with a chance of a tenth.")
    middle: datetime = Field(description="With a chance of a half.")
    late: datetime = Field(description="With a chance of nine tenths.")
    signs: list[Sign] = Field(
        description="`silent`: nothing was handed in for two weeks, and something is overdue. "
        "`sent_back`: a review has waited for another version for a week. `unlikely`: as the "
        "outlook. `mock_exam`: her newest mock exam was below the pass mark. `missed_sessions`: "
        "two or more of the last six weeks, for which she had signed up. `too_much`: what is due "
        "within two weeks would take her four."
    )
    overdue: int = Field(ge=0, description="Milestones that are overdue.")
    handed_in_at: datetime | None
    nudged_at: datetime | None


def forecast_out(one: Forecast) -> ForecastOut:
    return ForecastOut(
        enrolment_id=one.work.enrolment_id,
        name=one.work.name,
        outlook=one.outlook,
        chance=one.chance,
        gain=one.gain,
        early=one.early,
        middle=one.middle,
        late=one.late,
        signs=list(one.signs),
        overdue=one.work.late,
        handed_in_at=one.work.handed_in_at,
        nudged_at=one.work.nudged_at,
    )


class OwnForecastOut(Shown):
    """When a researcher will be done, as she may read it herself: no chance, and nobody beside."""

    enrolment_id: UUID
    early: datetime | None = Field(
        description="With `late`: between the two she is done in four cases of five, at her pace. "
        "All three are null in the first two weeks, and once everything is handed in."
    )
    middle: datetime | None = Field(description="She is done by then in one case of two.")
    late: datetime | None
    ends_at: datetime = Field(description="When the cohort ends.")
    milestones: int
    hours: float
    hours_done: float = Field(description="Handed in and not sent back.")
    hours_asked: float = Field(description="Due by now.")
    overdue: int
    handed_in_at: datetime | None
    sessions_missed: int
    mock_exam_failed_at: datetime | None
    next_item_id: UUID | None = Field(description="What comes next in her plan.")
    next_title: str | None


class ForecastSearch(Strict):
    """What the page is searched by."""

    q: str = Field(default="", max_length=100)
    outlook: StudyOutlook | None = None
    sort: ForecastSort = ForecastSort.HELP


EnrolmentIds = Annotated[list[UUID], AfterValidator(once_each)]


class StudyNudgesIn(Strict):
    enrolment_ids: EnrolmentIds = Field(
        min_length=1,
        max_length=200,
        description="Researchers of this cohort.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    dry_run: bool = Field(default=False, description="Say whom it would tell, and tell nobody.")


class StudyNudgeOutcome(StrEnum):
    NUDGED = "nudged"
    NUDGED_LATELY = "nudged_lately"
    NOTHING_OPEN = "nothing_open"


class StudyNudgeOut(Shown):
    """What happens, or would happen, for one person."""

    enrolment_id: UUID
    name: str
    outcome: StudyNudgeOutcome = Field(
        description="`nudged_lately`: within the last week, so she is not told again. "
        "`nothing_open`: all her work is handed in."
    )
    nudged_at: datetime | None = Field(description="When she was nudged before.")


class StudyNudgesOut(Shown):
    dry_run: bool
    outcomes: list[StudyNudgeOut]


class StudyNudgesForm(Strict):
    """Those who were chosen; sent once more from the page that shows whom it tells."""

    enrolment_ids: EnrolmentIds = Field(min_length=1, max_length=200)
    send: bool = False


class ReliabilityOut(Shown):
    """Forecasts of about the same chance, and how many of them came true."""

    low: float
    high: float
    forecasts: int
    said: float = Field(description="The mean chance that they said.")
    came_true: float = Field(description="The share that was done in time.")


class TrackRecordOut(Shown):
    """How good such forecasts were in cohorts that have ended."""

    cohorts: int
    forecasts: int
    brier: float | None = Field(
        description="The mean squared distance of the chance from what came: 0 is perfect, 0.25 "
        "is a coin. Null where there is nothing to judge by."
    )
    brier_of_rule: float | None = Field(
        description="The same for the rule “days left through days still needed at the pace so "
        "far”, for comparison."
    )
    bins: list[ReliabilityOut]
