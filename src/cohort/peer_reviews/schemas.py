"""What the room of peer reviews reads and answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.guides.schemas import CriterionRow
from cohort.http.fields import Shown, Strict
from cohort.http.patterns import MAYBE_SLUG
from cohort.peer_reviews.models import ReviewAsk, ReviewTaskState
from cohort.study.models import Verdict
from cohort.study.schemas import AttachedFileOut, LevelOut

WHOSE = "Null where the review is anonymous."


class PeerReviewRulesIn(Strict):
    """How work of a milestone, or of the whole cohort, is reviewed by others."""

    milestone: str = Field(
        default="",
        max_length=80,
        pattern=MAYBE_SLUG,
        description="Its slug; empty for all that have no rules of their own.",
        examples=[""],
    )
    is_on: bool = Field(default=True, description="False: nobody is asked.")
    reviews_each: int = Field(
        default=2, ge=1, le=5, description="How many reviewers each piece of work gets."
    )
    days: int = Field(
        default=5, ge=1, le=30, description="How long a reviewer has, to the end of the day there."
    )
    most_at_once: int = Field(
        default=3, ge=1, le=10, description="Nobody has more reviews to write at a time."
    )
    anonymous: bool = Field(
        default=True, description="Neither side learns who the other is; organisers do."
    )
    with_mentors: bool = Field(default=False, description="Mentors of the cohort are asked too.")
    with_staff: bool = Field(default=False, description="Organisers of the cohort are asked too.")
    peers_pass: bool = Field(
        default=False,
        description="Work passes when as many reviewers as it gets all say so and none is far from "
        "another. Otherwise what they say is advice.",
    )


class PeerReviewRulesOut(Shown):
    milestone: str
    is_on: bool
    reviews_each: int
    days: int
    most_at_once: int
    anonymous: bool
    with_mentors: bool
    with_staff: bool
    peers_pass: bool
    version: int = Field(description="Send it as If-Match to change these rules.")


class ReviewAllocationOut(Shown):
    """The latest time at which reviewers were found, and the proof that nothing is better."""

    made_at: datetime
    works: int
    reviewers: int
    wanted: int
    given: int
    total: float = Field(description="The sum of the fits, each from 0 to 1.")
    bound: float = Field(description="No allocation that is as even has a higher sum.")
    most: int = Field(description="How often whoever was asked most has been asked by then.")
    least: int
    proved: bool


class PeerReviewSettingsOut(Shown):
    rules: list[PeerReviewRulesOut]
    latest: ReviewAllocationOut | None


class PeerReviewOut(Shown):
    """A review by somebody else of the cohort."""

    id: UUID
    submission_id: UUID
    verdict: Verdict = Field(description="Advice, unless the organisers let peers pass work.")
    comment: str
    levels: list[LevelOut]
    reviewer_name: str | None = Field(description=WHOSE)
    ask: ReviewAsk
    reviewed_at: datetime
    thanked_at: datetime | None


class ReviewTaskRow(Shown):
    """A review that waits for the asker."""

    id: UUID
    cohort: str
    milestone: str
    version: int
    author_name: str | None = Field(description=WHOSE)
    anonymous: bool
    ask: ReviewAsk
    state: ReviewTaskState
    due_at: datetime
    time_zone: str = Field(description="Of the cohort; the deadline is the end of a day there.")


class ReviewTaskOut(ReviewTaskRow):
    """With what is to be reviewed."""

    task: str
    evidence: str
    text: str
    links: list[str]
    files: list[AttachedFileOut] = Field(
        description="Where the review is anonymous, under names that tell nothing of the author."
    )
    rubric_version: str
    criteria: list[CriterionRow]


class ReviewerFigures(Shown):
    """What one reviewer of a cohort has done, beside the verdicts that decided."""

    person_id: UUID
    name: str
    done: int
    open: int
    lapsed: int
    median_hours: float | None = Field(description="From being asked to the review.")
    thanks: int
    compared: int = Field(description="Pieces of work that also have a deciding review.")
    agreed: int = Field(description="Of those, with the same verdict.")
    distance: float | None = Field(
        description="Mean distance from the deciding levels, in levels; null below 5 criteria."
    )
    severity: float | None = Field(
        description="Mean of deciding level less hers: above 0 she is the stricter one; null below "
        "5 criteria."
    )
    criteria: int = Field(description="How many criteria both have judged.")
