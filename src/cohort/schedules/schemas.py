"""What the room of schedules reads and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from cohort.http.fields import Day, MaybeLine, Note, Shown, Strict
from cohort.http.patterns import SEEN
from cohort.schedules.models import CohortRedatingState, RedatingState

Hours = Annotated[int, Field(ge=1, le=60)]


class StudyPaceIn(Strict):
    hours: Hours | None = Field(
        default=None,
        description="For studying in a week; null for as many as the cohort's calendar takes.",
        examples=[6],
    )
    exam_on: Day | None = Field(
        default=None,
        description="The day of the exam: work is due the day before at the latest.",
        examples=["2027-06-15"],
    )


class AbsenceIn(Strict):
    first_day: Day = Field(examples=["2027-04-05"])
    last_day: Day = Field(examples=["2027-04-18"], description="Away on this day too.")
    reason: MaybeLine = Field(
        default="", description="For the researcher alone.", examples=["Field work"]
    )


class AbsenceOut(Shown):
    id: UUID
    first_day: date
    last_day: date
    reason: str = Field(description="Empty for anybody but the researcher.")


class PersonalTimeOut(BaseModel):
    """What a researcher told of her time."""

    enrolment_id: UUID
    hours: int | None
    exam_on: date | None
    absences: list[AbsenceOut]


class RedatingIn(Strict):
    dry_run: bool = Field(
        default=True, description="Only say what would change. To apply it, send `seen` too."
    )
    seen: Annotated[str, Field(pattern=SEEN)] = Field(
        default="", description="The `seen` of the dry run that is to be applied.", examples=[""]
    )
    note: Note = Field(
        default="",
        description="Why; the researcher reads it.",
        examples=["As we agreed on Tuesday."],
    )


class RedatingForm(Strict):
    seen: Annotated[str, Field(max_length=64)] = ""
    note: Note = ""


class MovedDateOut(Shown):
    slug: str
    title: str
    before: datetime
    after: datetime
    why: str
    off_calendar: bool = Field(description="Whether the cohort's calendar has another week.")


class PlannedWeekOut(Shown):
    """Minutes in a week to come."""

    number: int = Field(description="The cohort's week, from 1.")
    last_day: date
    capacity: int
    load: int
    lost: int = Field(description="What absences take.")
    over: int = Field(description="How much of the load is more than there is time for.")


class RedatedOut(Shown):
    """New dates for a plan, which were applied or, in a dry run, would be."""

    dry_run: bool
    seen: str = Field(description="Send it to apply exactly this.")
    hours: int = Field(description="A week that it was reckoned with.")
    moved: list[MovedDateOut]
    weeks: list[PlannedWeekOut]
    minutes_over: int
    to_drop: list[str] = Field(
        description="Titles of optional milestones without which it would fit."
    )
    lateness: float = Field(
        description="Hours of work × weeks behind the cohort's calendar; what is new to her counts "
        "one and a half times, what she does often half."
    )
    bound: float = Field(description="No other dates have less lateness than this.")
    is_proved: bool


class RedatingOut(Shown):
    """Once that the dates of a plan were set anew."""

    id: UUID
    enrolment_id: UUID
    by_name: str
    asked_at: datetime
    state: RedatingState
    note: str
    moved: int
    minutes_over: int


class CohortRedatingIn(Strict):
    shift_weeks: Annotated[int, Field(ge=-52, le=52)] | None = Field(
        default=None, description="Later, or earlier where negative.", examples=[2]
    )
    starts_on: Day | None = Field(
        default=None, description="The new first day; null to keep it.", examples=[None]
    )
    ends_on: Day | None = Field(
        default=None, description="The new last day; null to keep it.", examples=[None]
    )
    note: Note = Field(
        default="",
        description="Why; everybody whose dates move reads it.",
        examples=["The lab is closed for two weeks."],
    )


class CohortRedatingOut(Shown):
    """New days of a cohort, looked at or applied."""

    id: UUID
    cohort_id: UUID
    state: CohortRedatingState
    asked_at: datetime
    applied_at: datetime | None
    note: str
    starts_on: date
    ends_on: date
    starts_on_before: date
    ends_on_before: date
    people: int = Field(description="Whose plans were looked at.")
    solved: int = Field(description="How many of these plans were different.")


class CohortRedatingSummaryOut(CohortRedatingOut):
    proposed: int = Field(description="Plans whose new dates are not applied.")
    applied: int
    stale: int = Field(description="Plans that had changed since, and were left as they are.")
    milestones: int = Field(description="How many have another date, in all plans.")
    over: int = Field(description="People with more work than hours.")


class KeptMoveOut(BaseModel):
    plan_item_id: UUID
    title: str
    before: datetime
    after: datetime
    why: str
    off_calendar: bool


class RedatedPlanOut(BaseModel):
    """One plan in which something moves."""

    id: UUID
    enrolment_id: UUID
    name: str
    state: RedatingState
    minutes_over: int
    changes: list[KeptMoveOut]
