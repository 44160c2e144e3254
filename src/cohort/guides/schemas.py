"""What the guides room reads and answers."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from cohort.guides.models import MilestoneKind, TermKind
from cohort.http.addresses import as_base
from cohort.http.fields import Line, MaybeUrl, Note, Prose, Shown, Slug, Strict, Url

SectionSlug = Annotated[Line, Field(examples=["from-reproducibility-to-deployment"])]
Task = Annotated[Prose, Field(min_length=1, examples=["Put one experiment into a container."])]

BaseAddress = Annotated[
    MaybeUrl,
    AfterValidator(as_base),
    Field(
        description="Where the text lies on the web, http or https: its relative links lead from "
        "there. Without one they are shown as text.",
        examples=["https://github.com/example/course/blob/main/"],
    ),
]


class LevelRow(Strict):
    """How well a criterion can be met."""

    title: Line = Field(examples=["Runs elsewhere"])
    says: Note = Field(default="", examples=["A second machine gives the same figure."])


class CriterionRow(Strict):
    """What a reviewer looks at; its levels rise."""

    title: Line = Field(examples=["It can be repeated"])
    levels: list[LevelRow] = Field(
        min_length=2, max_length=6, examples=[[{"title": "Not yet"}, {"title": "Runs elsewhere"}]]
    )


class MilestoneRow(Strict):
    """A `[[milestone]]` of a file of milestones."""

    slug: Slug = Field(examples=["drift-monitor"])
    section: SectionSlug
    title: Line = Field(examples=["Watch for drift"])
    task: Task
    evidence: Task
    hours: int = Field(ge=1, le=200, examples=[4])
    skills: list[Slug] = Field(default=[], max_length=10, examples=[["monitoring"]])
    requires: list[Slug] = Field(default=[], max_length=20, examples=[["end-to-end"]])
    kind: MilestoneKind = Field(default=MilestoneKind.ARTEFACT, examples=["exercise"])
    is_optional: bool = Field(default=False, description="Nobody is late with it.")
    instead_of: list[Slug] = Field(
        default=[],
        max_length=20,
        description="Slugs of milestones that are passed with this one.",
        examples=[["read-about-drift"]],
    )
    exam_sections: list[Slug] = Field(
        default=[],
        max_length=20,
        description="Slugs of sections of the guide's exam.",
        examples=[["monitoring"]],
    )
    rubric: list[CriterionRow] = Field(default=[], max_length=12)


class ExamPartRow(Strict):
    """A section of an exam, as whoever gives the exam publishes it."""

    slug: Slug = Field(examples=["monitoring"])
    title: Line = Field(examples=["Monitoring AI solutions"])
    weight: int = Field(ge=1, le=100, description="In percent.", examples=[100])


class ExamFacts(Strict):
    """The exam that a curriculum prepares for."""

    title: Line = Field(examples=["Professional Machine Learning Engineer"])
    year: int = Field(ge=2000, le=2199, description="Since when it is so.", examples=[2024])
    source: Url = Field(description="Where the weights are published.")
    sections: list[ExamPartRow] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _whole(self) -> "ExamFacts":
        if len({one.slug for one in self.sections}) < len(self.sections):
            raise ValueError("has two sections of one slug; rename one")
        if (total := sum(one.weight for one in self.sections)) != 100:
            raise ValueError(f"has weights of {total} together, not 100; look at each again")
        return self


class TermRow(Strict):
    """A `[[role]]`, `[[context]]` or `[[skill]]` of a file of taxonomies."""

    slug: Slug = Field(examples=["ml-engineer"])
    title: Line = Field(examples=["Machine learning engineer"])
    description: Note = Field(default="", examples=["Builds what learns, and keeps it running."])
    translations: dict[Literal["de"], Line] = Field(
        default={},
        description="The title in other languages of the public forms.",
        examples=[{"de": "ML-Ingenieurin oder -Ingenieur"}],
    )


class DomainRow(TermRow):
    """A `[[domain]]`, which may lie in another one."""

    parent: Slug | None = Field(default=None, examples=["natural-language"])


class GuideOut(Shown):
    id: UUID
    slug: str
    title: str
    description: str
    author: str
    published_on: date | None
    tags: list[str]
    imported_at: datetime
    version: int
    first_id: UUID | None = Field(description="The first version of the same guide; null of that.")
    exam: ExamFacts | None = Field(description="The exam that it prepares for.")
    base_address: str = Field(description="Where its relative links lead from; empty for nowhere.")


class SectionOut(Shown):
    id: UUID
    parent_id: UUID | None
    slug: str
    title: str
    level: int = Field(description="Of its heading; levels may be skipped, `parent_id` may not.")
    position: int = Field(description="Its place in reading order.")
    body: str = Field(description="Markdown, up to the next heading.")


class MilestoneOut(Shown):
    id: UUID
    section_id: UUID
    slug: str
    title: str
    task: str = Field(description="Markdown.")
    evidence: str = Field(description="What to hand in, as Markdown.")
    hours: int
    skills: list[str]
    requires: list[str] = Field(description="Slugs of milestones that come first.")
    kind: MilestoneKind
    is_optional: bool = Field(description="It is due on the cohort's last day, and not before.")
    instead_of: list[str] = Field(description="Slugs of milestones that are passed with this one.")
    exam_sections: list[str] = Field(description="Slugs of sections of the guide's exam.")
    rubric: list[CriterionRow]
    position: int


class TermOut(Shown):
    kind: TermKind
    slug: str
    title: str
    description: str
    parent_slug: str | None
