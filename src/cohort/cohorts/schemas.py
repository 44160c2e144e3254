"""What the cohorts room reads and answers."""

from datetime import date, datetime, time
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from cohort.cohorts.models import Admission, CohortState, EnrolmentState, Publishing, Stage
from cohort.http.fields import Day, Email, Line, Note, Prose, Shown, Slug, Strict, TimeZone
from cohort.profiles.profile import (
    Contexts,
    Domains,
    Languages,
    Organisations,
    Span,
    WeeklyHours,
    once_each,
)


def _on_the_wall(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError("must be a time such as 06:00, with no zone: the cohort has one")
    return at


StartsOn = Annotated[Day, Field(examples=["2027-03-01"])]
EndsOn = Annotated[
    Day,
    Field(
        description="The last day; at most three years after the first.", examples=["2027-06-20"]
    ),
]
Seats = Annotated[int, Field(ge=1, le=100_000, examples=[30])]
MatchingDay = Annotated[
    int,
    Field(ge=0, le=6, description="The day of the weekly matching; 0 is Monday.", examples=[0]),
]
WallTime = Annotated[
    time,
    AfterValidator(_on_the_wall),
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "examples": ["06:00"]}
    ),
]
MatchingTime = Annotated[
    WallTime, Field(description="In the cohort's time zone; 06:00 at first.", examples=["06:00"])
]


HowAdmitted = Annotated[Admission, Field(examples=["first_come"])]
ApplyBy = Annotated[
    Day | None,
    Field(
        description="The last day for applications, to its end in the cohort's time zone.",
        examples=["2027-02-01"],
    ),
]
ReviewsNeeded = Annotated[
    int,
    Field(
        ge=1,
        le=5,
        description="How many organisers score an application before they see each other's scores.",
        examples=[2],
    ),
]

DaysToAnswer = Annotated[
    int,
    Field(
        ge=2,
        le=60,
        description="How many days a proposal is open; it ends at the same time of day.",
        examples=[7],
    ),
]
DaysToReminder = Annotated[
    int,
    Field(
        ge=1,
        le=59,
        description="After how many days whoever has not answered is reminded, once.",
        examples=[3],
    ),
]

CheckInAfter = Annotated[
    int,
    Field(
        ge=3,
        le=90,
        description="Days from the beginning of a mentorship to its first check-in.",
        examples=[14],
    ),
]
CheckInEvery = Annotated[
    int, Field(ge=7, le=180, description="Days from one check-in to the next.", examples=[30])
]
DaysToReview = Annotated[
    int,
    Field(
        ge=1,
        le=60,
        description="Within how many days the organisers promise to review what is handed in.",
        examples=[5],
    ),
]
QuietAfter = Annotated[
    int,
    Field(
        ge=7,
        le=180,
        description="Days with no meeting after which a mentorship needs a look.",
        examples=[28],
    ),
]
NextBest = Annotated[
    bool,
    Field(
        description="Whether somebody whose proposal was declined or ran out is offered the next "
        "best mentor with a free place at once; else she waits for the weekly matching.",
        examples=[True],
    ),
]


HowPublished = Annotated[
    Publishing,
    Field(
        description="The week's round is published by an organiser, by itself, or by itself unless "
        "something warns. A round that was opened by hand is published by hand.",
        examples=["by_hand"],
    ),
]


def _origin(typed: str) -> str:
    parts = urlsplit(typed)
    whole = f"{parts.scheme}://{parts.netloc}"
    is_web = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_web or typed.rstrip("/") != whole or not typed.isascii():
        raise ValueError("is not the address of a site such as https://www.example.org")
    return whole.lower()


AllowedOrigins = Annotated[
    list[Annotated[str, StringConstraints(max_length=200), AfterValidator(_origin)]],
    Field(
        max_length=20,
        description="The sites whose pages may send the cohort's forms.",
        examples=[["https://www.example.org"]],
    ),
    AfterValidator(once_each),
]
About = Annotated[Note, Field(examples=["I work on translation for small languages."])]
RoleGoals = Annotated[
    list[Slug],
    Field(
        min_length=1,
        max_length=5,
        description="Slugs of `GET /taxonomies/role`, the dearest first.",
        examples=[["ml-engineer"]],
    ),
    AfterValidator(once_each),
]
Advisers = Annotated[
    list[Line],
    Field(
        max_length=10,
        description="Names or e-mail addresses; no adviser becomes the mentor.",
        examples=[["Grace Example"]],
    ),
    AfterValidator(once_each),
]


def _no_page(slug: str) -> str:
    if slug == "new":
        raise ValueError("is the address of a page of ours; choose a different one")
    return slug


CohortSlug = Annotated[Slug, AfterValidator(_no_page)]


class CohortIn(Strict):
    guide_id: UUID = Field(examples=["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"])
    slug: CohortSlug = Field(description="Its name in addresses.", examples=["spring-2027"])
    name: Line = Field(examples=["Spring 2027"])
    description: Prose = Field(default="", examples=["Evenings, in English."])
    starts_on: StartsOn
    ends_on: EndsOn
    time_zone: TimeZone
    seats: Seats
    matching_day: MatchingDay = 0
    matching_time: MatchingTime = Field(default_factory=lambda: time(6))
    days_to_answer: DaysToAnswer = 7
    days_to_reminder: DaysToReminder = 3
    next_best: NextBest = True
    publishing: HowPublished = Publishing.BY_HAND
    admission: HowAdmitted = Admission.FIRST_COME
    apply_by: ApplyBy = None
    reviews_needed: ReviewsNeeded = 2
    allowed_origins: AllowedOrigins = Field(default=[])
    check_in_after_days: CheckInAfter = 14
    check_in_every_days: CheckInEvery = 30
    quiet_after_days: QuietAfter = 28
    days_to_review: DaysToReview = 5


