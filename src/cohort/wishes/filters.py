"""What a request may narrow the lists by, over the API and on pages."""

from typing import Annotated

from litestar.di import Provide
from litestar.params import QueryParameter

from cohort.errors import Invalid
from cohort.http.listing import ListQuery

Domain = Annotated[
    str | None,
    QueryParameter(max_length=80, description="Only those in this field, or in one within it."),
]
Role = Annotated[str | None, QueryParameter(max_length=80, description="Only with this role.")]
Skill = Annotated[
    str | None, QueryParameter(max_length=80, description="Only those strong in this skill.")
]
Language = Annotated[
    str | None, QueryParameter(max_length=20, description="Only those who speak it: a code.")
]


def _query(**chosen: str | None) -> ListQuery:
    for name, slug in chosen.items():
        if slug is not None and not slug.isprintable():
            raise Invalid.at(name, "Use letters, digits and hyphens only.")
    return ListQuery(filters=chosen)


def wanted_mentors(
    domain: Domain = None, role: Role = None, skill: Skill = None, language: Language = None
) -> ListQuery:
    return _query(domain=domain, role=role, skill=skill, language=language)


def wanted_researchers(
    domain: Domain = None, role: Role = None, language: Language = None
) -> ListQuery:
    return _query(domain=domain, role=role, language=language)


def chosen_mentors(
    domain: Domain = None, role: Role = None, skill: Skill = None, language: Language = None
) -> ListQuery:
    return wanted_mentors(domain or None, role or None, skill or None, language or None)


def chosen_researchers(
    domain: Domain = None, role: Role = None, language: Language = None
) -> ListQuery:
    return wanted_researchers(domain or None, role or None, language or None)


MENTORS = {"wanted": Provide(wanted_mentors, sync_to_thread=False)}
RESEARCHERS = {"wanted": Provide(wanted_researchers, sync_to_thread=False)}
MENTORS_ON_PAGES = {"wanted": Provide(chosen_mentors, sync_to_thread=False)}
"""A form sends every field, also those where nothing is chosen."""
RESEARCHERS_ON_PAGES = {"wanted": Provide(chosen_researchers, sync_to_thread=False)}
