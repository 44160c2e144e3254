"""What the study room reads and answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from cohort.cohorts.models import MentorSees
from cohort.guides.models import MilestoneKind
from cohort.guides.schemas import CriterionRow
from cohort.http.fields import Line, Note, Prose, Shown, Strict, Url
from cohort.http.patterns import RUBRIC_VERSION
from cohort.study.files.kinds import FileKind
from cohort.study.models import ItemState, Verdict

MOST_FILES = 5
"""Of one version."""
LONGEST_EVIDENCE = 256 * 1024
"""In bytes: 20,000 characters however they are written, as JSON may take twelve for one."""


def unix_lines(text: object) -> object:
    """Browsers send two characters for the end of a line, which count as one where it is typed."""
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


class SubmissionIn(Strict):
    links: list[Url] = Field(
        default=[], max_length=10, examples=[["https://example.org/drift-monitor"]]
    )
    files: list[UUID] = Field(
        default=[],
        max_length=MOST_FILES,
        description="Files that were uploaded for this item before, by their ids.",
        examples=[[]],
    )
    text: Annotated[Prose, BeforeValidator(unix_lines)] = Field(
        default="",
        validate_default=True,
        description="Markdown.",
        examples=["The monitor runs hourly; the **threshold** is argued in the notebook."],
    )

    @field_validator("text")
    @classmethod
    def _something(cls, text: str, info: ValidationInfo) -> str:
        if not text and info.data.get("links") == [] and info.data.get("files") == []:
            raise ValueError("is empty, and so are the links; write a few sentences or add a link")
        return text


class LevelIn(Strict):
    """A level of the rubric, by the titles of both."""

    criterion: Line = Field(examples=["It can be repeated"])
    level: Line = Field(examples=["Runs elsewhere"])


class LevelOut(Shown):
    """What a review found for one criterion, in the words of the rubric at that time."""

    criterion: str
    level: str
    says: str
    rank: int = Field(description="1 is the lowest.")
    of: int = Field(description="How many levels the criterion had.")


class RubricOut(Shown):
    """What a review of this looks at."""

    version: str = Field(description="Send it as `rubric_version` with the review.")
    criteria: list[CriterionRow] = Field(description="Empty where the milestone has no rubric.")


class ReviewIn(Strict):
    verdict: Verdict = Field(examples=["again"])
    comment: Annotated[Note, BeforeValidator(unix_lines)] = Field(
        default="",
        validate_default=True,
        description="Markdown; needed when the verdict is `again`.",
        examples=["Nearly there: say how you chose the threshold."],
    )

    levels: list[LevelIn] = Field(
        default=[],
        max_length=12,
        description="A level for each criterion of the rubric; or none, to give the verdict alone.",
    )
    rubric_version: str | None = Field(
        default=None,
        pattern=RUBRIC_VERSION,
        description="Of the rubric that you saw. Where it is another by now, the answer is "
        "`rubric_changed`, and nothing is kept.",
        examples=[None],
    )

    @field_validator("comment")
    @classmethod
    def _reasoned(cls, comment: str, info: ValidationInfo) -> str:
        if not comment and info.data.get("verdict") == Verdict.AGAIN:
            raise ValueError("is needed when you ask for another look; say what to change")
        return comment


class ReviewOut(Shown):
    id: UUID
    submission_id: UUID
    verdict: Verdict
    comment: str
    levels: list[LevelOut] = Field(description="Empty where no levels were given.")
    reviewer_name: str
    reviewed_at: datetime
    thanked_at: datetime | None = Field(description="When the researcher said thanks.")


class AttachedFileOut(Shown):
    """A file that a version of the evidence was handed in with."""

    id: UUID
    name: str = Field(examples=["monitor.ipynb"])
    kind: FileKind = Field(description="What is in it, as it was found.")
    size: int = Field(description="In bytes.", examples=[48213])
    link: str = Field(description="GET it, to keep the file.")


class SubmissionOut(Shown):
    id: UUID
    plan_item_id: UUID
    version: int
    text: str
    links: list[str]
    files: list[AttachedFileOut]
    submitted_at: datetime
    peer_reviews: int = Field(description="How many others of the cohort have reviewed it.")
    review: ReviewOut | None


class PlanMilestoneOut(Shown):
    id: UUID
    slug: str
    title: str
    task: str
    evidence: str
    hours: int
    skills: list[str]
    kind: MilestoneKind
    is_optional: bool = Field(description="It is due on the cohort's last day, and not before.")


class PlanSectionOut(Shown):
    id: UUID
    slug: str
    title: str


class PlanItemOut(Shown):
    id: UUID
    enrolment_id: UUID
    milestone: PlanMilestoneOut
    section: PlanSectionOut
    due_at: datetime
    state: ItemState
    is_late: bool
    passed_at: datetime | None
    waits_for: list[str] = Field(
        description="Titles of milestones that it builds on and that are not passed; a hint only."
    )
    newest: SubmissionOut | None = Field(description="What was handed in last, and its review.")


class PlanOut(Shown):
    """A researcher's plan, in the order of the dates."""

    enrolment_id: UUID
    passed: int
    total: int
    due: int = Field(description="How many were due by now.")
    is_frozen: bool
    items: list[PlanItemOut]


class SubmissionRow(Shown):
    """What was handed in, in a list."""

    submission_id: UUID
    plan_item_id: UUID
    enrolment_id: UUID
    cohort_id: UUID
    researcher: str
    milestone: str
    version: int
    due_at: datetime
    submitted_at: datetime


class WaitingOut(SubmissionRow):
    """Evidence that awaits the asker's review."""

    review_by: datetime = Field(description="By when the cohort promises the review.")


class ListedSubmissionOut(SubmissionRow):
    """What was handed in last for a milestone of somebody's plan."""

    milestone_slug: str
    state: ItemState = Field(description="`submitted` waits for a review.")


class CountsOut(Shown):
    section_id: UUID
    passed: int
    total: int
    due: int


class PersonProgressOut(Shown):
    enrolment_id: UUID
    name: str
    passed: int
    total: int
    due: int
    sections: list[CountsOut] = Field(
        description="Only sections that have milestones in this plan."
    )


class CohortProgressOut(Shown):
    """One page of people, by the sections of their plans."""

    sections: list[PlanSectionOut]
    people: list[PersonProgressOut]
    next: str | None = Field(
        description="Send it as `cursor` to read on; null when this is the last page."
    )


class MentorViewChoice(Strict):
    """What a mentor reads of her mentee's plan."""

    mentor_sees: MentorSees = Field(
        description="`milestones`: titles and states; `counts`: only how many; `nothing`. What is "
        "handed in, the mentor reads in every case, to review it.",
        examples=["counts"],
    )
