"""What the room of figures reads and answers."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from cohort.figures.funnel_steps import FunnelStep
from cohort.http.fields import Shown, Strict


class Figure(StrEnum):
    """Each has a page, a file, and an answer of the API."""

    WEEKS = "weeks"
    PROGRESS = "progress"
    FUNNEL = "funnel"
    MILESTONES = "milestones"
    REVIEWS = "reviews"
    SESSIONS = "sessions"
    COHORTS = "cohorts"


class FigureFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class MentorFilter(StrEnum):
    HAS = "has"
    NONE = "none"


class ProgressSort(StrEnum):
    NAME = "name"
    NAME_BACKWARDS = "-name"
    LEAST_PASSED = "progress"
    MOST_PASSED = "-progress"
    MOST_LATE = "-late"


class ProgressSearch(Strict):
    """What the heat map is searched by, and its file with it."""

    q: str = Field(default="", max_length=100)
    mentor: MentorFilter | None = None
    sort: ProgressSort = ProgressSort.NAME
    circle: UUID | None = None
    """A study circle; the other figures are narrowed by it too."""


class SectionColumnOut(Shown):
    section_id: UUID
    title: str
    number: str = Field(description="Its place in the guide, such as 2.1.")


class SectionCellOut(Shown):
    passed: int
    total: int
    overdue: int = Field(description="Past their date, and the next step is the researcher's.")


class PersonRowOut(Shown):
    enrolment_id: UUID
    name: str
    mentor: str | None
    whole: SectionCellOut = Field(description="Of the whole plan.")
    cells: list[SectionCellOut | None] = Field(
        description="In the order of the columns; null where her plan asks for nothing."
    )


class ProgressFigureOut(Shown):
    """The heat map of a cohort, a page of its people at a time."""

    columns: list[SectionColumnOut]
    people: list[PersonRowOut]
    found: int = Field(description="How many people there are on all pages.")
    next: str | None = Field(description="Send it as `cursor` to read on.")


class WeekFigureOut(Shown):
    """The plans at the end of a week of the cohort, or now, while it goes on."""

    week: int
    begins_on: date
    ends_on: date
    people: int = Field(
        description="Who had joined by then, has a seat today, and was not away all week."
    )
    items: int = Field(description="Milestones in their plans, whenever they are due.")
    planned: int = Field(description="Of these, due by then.")
    handed_in: int | None = Field(
        description="Handed in at least once, or passed. Null of weeks to come."
    )
    passed: int | None
    planned_share: float | None = Field(description="Of `items`. Null where there are none.")
    handed_in_share: float | None
    passed_share: float | None


class WeeksFigureOut(Shown):
    """The burn-up of a cohort."""

    cohort_id: UUID
    name: str
    time_zone: str = Field(description="On whose clock the weeks begin and end.")
    counted_at: datetime = Field(
        description="The moment as of which all this is told. Beside another cohort, it may be up "
        "to a day ago."
    )
    weeks: list[WeekFigureOut]


class CohortsFigureOut(Shown):
    """Cohorts of one guide, in any of its versions, by week since their beginning."""

    cohorts: list[WeeksFigureOut] = Field(
        description="This one first, then the newest others that you run, five at most."
    )


class StepCountedOut(Shown):
    step: FunnelStep
    people: int
    share: float | None = Field(
        description="Of those who have a seat; of `applied` and `admitted`, of those who applied."
    )
    left: int = Field(description="Who came so far and has left the cohort since.")
    since: FunnelStep | None
    days: float | None = Field(
        description="The median from the step `since`, of who took both. Null of fewer than five."
    )
    days_from_start: float | None = Field(description="The same from joining the cohort.")


class FunnelFigureOut(Shown):
    steps: list[StepCountedOut]
    not_applied: int = Field(
        description="Who has a seat without having applied: invited, imported, or enrolled at once."
    )


class QuantilesOut(Shown):
    quarter: int | None
    half: int | None
    three_quarters: int | None


class MilestoneFigureOut(Shown):
    milestone_id: UUID
    title: str
    section: str
    is_optional: bool
    begun: int = Field(description="People whose clock has begun, or who passed it sooner.")
    passed: int
    open: int = Field(description="Begun and not passed.")
    waiting: int = Field(description="Of the open ones, those that wait for a review.")
    overdue: int
    stand_here: int = Field(description="People whose first overdue milestone it is.")
    sent_back: int = Field(description="People who were asked for another version at least once.")
    open_days: int | None = Field(
        description="The median of the days that those who have not passed are at it."
    )
    days: QuantilesOut = Field(
        description="Days until a quarter, half and three quarters have passed, by Kaplan and "
        "Meier, so that those who are still at it count. Null: not reached, or fewer than five "
        "people."
    )


class MilestonesFigureOut(Shown):
    milestones: list[MilestoneFigureOut] = Field(description="In the guide's order.")
    stuck: list[UUID] = Field(
        description="Where most people stand still for certain, three at most, the gravest first."
    )


class AgeCountedOut(Shown):
    from_days: int
    to_days: int | None
    waiting: int


class LongestWaitingOut(Shown):
    enrolment_id: UUID
    item_id: UUID = Field(description="The item of her plan.")
    name: str
    milestone: str
    handed_in_at: datetime


class FirstVerdictsOut(Shown):
    week: int
    begins_on: date
    handed_in: int = Field(description="Milestones handed in for the first time in this week.")
    judged: int = Field(description="Of these, with a verdict by now.")
    waiting: int
    half_days: float | None = Field(
        description="Days by which half had a verdict. Null where fewer than half have one, or "
        "fewer than five were handed in."
    )


class ReviewsFigureOut(Shown):
    waiting: int
    ages: list[AgeCountedOut]
    longest: list[LongestWaitingOut]
    weeks: list[FirstVerdictsOut]


class SessionFigureOut(Shown):
    session_id: UUID
    title: str
    starts_at: datetime
    is_over: bool
    capacity: int = Field(description="0 is no limit.")
    signed_up: int
    waiting: int
    came: int = Field(description="Of those who signed up.")
    walked_in: int = Field(description="Were there without having signed up.")
    share: float | None = Field(description="Who came, of those who signed up; null before it.")


class SessionsFigureOut(Shown):
    sessions: list[SessionFigureOut] = Field(description="The newest first, 200 at most.")
    cancelled: int
