"""The rubric as a form: a choice for each criterion, kept when the rubric changes meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cohort.http.forms import Form, Sent, checked
from cohort.study.rubrics import Rubric, version_of
from cohort.study.schemas import ReviewIn

MOST_CRITERIA = 12


class CriterionField(NamedTuple):
    """One criterion on the page. Its name is its place, and its title goes with the form."""

    name: str
    title: str
    options: Sequence[Mapping[str, str]]
    value: str
    error: str


def read_review(sent: Sent, rubric: Rubric) -> Form[ReviewIn]:
    """On the page, each criterion of a rubric needs its level."""
    names = {"verdict", "comment", "rubric_version"}
    typed: dict[str, Any] = {one: "".join(sent.texts(one)) for one in names}
    typed["rubric_version"] = typed["rubric_version"] or version_of(rubric)
    pairs = (
        ("".join(sent.texts(f"criterion.{n}")), "".join(sent.texts(f"level.{n}")))
        for n in range(1, MOST_CRITERIA + 1)
    )
    typed["levels"] = [{"criterion": one, "level": level} for one, level in pairs if level]
    form = checked(ReviewIn, typed)
    unchanged = typed["rubric_version"] == version_of(rubric)
    given = {one["criterion"] for one in typed["levels"]}
    missing = {
        f"level.{n}": "Choose a level."
        for n, one in enumerate(rubric, 1)
        if one["title"] not in given and unchanged
    }
    return Form(typed, None, {**form.errors, **missing}, 422) if missing else form


def fields_of(
    rubric: Rubric, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> list[CriterionField]:
    """With what was chosen, where a criterion and a level of these names are there still."""
    chosen = {one["criterion"]: one["level"] for one in typed.get("levels", [])}
    fields = []
    for n, one in enumerate(rubric, 1):
        options = [
            {"value": level["title"], "label": level["title"], "hint": level.get("says", "")}
            for level in one["levels"]
        ]
        name = f"level.{n}"
        value = chosen.get(one["title"], "")
        fields.append(CriterionField(name, one["title"], options, value, errors.get(name, "")))
    return fields


def left_out(rubric: Rubric, typed: Mapping[str, Any]) -> list[str]:
    """What was chosen of a rubric that is another now, in words, so that it is not lost."""
    known = {one["title"]: {level["title"] for level in one["levels"]} for one in rubric}
    return [
        f"{one['criterion']}: {one['level']}"
        for one in typed.get("levels", [])
        if one["level"] not in known.get(one["criterion"], set())
    ]
