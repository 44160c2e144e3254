"""What has to be mended before a curriculum is published: pure."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cohort.curricula.schemas import Curriculum
from cohort.guides.schemas import MilestoneRow
from cohort.guides.tables import circle_in

MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """Of one milestone; or of the whole, where it names none."""

    milestone: str
    field: str
    sentence: str


def problems_of(curriculum: Curriculum, skills: Collection[str]) -> list[DraftProblem]:
    """The first of them, in the order of the milestones; none, where it can be published."""
    problems = [*_of_the_whole(curriculum), *_of_milestones(curriculum, skills)]
    return problems[:MOST_TOLD]


def _of_the_whole(curriculum: Curriculum) -> Iterator[DraftProblem]:
    if not curriculum.milestones:
        yield DraftProblem(
            "", "milestones", "A guide without milestones gives nobody a plan: add one."
        )
    for slug, count in Counter(one.slug for one in curriculum.sections).items():
        if count > 1:
            yield DraftProblem("", "sections", f"{count} sections have the slug “{slug}”.")
    if not any(not one.is_optional for one in curriculum.milestones) and curriculum.milestones:
        yield DraftProblem("", "milestones", "Every milestone is optional: one has to be required.")


def _of_milestones(curriculum: Curriculum, skills: Collection[str]) -> Iterator[DraftProblem]:
    rows = curriculum.milestones
    counts = Counter(row.slug for row in rows)
    sections = {one.slug for one in curriculum.sections}
    exam = {one.slug for one in curriculum.exam.sections} if curriculum.exam else set()
    for row in rows:
        if counts[row.slug] > 1:
            yield DraftProblem(row.slug, "slug", f"{counts[row.slug]} milestones have this slug.")
        if row.section not in sections:
            yield DraftProblem(row.slug, "section", f"The guide has no section “{row.section}”.")
        for field, known, sentence in (
            ("requires", counts, "There is no milestone “{}” to come first."),
            ("instead_of", counts, "There is no milestone “{}” that this one could count for."),
            ("skills", skills, "“{}” is not a skill of the taxonomy."),
            ("exam_sections", exam, "The exam has no section “{}”."),
        ):
            for slug in getattr(row, field):
                if slug not in known:
                    yield DraftProblem(row.slug, field, sentence.format(slug))
        yield from _of_itself(row)
    circle = circle_in(rows)
    if circle:
        sentence = f"These require each other in a circle: {' → '.join(circle)}. Take one away."
        yield DraftProblem(circle[0], "requires", sentence)


def _of_itself(row: MilestoneRow) -> Iterator[DraftProblem]:
    if row.slug in row.instead_of:
        yield DraftProblem(row.slug, "instead_of", "A milestone cannot count instead of itself.")
    if both := sorted(set(row.requires) & set(row.instead_of)):
        sentence = f"“{both[0]}” cannot both come first and be replaced by this one."
        yield DraftProblem(row.slug, "instead_of", sentence)
