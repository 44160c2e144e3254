"""What the curricula room reads and answers: above all, a whole curriculum as one record."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from cohort.guides.schemas import BaseAddress, ExamFacts, MilestoneRow, SectionSlug
from cohort.http.fields import Day, Line, Note, Prose, Shown, Slug, Strict, plain
from cohort.quizzes.rows import QuizTables

MOST_CHARACTERS = 1_000_000
MOST_LINES = 30_000
MOST_SECTIONS = 1_000
MOST_MILESTONES = 300
LONGEST_UPLOAD = 12 * 1024 * 1024
"""What is larger than a guide may be is still read, so that a sentence can say so."""

Body = Annotated[
    str, StringConstraints(max_length=MOST_CHARACTERS), AfterValidator(plain), Field(examples=["…"])
]
Heading = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(plain),
]


class SectionRow(Strict):
    """A `[[section]]` of a curriculum file: a heading, and the Markdown below it."""

    slug: SectionSlug
    title: Heading = Field(examples=["From reproducibility to deployment"])
    level: int = Field(ge=1, le=6, examples=[2])
    body: Body = ""


class Curriculum(Strict):
    """A guide with its sections, milestones and exam: what a curriculum file says."""

    title: Line = Field(examples=["From research to production"])
    slug: Slug | None = Field(
        default=None, description="Its name in addresses; of the first version."
    )
    description: Prose = Field(default="", examples=["Six months, evenings."])
    author: Annotated[Note, AfterValidator(lambda text: " ".join(text.split()))] = Field(
        default="", examples=["Ada Noether"]
    )
    published_on: Day | None = None
    tags: list[Line] = Field(default=[], max_length=50, examples=[["mlops"]])
    base_address: BaseAddress = ""
    exam: ExamFacts | None = None
    sections: list[SectionRow] = Field(min_length=1, max_length=MOST_SECTIONS)
    milestones: list[MilestoneRow] = Field(default=[], max_length=MOST_MILESTONES)


class DraftIn(Strict):
    """A guide to begin a draft with: one of three ways."""

    markdown: Annotated[str, Field(max_length=LONGEST_UPLOAD)] | None = Field(
        default=None,
        description=f"The text of a guide: at most {MOST_CHARACTERS:,} characters.",
        examples=["# A course\n\n## First week\n\n- [ ] Deploy a model\n"],
    )
    toml: Annotated[str, Field(max_length=LONGEST_UPLOAD)] | None = Field(
        default=None, description="A curriculum file."
    )
    guide_id: UUID | None = Field(
        default=None,
        description="The guide that the draft becomes the next version of. Its milestones stay; "
        "a text sent with it takes the place of its sections.",
    )
    base_address: BaseAddress = ""


class DraftChange(Strict):
    curriculum: Curriculum


class DraftQuizzesChange(Strict):
    quizzes: QuizTables | None = Field(
        description="None, for those of the version that the draft follows."
    )


class DraftQuizzesOut(Shown):
    """The quizzes of a draft, with what is right."""

    draft_id: UUID
    problem: str = Field(
        description="What has to be mended before they are published; empty, where nothing has."
    )
    quizzes: QuizTables | None = Field(description="None, where the draft has none yet.")


class ProblemOut(Shown):
    """What has to be mended before a draft is published."""

    milestone: str = Field(description="Its slug; empty, where it is about the whole.")
    field: str
    sentence: str


class DraftRow(Shown):
    """A draft in a list."""

    id: UUID
    base_id: UUID | None
    title: str
    created_at: datetime
    changed_at: datetime


class DraftOut(DraftRow):
    notes: list[str] = Field(description="What was left out or guessed when it was read.")
    problems: list[ProblemOut]
    curriculum: Curriculum


class VersionRow(Shown):
    """One version of a guide."""

    id: UUID
    slug: str
    title: str
    version: int
    imported_at: datetime


class MilestoneChangeOut(Shown):
    """A milestone that is not the same in two versions."""

    slug: str
    title: str
    what: Literal["added", "removed", "changed"]
    fields: list[str] = Field(description="What of it changed.")
    started: int = Field(description="Plans of the cohort in which something was handed in for it.")


class GuideChangeOut(Shown):
    """What moving a cohort to another version would do."""

    from_guide_id: UUID
    to_guide_id: UUID
    plans: int = Field(description="Of people who have a seat.")
    milestones: list[MilestoneChangeOut]
    other_quizzes: bool = Field(
        description="Whether it has other quizzes, or none; tries that were handed in stay."
    )


class GuideMoveIn(Strict):
    from_guide_id: UUID = Field(description="What the cohort studies now, as you saw it.")
    to_guide_id: UUID


class GuideMoveOut(Shown):
    """What the cohort studies now."""

    cohort_id: UUID
    guide_id: UUID
