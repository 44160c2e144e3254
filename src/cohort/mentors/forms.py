"""A mentor's profile as a form: what was typed, and what can be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import own_terms
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.http.forms import Sent
from cohort.profiles import choices
from cohort.profiles.choices import Options
from cohort.profiles.zones import typed_zone
from cohort.questions.forms import is_answer

CAME_FROM: Options = [
    {"value": "phd", "label": "A PhD"},
    {"value": "postdoc", "label": "A postdoc"},
    {"value": "researcher", "label": "Another research position"},
    {"value": "industry", "label": "Industry from the start"},
]


def typed_mentor(sent: Sent, schema: type[BaseModel]) -> dict[str, Any]:
    """What the browser sends in another shape than the API: boxes, lines, a tick."""
    typed = sent.as_typed(schema)
    typed |= {"weekly_hours": sent.hours(), "organisations": sent.lines("organisations")}
    typed = {name: one for name, one in typed.items() if not is_answer(name)}
    typed |= typed_zone(sent.texts("time_zone"))
    return typed | ({"consent": True} if "yes" in sent.texts("consent") else {})


@dataclass(frozen=True, slots=True)
class MentorChoices:
    """What the fields of a mentor's profile offer to choose from."""

    domains: Options
    roles: Options
    contexts: Options
    skills: Options
    languages: Options
    came_from: Options


async def offered_choices(
    db: AsyncSession, cohort_id: UUID, typed: Mapping[str, Any]
) -> MentorChoices:
    terms = await guides.terms_of(db, *TermKind)
    own = await own_terms.groups(db, cohort_id)
    return MentorChoices(
        domains=[*choices.trees(terms[TermKind.DOMAIN]), *own[TermKind.DOMAIN]],
        roles=[*choices.options(terms[TermKind.ROLE]), *own[TermKind.ROLE]],
        contexts=[*choices.options(terms[TermKind.CONTEXT]), *own[TermKind.CONTEXT]],
        skills=[*choices.options(terms[TermKind.SKILL]), *own[TermKind.SKILL]],
        languages=choices.languages(typed.get("languages", [])),
        came_from=CAME_FROM,
    )
