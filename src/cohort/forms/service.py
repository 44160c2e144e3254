"""Which forms are open, from where they may be sent, and what each asks."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import LargeBinary, Text, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import policy as applications
from cohort.applications import service as application_service
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import applications_close_at
from cohort.db import Prepared, Sessions, given
from cohort.forms.schemas import ANSWERS, MODELS, OpenFormOut
from cohort.forms.words import CHOICES, FIELDS, INVITED, MORE, STEPS, TITLES, FormKind, FormLanguage
from cohort.guides import service as guides
from cohort.guides.models import Term, TermKind
from cohort.invitations.models import MailedInvitation
from cohort.mentors import policy as mentors
from cohort.mentors import service as mentor_service
from cohort.people.tokens import hash_token
from cohort.profiles import zones
from cohort.profiles.languages import names_in
from cohort.questions import kinds
from cohort.questions import service as questions
from cohort.questions.models import AnswerOf

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
PAGES = {FormKind.MENTOR: "/mentors/join/{slug}", FormKind.RESEARCHER: "/cohorts/{slug}/apply"}
SIDES = {FormKind.MENTOR: AnswerOf.MENTOR, FormKind.RESEARCHER: AnswerOf.RESEARCHER}
TERMS = {
    "domains": TermKind.DOMAIN,
    "roles": TermKind.ROLE,
    "role_goals": TermKind.ROLE,
    "contexts": TermKind.CONTEXT,
    "skills": TermKind.SKILL,
}
INVITATION = "invitation"
NOT_SHOWN = {"examples", "default", "title", "description"}


async def find(db: AsyncSession, kind: FormKind, slug: str, *, now: datetime) -> Cohort:
    if kind is FormKind.MENTOR:
        return await mentor_service.taking_mentors(db, Cohort.slug == slug)
    return await application_service.taking_applications(db, Cohort.slug == slug, now=now)


async def list_open(db: AsyncSession, *, now: datetime, site: str) -> list[OpenFormOut]:
    for_mentors = await mentor_service.list_taking_mentors(db)
    for_researchers = await application_service.list_taking_applications(db, now=now)
    listed = [(FormKind.MENTOR, one) for one in for_mentors]
    listed += [(FormKind.RESEARCHER, one) for one in for_researchers]
    return [_open_form(kind, cohort, site) for kind, cohort in listed]


def _open_form(kind: FormKind, cohort: Cohort, site: str) -> OpenFormOut:
    closes_at = applications_close_at(cohort) if kind is FormKind.RESEARCHER else None
    return OpenFormOut(
        kind=kind,
        cohort_id=cohort.id,
        cohort=cohort.slug,
        name=cohort.name,
        description=cohort.description,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        time_zone=cohort.time_zone,
        closes_at=closes_at,
        schema_url=f"{site}/api/v1/forms/{kind}/{cohort.slug}",
        page_url=site + PAGES[kind].format(slug=cohort.slug),
    )


ORIGINS = Prepared(
    select(Cohort.allowed_origins).where(
        Cohort.slug == given("slug", Text()),
        or_(
            Cohort.id.in_(mentors.that_take_mentors().with_only_columns(Cohort.id)),
            Cohort.id.in_(applications.that_take_applications().with_only_columns(Cohort.id)),
        ),
    )
)


OF_INVITATION = Prepared(
    select(Cohort.allowed_origins)
    .join(MailedInvitation, MailedInvitation.cohort_id == Cohort.id)
    .where(MailedInvitation.token_hash == given("hash", LargeBinary()))
)


async def may_send_from(readers: Sessions, kind: str, name: str, origin: str) -> bool:
    """Whether the cohort names this site as one whose pages may send its forms.

    `name` is the cohort's, or of an invitation the token.
    """
    async with readers() as db:
        if kind == INVITATION:
            found = await OF_INVITATION.row(db, hash=hash_token(name))
        else:
            found = await ORIGINS.row(db, slug=name)
    return found is not None and origin in found["allowed_origins"]


async def schema_of(
    db: AsyncSession,
    kind: FormKind,
    cohort: Cohort,
    language: FormLanguage,
    *,
    site: str,
    now: datetime,
) -> dict[str, Any]:
    """The form as JSON Schema: limits from what the API enforces, words from `words`."""
    asked = await _asked(db, kind, MODELS[kind], language, now=now)
    await _add_own_questions(db, kind, cohort, asked, language)
    address = f"{site}/api/v1/forms/{kind}/{cohort.slug}"
    return {
        "$schema": SCHEMA,
        "$id": f"{address}?language={language}",
        "title": TITLES[kind][language].format(cohort=cohort.name),
        "x-language": language,
        "x-page-url": site + PAGES[kind].format(slug=cohort.slug),
        "x-send-to": address,
        "x-challenge": f"{site}/api/v1/forms/challenges/{kind}/{cohort.slug}",
        **asked,
    }


async def schema_of_invitation(
    db: AsyncSession,
    invitation: MailedInvitation,
    token: str,
    language: FormLanguage,
    *,
    site: str,
    now: datetime,
) -> dict[str, Any]:
    """The form of who is invited: its link has proved the address, and is proof enough."""
    kind = FormKind(invitation.invited_as)
    address = f"{site}/api/v1/forms/{INVITATION}/{token}"
    asked = await _asked(db, kind, ANSWERS[invitation.invited_as], language, now=now)
    await _add_own_questions(db, kind, invitation.cohort, asked, language)
    if invitation.name:
        asked["properties"]["name"]["default"] = invitation.name
    for name, chosen in invitation.profile.items():
        asked["properties"][name]["default"] = chosen
    return {
        "$schema": SCHEMA,
        "$id": f"{address}?language={language}",
        "title": INVITED[kind][language].format(cohort=invitation.cohort.name),
        "x-language": language,
        "x-page-url": f"{site}/invitations/{token}",
        "x-send-to": f"{address}/{kind}",
        "x-challenge": None,
        "x-decline-at": f"{address}/refusal",
        **asked,
    }


async def _asked(
    db: AsyncSession,
    kind: FormKind,
    model: type[BaseModel],
    language: FormLanguage,
    *,
    now: datetime,
) -> dict[str, Any]:
    """The fields that a model has, in their steps."""
    known = _enforced(model)
    terms = await guides.terms_of(db, *TermKind)
    steps = [
        {
            "title": title[language],
            "fields": [name for name in names if name in known["properties"]],
        }
        for title, names in STEPS[kind]
    ]
    order = [name for step in steps for name in step["fields"]]
    return {
        "x-steps": steps,
        "type": "object",
        "properties": {name: _field(name, known, terms, language, now) for name in order},
        "required": [name for name in order if name in known["required"]],
        "additionalProperties": False,
    }


async def _add_own_questions(
    db: AsyncSession, kind: FormKind, cohort: Cohort, form: dict[str, Any], language: FormLanguage
) -> None:
    """The organisers' own questions as a step before the last, in their words in any language."""
    asked = await questions.asked_of(db, cohort.id, SIDES[kind])
    if not asked:
        return
    needed = [one.name for one in asked if one.required]
    fields = [f"answers/{one.name}" for one in asked]
    form["x-steps"].insert(len(form["x-steps"]) - 1, {"title": MORE[language], "fields": fields})
    form["properties"]["answers"] = {
        "type": "object",
        "properties": {one.name: kinds.schema_of(one, SIDES[kind]) for one in asked},
        "required": needed,
        "additionalProperties": False,
    }
    form["required"] += ["answers"] if needed else []