class CohortChange(Strict):
    """What is left out, or null, stays."""

    name: Line | None = Field(default=None, examples=["Spring 2027"])
    description: Prose | None = Field(default=None, examples=["Evenings, in English."])
    starts_on: StartsOn | None = None
    ends_on: EndsOn | None = None
    time_zone: TimeZone | None = None
    seats: Seats | None = None
    matching_day: MatchingDay | None = None
    matching_time: MatchingTime | None = None
    days_to_answer: DaysToAnswer | None = None
    days_to_reminder: DaysToReminder | None = None
    next_best: NextBest | None = None
    publishing: HowPublished | None = None
    admission: HowAdmitted | None = None
    apply_by: ApplyBy = None
    reviews_needed: ReviewsNeeded | None = None
    allowed_origins: AllowedOrigins | None = None
    check_in_after_days: CheckInAfter | None = None
    check_in_every_days: CheckInEvery | None = None
    quiet_after_days: QuietAfter | None = None
    days_to_review: DaysToReview | None = None


class CloneIn(Strict):
    """What is new; all else is as in the cohort that is cloned."""

    slug: CohortSlug = Field(description="Its name in addresses.", examples=["autumn-2027"])
    name: Line = Field(examples=["Autumn 2027"])
    starts_on: StartsOn
    ends_on: EndsOn


class MoveIn(Strict):
    to: CohortState = Field(examples=["open"])


class OrganiserIn(Strict):
    email: Email


class EnrolmentIn(Strict):
    """A researcher's profile: their studies, what they want, and when they have time."""

    about: About = ""
    stage: Stage = Field(examples=["phd"])
    domains: Domains
    role_goals: RoleGoals
    contexts: Contexts = Field(default=[])
    languages: Languages
    time_zone: TimeZone
    weekly_hours: WeeklyHours = Field(default=[])
    organisations: Organisations = Field(default=[])
    advisers: Advisers = Field(default=[])


class EnrolmentChange(Strict):
    """What is left out, or null, stays."""

    about: About | None = None
    stage: Stage | None = Field(default=None, examples=["phd"])
    domains: Domains | None = None
    role_goals: RoleGoals | None = None
    contexts: Contexts | None = None
    languages: Languages | None = None
    time_zone: TimeZone | None = None
    weekly_hours: WeeklyHours | None = None
    organisations: Organisations | None = None
    advisers: Advisers | None = None


PausedUntil = Annotated[
    Day,
    Field(
        description="The day from which on proposals are welcome again, in the cohort's time zone; "
        "within a year.",
        examples=["2027-04-12"],
    ),
]


class ResearcherPauseIn(Strict):
    until: PausedUntil


class WithdrawalsIn(Strict):
    enrolment_ids: Annotated[list[UUID], AfterValidator(once_each)] = Field(
        min_length=1,
        max_length=200,
        description="Enrolments of this cohort.",
        examples=[["8c5ce0a3-0a0c-4e6b-9d56-1f6f3f7f6a10"]],
    )
    dry_run: bool = Field(default=False, description="Say what would happen, and keep nothing.")


class WithdrawalOut(Shown):
    """What happens, or would happen, to one enrolment."""

    enrolment_id: UUID
    name: str
    before: EnrolmentState
    after: EnrolmentState


class WithdrawalsOut(Shown):
    dry_run: bool
    outcomes: list[WithdrawalOut]


class CohortOut(Shown):
    id: UUID
    guide_id: UUID
    slug: str
    name: str
    description: str
    starts_on: date
    ends_on: date
    time_zone: str
    seats: int
    taken: int = Field(description="Seats in use.")
    state: CohortState
    matching_day: int
    matching_time: WallTime
    days_to_answer: int
    days_to_reminder: int
    next_best: bool
    publishing: Publishing
    admission: Admission
    apply_by: date | None
    reviews_needed: int
    allowed_origins: list[str]
    check_in_after_days: int
    check_in_every_days: int
    quiet_after_days: int
    days_to_review: int
    running_since: datetime | None
    created_at: datetime
    version: int = Field(description="Also in the ETag; send it as If-Match to change the cohort.")


class MemberOut(Shown):
    """Someone whom the reader runs a cohort with, or for."""

    id: UUID
    name: str
    email: str


class OrganiserOut(Shown):
    person: MemberOut
    since: datetime


class OrganiserInvitationOut(Shown):
    id: UUID
    email: str
    created_at: datetime
    expires_at: datetime


class EnrolmentOut(Shown):
    id: UUID
    cohort_id: UUID
    person: MemberOut
    is_confirmed: bool = Field(
        description="False while somebody who was imported from a spreadsheet has not answered."
    )
    state: EnrolmentState
    about: str
    stage: Stage
    domains: list[str]
    role_goals: list[str]
    contexts: list[str]
    languages: list[str]
    time_zone: str
    weekly_hours: list[Span]
    organisations: list[str]
    advisers: list[str]
    paused_until: date | None = Field(
        description="A day of the cohort's zone: no proposals before it; past, when she came back."
    )
    created_at: datetime
    version: int = Field(
        description="Also in the ETag; send it as If-Match to change the enrolment."
    )
