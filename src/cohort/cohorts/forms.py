"""Profiles as forms: what was typed, and what a researcher's row says."""

from collections.abc import Mapping, Sequence
from typing import Any

from cohort.cohorts.models import Enrolment
from cohort.cohorts.schemas import EnrolmentIn
from cohort.http.formats import ticks
from cohort.http.forms import Sent

GOALS = 5
TICKED = ("domains", "contexts", "languages")
BY_LINE = ("organisations", "advisers")
TYPED = ("about", "stage", "time_zone", "version")


def typed_profile(sent: Sent, kept_hours: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """What a browser sent, in the shape of EnrolmentIn.

    The grid of hours is coarser than the facts: where the same boxes are ticked as before, the
    hours stay exactly as they were.
    """
    typed: dict[str, Any] = {name: sent.texts(name) for name in TICKED}
    typed |= {name: sent.lines(name) for name in BY_LINE}
    goals = [sent.texts(f"role_goal_{rank}") for rank in range(1, GOALS + 1)]
    typed["role_goals"] = [goal for found in goals for goal in found]
    same = kept_hours and set(sent.texts("weekly_hours")) == set(ticks(kept_hours))
    typed["weekly_hours"] = list(kept_hours) if same else sent.hours()
    return typed | {name: text for name in TYPED for text in sent.texts(name)}


def profile_of(enrolment: Enrolment) -> dict[str, Any]:
    return {name: getattr(enrolment, name) for name in EnrolmentIn.model_fields}
