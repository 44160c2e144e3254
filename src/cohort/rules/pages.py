"""The rules of a cohort's matching in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from cohort.http.forms import Form, field_errors, sent_by
from cohort.http.pages import Asked, page, see
from cohort.pairing.result import FACTOR_TITLES
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
TICKED = ("conflict_of_interest", "common_language", "common_ground", "cover")


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
    return show(request, cohort, Form(as_typed(found)))


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
    form = await read(request, before)
    if form.value is not None:
        try:
            await service.change(db, actor, cohort.id, form.value, if_match=form.seen, now=clock())
        except Stale as refusal:
            newest = {**form.typed, "version": before.version}
            form = replace(form.refused(refusal), typed=newest)
        else:
            return see(f"/cohorts/{slug}/rules", saying="Kept; they count from the next run on.")
    return show(request, cohort, form)


@dataclass(frozen=True, slots=True)
class RulesView:
    """The form of the rules; `tried` is what a preview of it would find."""

    cohort: Cohort
    weights: Sequence[tuple[str, str, str | None]]
    """The name, the title and the hint of each."""
    tried: object


def show(request: Asked, cohort: Cohort, form: Form[Rules], tried: object = None) -> Response[str]:
    hints = {name: field.description for name, field in Weights.model_fields.items()}
    weights = [(name, title, hints[name]) for name, title in FACTOR_TITLES.items()]
    return page(request, "rules/rules.html", RulesView(cohort, weights, tried), form=form)


def as_typed(found: RulesVersion) -> dict[str, Any]:
    parts = found.content.model_dump()  # what an older version does not say has its default
    return {"version": found.version, **parts["weights"], **parts["requirements"], **parts["aim"]}


async def read(request: Asked, before: RulesVersion) -> Form[Rules]:
    """The rules from fields that lie side by side on the page; no tick, no field."""
    sent = await sent_by(request)
    typed: dict[str, Any] = {name: "".join(sent.texts(name)[-1:]) for name in as_typed(before)}
    typed |= {name: name in sent.fields for name in TICKED}
    nested = {
        part: {name: typed[name] for name in schema.model_fields} for part, schema in PARTS.items()
    }
    nested["weights"]["own"] = before.content.weights.own
    try:
        return Form(typed, Rules.model_validate(nested))
    except ValidationError as error:
        found = field_errors(error)
        errors = {one.field.rpartition("/")[2]: one.message for one in found}
        return Form(typed, None, errors, 422)


router = Router("", route_handlers=[rules_page, change_rules_from_page], include_in_schema=False)
