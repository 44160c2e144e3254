"""The rules of a cohort's matching in a browser."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Stale
from cohort.http.etag import etag
from cohort.http.forms import errors_of, field_errors
from cohort.http.pages import Asked, page, see
from cohort.pairing.found import FACTOR_TITLES
from cohort.pairing.rules import Aim, Requirements, Rules, Weights
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.rules import service
from cohort.rules.models import RulesVersion

PARTS: Mapping[str, type[BaseModel]] = {
    "weights": Weights,
    "requirements": Requirements,
    "aim": Aim,
}
TICKED = ("conflict_of_interest", "common_language", "cover")


@get("/cohorts/{slug:str}/rules", guards=[signed_in])
async def rules_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    found = await service.read(db, actor, cohort.id, now=clock())
    return show(request, cohort, as_typed(found))


@post("/cohorts/{slug:str}/rules", guards=[signed_in])
async def change_rules_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    before = await service.read(db, actor, cohort.id, now=clock())
    typed = await typed_in(request, before)
    form, errors = read(typed)
    if form is not None:
        seen = etag(typed["version"])
        try:
            await service.change(db, actor, cohort.id, form, if_match=seen, now=clock())
        except Stale as refusal:
            errors, typed = errors_of(refusal), typed | {"version": before.version}
        else:
            return see(f"/cohorts/{slug}/rules", saying="Kept; they count from the next run on.")
    return show(request, cohort, typed, errors)


async def typed_in(request: Asked, before: RulesVersion) -> dict[str, Any]:
    """What the form sent; a box that is not ticked is not sent."""
    sent = dict(await request.form())
    typed = {name: sent.get(name, "") for name in as_typed(before)}
    return typed | {name: name in sent for name in TICKED}


def show(
    request: Asked,
    cohort: Cohort,
    typed: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    tried: object = None,
) -> Response[str]:
    """The form, with what was typed; `tried` is what a preview of it would find."""
    hints = {name: field.description for name, field in Weights.model_fields.items()}
    return page(
        request,
        "rules/rules.html",
        status=422 if errors else 200,
        cohort=cohort,
        weights=[(name, title, hints[name]) for name, title in FACTOR_TITLES.items()],
        typed=typed,
        tried=tried,
        errors=errors or {},
    )


def as_typed(found: RulesVersion) -> dict[str, Any]:
    return {"version": found.version, **found.weights, **found.requirements, **found.aim}


def read(typed: Mapping[str, Any]) -> tuple[Rules | None, dict[str, str]]:
    """The rules from fields that lie side by side on the page, or the errors by field."""
    nested = {
        part: {name: typed[name] for name in schema.model_fields} for part, schema in PARTS.items()
    }
    try:
        return Rules.model_validate(nested), {}
    except ValidationError as error:
        found = field_errors(error)
        return None, {one.field.rpartition("/")[2]: one.message for one in found}


router = Router("", route_handlers=[rules_page, change_rules_from_page], include_in_schema=False)