@cache
def _enforced(model: type[BaseModel]) -> dict[str, Any]:
    """What the API takes, as JSON Schema."""
    return model.model_json_schema()


def _field(
    name: str,
    known: dict[str, Any],
    terms: dict[TermKind, list[Term]],
    language: FormLanguage,
    now: datetime,
) -> dict[str, Any]:
    limits = _without_notes(_resolved(known["properties"][name], known.get("$defs", {})))
    words = FIELDS[name][language]
    shown = {"title": words.title, **({"description": words.help} if words.help else {}), **limits}
    if name in TERMS:
        shown["items"] = {"oneOf": _terms(terms[TERMS[name]], language)}
    elif name in CHOICES:
        shown.pop("enum", None)
        titles = CHOICES[name]
        shown["oneOf"] = [{"const": key, "title": titles[key][language]} for key in titles]
    elif name == "languages":
        spoken = names_in(language)
        shown["items"] = {"oneOf": [{"const": code, "title": spoken[code]} for code in spoken]}
    elif name == "time_zone":
        offered = zones.options(now, language)
        shown["oneOf"] = [{"const": one["value"], "title": one["label"]} for one in offered]
    elif name == "email":
        shown["format"] = "email"
    return shown


def _terms(words: Sequence[Term], language: FormLanguage) -> list[dict[str, Any]]:
    """A domain also says in which domain it lies, so that a form can fold up the tree."""
    return [
        {"const": word.slug, "title": word.translations.get(language, word.title)}
        | ({"x-parent": word.parent_slug} if word.parent_slug else {})
        for word in words
    ]


def _resolved(schema: Any, defs: dict[str, Any]) -> Any:
    """With each reference replaced by what it names."""
    if isinstance(schema, list):
        return [_resolved(one, defs) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = deepcopy(defs[schema["$ref"].rpartition("/")[2]])
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _resolved(target | rest, defs)
    return {key: _resolved(value, defs) for key, value in schema.items()}


def _without_notes(schema: Any) -> Any:
    """What developers read of a field is not for those who fill it."""
    if isinstance(schema, list):
        return [_without_notes(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in NOT_SHOWN}
    if "properties" in schema:
        kept["properties"] = {
            name: _without_notes(one) for name, one in schema["properties"].items()
        }
    return {
        key: value if key == "properties" else _without_notes(value) for key, value in kept.items()
    }
