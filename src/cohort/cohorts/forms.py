"""A researcher's profile as a form: what was typed, and what her row says."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.datastructures import FormMultiDict

from cohort.cohorts.models import Enrolment
from cohort.cohorts.schemas import EnrolmentIn
from cohort.errors import Invalid
from cohort.formats import hours_of_ticks, ticks

GOALS = 5
TICKED = ("domains", "contexts", "languages")
BY_LINE = ("organisations", "advisers")
TYPED = ("about", "stage", "time_zone")


def typed_profile(sent: FormMultiDict, kept_hours: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What a browser sent, in the shape of EnrolmentIn.

    The grid of hours is coarser than the facts: where the same boxes are ticked as before, the
    hours stay exactly as they were.
    """
    typed: dict[str, Any] = {name: _texts(sent, name) for name in TICKED}
    for name in BY_LINE:
        lines = "\n".join(_texts(sent, name)).splitlines()
        typed[name] = [line.strip() for line in lines if line.strip()]
    goals = [_texts(sent, f"role_goal_{rank}") for rank in range(1, GOALS + 1)]
    typed["role_goals"] = [goal for found in goals for goal in found]
    boxes = _texts(sent, "weekly_hours")
    same = kept_hours and set(boxes) == set(ticks(kept_hours))
    typed["weekly_hours"] = list(kept_hours) if same else _hours(boxes)
    return typed | {name: text for name in TYPED for text in _texts(sent, name)}


def _texts(sent: FormMultiDict, name: str) -> list[str]:
    return [text for text in sent.getall(name, []) if isinstance(text, str) and text]


def _hours(boxes: Sequence[str]) -> list[dict[str, str]]:
    try:
        return hours_of_ticks(boxes)
    except KeyError as error:
        raise Invalid.at("weekly_hours", "This is not a box of the grid.") from error


def profile_of(enrolment: Enrolment) -> dict[str, Any]:
    return {name: getattr(enrolment, name) for name in EnrolmentIn.model_fields}
