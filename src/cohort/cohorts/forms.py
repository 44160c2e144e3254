"""Profiles as forms: what was typed, and what a researcher's row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import own_terms
from cohort.cohorts.models import Enrolment
from cohort.cohorts.schemas import EnrolmentIn
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.http.formats import ticks
from cohort.http.forms import Sent
from cohort.profiles import choices
from cohort.profiles.choices import Options
from cohort.profiles.zones import typed_zone

GOALS = 5
TICKED = ("domains", "contexts", "languages")
BY_LINE = ("organisations", "advisers")
TYPED = ("about", "stage", "time_zone", "version")


def typed_cohort(sent: Sent, schema: type[BaseModel]) -> dict[str, Any]:
    """A last day to apply that is left empty is none; sites come one on each line."""
    typed = sent.as_typed(schema)
    if typed.get("apply_by") == "":
        del typed["apply_by"]
    typed |= typed_zone(sent.texts("time_zone"))
    if "allowed_origins" in typed:
        typed["allowed_origins"] = sent.lines("allowed_origins")
    return typed


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
    typed |= {name: text for name in TYPED for text in sent.texts(name)}
    return typed | typed_zone(sent.texts("time_zone"))


@dataclass(frozen=True, slots=True)
class ProfileChoices:
    """What the fields of a researcher's profile offer to choose from."""

    stages: Options
    domains: Options
    roles: Options
    contexts: Options
    languages: Options


async def offered_choices(
    db: AsyncSession, cohort_id: UUID, typed: Mapping[str, Any]
) -> ProfileChoices:
    words = await guides.terms_of(db, TermKind.DOMAIN, TermKind.ROLE, TermKind.CONTEXT)
    own = await own_terms.groups(db, cohort_id)
    return ProfileChoices(
        stages=choices.STAGE_CHOICES,
        domains=[*choices.trees(words[TermKind.DOMAIN]), *own[TermKind.DOMAIN]],
        roles=[*choices.options(words[TermKind.ROLE]), *own[TermKind.ROLE]],
        contexts=[*choices.options(words[TermKind.CONTEXT]), *own[TermKind.CONTEXT]],
        languages=choices.languages(typed.get("languages", [])),
    )


def profile_of(enrolment: Enrolment) -> dict[str, Any]:
    return {name: getattr(enrolment, name) for name in EnrolmentIn.model_fields}
