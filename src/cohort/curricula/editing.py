"""What forms say of a draft, as a curriculum again: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cohort.curricula.schemas import Curriculum
from cohort.errors import FieldError, Invalid
from cohort.guides.schemas import CriterionRow, MilestoneRow
from cohort.guides.slugs import SlugBook, latin_slug
from cohort.http.forms import Sent, field_errors

FACTS = ("title", "slug", "description", "author", "base_address")
IN_TABLE = ("title", "kind", "hours")
LISTS = ("skills", "requires", "instead_of", "exam_sections")


def with_table(before: Curriculum, sent: Sent) -> Curriculum:
    """The facts of the guide, and the milestones as the table of the form has them.

    A milestone that the form does not name stays: another window may have added it.
    """
    facts = {name: "".join(sent.texts(name)) for name in FACTS if name in sent.fields}
    if "slug" in facts:
        facts["slug"] = facts["slug"] or None  # type: ignore[assignment]
    named, removed = set(sent.texts("milestone")), set(sent.texts("remove"))
    rows = []
    for row in before.milestones:
        if row.slug in named and row.slug in removed:
            continue
        fields = {name: f"{name}.{row.slug}" for name in IN_TABLE}
        told = {
            name: "".join(sent.texts(field))
            for name, field in fields.items()
            if field in sent.fields
        }
        changed = told if row.slug in named else {}
        rows.append(row.model_dump() | changed)
    exam = {"exam": _exam(before, sent)} if "exam.year" in sent.fields else {}
    return _checked(before.model_dump() | facts | exam | {"milestones": rows})


def _exam(before: Curriculum, sent: Sent) -> dict[str, Any] | None:
    """Its facts change when whoever gives the exam changes it; its sections keep their names."""
    if before.exam is None:
        return None
    exam = before.exam.model_dump()
    for name in ("title", "year", "source"):
        exam[name] = "".join(sent.texts(f"exam.{name}"))
    for one in exam["sections"]:
        for name in ("title", "weight"):
            one[name] = "".join(sent.texts(f"exam.{name}.{one['slug']}"))
    return exam


def _checked(content: Mapping[str, Any]) -> Curriculum:
    try:
        return Curriculum.model_validate(content)
    except ValidationError as error:
        errors = []
        for one in field_errors(error):
            steps = one.field.split("/")
            if steps[0] == "milestones" and len(steps) > 2 and steps[1].isdigit():
                slug = content["milestones"][int(steps[1])]["slug"]
                errors.append(FieldError(f"{steps[2]}.{slug}", one.message))
            elif steps[0] == "exam" and len(steps) == 4 and steps[2].isdigit():
                slug = content["exam"]["sections"][int(steps[2])]["slug"]
                errors.append(FieldError(f"exam.{steps[3]}.{slug}", one.message))
            elif steps[0] == "exam" and len(steps) == 2:
                errors.append(FieldError(f"exam.{steps[1]}", one.message))
            else:
                errors.append(one)
        raise Invalid.at_each(errors) from error


def milestone_of(sent: Sent, slug: str) -> MilestoneRow:
    """The form of one milestone. Raises Invalid, by field."""
    typed: dict[str, Any] = {
        name: "".join(sent.texts(name))
        for name in ("title", "section", "task", "evidence", "hours", "kind")
    }
    typed = {name: text for name, text in typed.items() if text}
    typed |= {name: words(sent, name) for name in LISTS}
    typed |= {"slug": slug, "is_optional": bool(sent.texts("is_optional"))}
    typed["rubric"] = rubric_of("\n".join(sent.texts("rubric")))
    try:
        return MilestoneRow.model_validate(typed)
    except ValidationError as error:
        raise Invalid.at_each(
            [FieldError(one.field.split("/")[0], one.message) for one in field_errors(error)]
        ) from error


def words(sent: Sent, name: str) -> list[str]:
    return " ".join(sent.texts(name)).replace(",", " ").split()


def free_slug(title: str, curriculum: Curriculum) -> str:
    return SlugBook(row.slug for row in curriculum.milestones).take(latin_slug(title))


def with_milestone(before: Curriculum, row: MilestoneRow) -> Curriculum:
    """In the place of the one with its slug; a new one stands last in its section."""
    rows = list(before.milestones)
    places = [place for place, one in enumerate(rows) if one.slug == row.slug]
    if places:
        rows[places[0]] = row
    else:
        same = [place for place, one in enumerate(rows) if one.section == row.section]
        rows.insert(same[-1] + 1 if same else len(rows), row)
    return _checked(before.model_dump() | {"milestones": [one.model_dump() for one in rows]})


def rubric_of(text: str) -> list[dict[str, Any]]:
    """A criterion on each line, its levels below it with hyphens, rising: `- title: says`."""
    rubric: list[dict[str, Any]] = []
    for whole in text.splitlines():
        line = whole.strip()
        if line.startswith(("-", "*", "–")):
            if not rubric:
                raise Invalid.at("rubric", "Begin with a criterion, then its levels with hyphens.")
            title, _, says = line[1:].strip().partition(": ")
            rubric[-1]["levels"].append({"title": title, "says": says})
        elif line:
            rubric.append({"title": line, "levels": []})
    short = [one["title"] for one in rubric if len(one["levels"]) < 2]
    if short:
        raise Invalid.at("rubric", f"“{short[0][:80]}” needs at least two levels, with hyphens.")
    return rubric


def rubric_as_text(rubric: Sequence[CriterionRow]) -> str:
    lines = []
    for one in rubric:
        lines.append(one.title)
        lines += [
            f"- {level.title}: {level.says}" if level.says else f"- {level.title}"
            for level in one.levels
        ]
    return "\n".join(lines)
