"""Profiles as forms: what was typed, and what a researcher's row says."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.datastructures import FormMultiDict

from cohort.cohorts.models import Enrolment
from cohort.cohorts.schemas import EnrolmentIn
from cohort.errors import Invalid
from cohort.http.formats import hours_of_ticks, ticks

GOALS = 5
TICKED = ("domains", "contexts", "languages")
BY_LINE = ("organisations", "advisers")
TYPED = ("about", "stage", "time_zone")


def typed_profile(sent: FormMultiDict, kept_hours: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What a browser sent, in the shape of EnrolmentIn.

    The grid of hours is coarser than the facts: where the same boxes are ticked as before, the
    hours stay exactly as they were.
    """
    typed: dict[str, Any] = {name: texts(sent, name) for name in TICKED}
    typed |= {name: lines(sent, name) for name in BY_LINE}
    goals = [texts(sent, f"role_goal_{rank}") for rank in range(1, GOALS + 1)]
    typed["role_goals"] = [goal for found in goals for goal in found]
    same = kept_hours and set(texts(sent, "weekly_hours")) == set(ticks(kept_hours))
    typed["weekly_hours"] = list(kept_hours) if same else hours(sent)
    return typed | {name: text for name in TYPED for text in texts(sent, name)}


def texts(sent: FormMultiDict, name: str) -> list[str]:
    return [text for text in sent.getall(name, []) if isinstance(text, str) and text]


def lines(sent: FormMultiDict, name: str) -> list[str]:
    """One entry on each line; what is only white does not count."""
    typed = "\n".join(texts(sent, name)).splitlines()
    return [line.strip() for line in typed if line.strip()]


def hours(sent: FormMultiDict) -> list[dict[str, str]]:
    """The weekly hours of the ticked boxes."""
    try:
        return hours_of_ticks(texts(sent, "weekly_hours"))
    except KeyError as error:
        sentence = "These hours are not on the form. Open the form again."
        raise Invalid.at("weekly_hours", sentence) from error


def profile_of(enrolment: Enrolment) -> dict[str, Any]:
    return {name: getattr(enrolment, name) for name in EnrolmentIn.model_fields}
