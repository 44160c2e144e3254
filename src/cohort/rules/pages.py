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
from cohort.errors import Invalid, Stale
from cohort.http.forms import Form, field_errors, sent_by
from cohort.http.pages import Asked, page, see
from cohort.pairing.result import FACTOR_TITLES
from cohort.pairing.rules import Aim, Requirements, Rules, Weights
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import service as questions
from cohort.rules import own, service
from cohort.rules.models import RulesVersion
from cohort.rules.own import OwnRow

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
    asked = own.rows(await questions.put_to_both(db, cohort.id))
    return show(request, cohort, asked, Form(as_typed(found, asked)))


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
    asked = own.rows(await questions.put_to_both(db, cohort.id))
    form = await read(request, before, asked)
    if form.value is not None:
        try:
            await service.change(db, actor, cohort.id, form.value, if_match=form.seen, now=clock())
        except Stale as refusal:
            newest = {**form.typed, "version": before.version}
            form = replace(form.refused(refusal), typed=newest)
        except Invalid as refusal:
            form = refused(form, refusal, asked)
        else:
            return see(f"/cohorts/{slug}/rules", saying="Kept; they count from the next run on.")
    return show(request, cohort, asked, form)


@dataclass(frozen=True, slots=True)
class RulesView:
    """The form of the rules; `tried` is what a preview of it would find."""

    cohort: Cohort
    weights: Sequence[tuple[str, str, str | None]]
    """The name, the title and the hint of each."""
    own: Sequence[OwnRow]
    tried: object


def show(
    request: Asked,
    cohort: Cohort,
    asked: Sequence[OwnRow],
    form: Form[Rules],
    tried: object = None,
) -> Response[str]:
    hints = {name: field.description for name, field in Weights.model_fields.items()}
    weights = [(name, title, hints[name]) for name, title in FACTOR_TITLES.items()]
    view = RulesView(cohort, weights, asked, tried)
    return page(request, "rules/rules.html", view, form=form)


def as_typed(found: RulesVersion, asked: Sequence[OwnRow]) -> dict[str, Any]:
    rules = found.content  # what an older version does not say has its default
    parts = rules.model_dump()
    side_by_side = {**parts["weights"], **parts["requirements"], **parts["aim"]}
    del side_by_side["own"]
    if rules.aim.least_gain is None:
        side_by_side["least_gain"] = ""
    own_fields = own.as_typed(asked, rules.weights.own)
    return {"version": found.version, **side_by_side, **own_fields}


async def read(request: Asked, before: RulesVersion, asked: Sequence[OwnRow]) -> Form[Rules]:
    """The rules from fields that lie side by side on the page; no tick, no field."""
    sent = await sent_by(request)
    fields = as_typed(before, asked)
    typed: dict[str, Any] = {name: "".join(sent.texts(name)[-1:]) for name in fields}
    typed |= {name: name in sent.fields for name in TICKED}
    nested: dict[str, dict[str, Any]] = {
        part: {name: typed[name] for name in schema.model_fields if name in typed}
        for part, schema in PARTS.items()
    }
    if not nested["aim"].get("least_gain", "").strip():
        nested["aim"]["least_gain"] = None
    nested["weights"]["own"] = own.read(sent, asked)
    try:
        return Form(typed, Rules.model_validate(nested))
    except ValidationError as error:
        return Form(typed, None, own.at_fields(field_errors(error), asked), 422)


def refused(form: Form[Rules], refusal: Invalid, asked: Sequence[OwnRow]) -> Form[Rules]:
    return replace(form.refused(refusal), errors=own.at_fields(refusal.errors, asked))


router = Router("", route_handlers=[rules_page, change_rules_from_page], include_in_schema=False)
