"""Forms in a browser: what was typed, what it means, and what is wrong with it, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, get_args, get_origin

from litestar.datastructures import FormMultiDict
from pydantic import BaseModel, ValidationError

from cohort.errors import FieldError, Invalid, Refusal, Stale
from cohort.http.etag import etag
from cohort.http.formats import hours_of_ticks
from cohort.http.pages import Asked
from cohort.http.patterns import expected

Schema = TypeVar("Schema", bound=BaseModel)


CONFIRMING = "confirm_password"
"""May come with any form: the password of whoever is signed in, asked for once more."""


@dataclass(frozen=True, slots=True)
class Form(Generic[Schema]):
    """`value` is there when nothing is wrong; a page shows `typed` and `errors` again."""

    typed: Mapping[str, Any] = field(default_factory=dict)
    value: Schema | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def seen(self) -> str:
        """The ETag of what the form was made from; where it says none, none matches."""
        return etag(self.typed.get("version", ""))

    def refused(
        self, refusal: Refusal, *, at: str | None = None, status: int = 422
    ) -> "Form[Schema]":
        """With the refusal's errors, or its sentence at one field."""
        errors = errors_of(refusal) if at is None else {at: refusal.sentence}
        return replace(self, value=None, errors=errors, status=status)


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields as a browser sends them: every value a text, a ticked box one value of many."""

    fields: FormMultiDict

    def texts(self, name: str) -> list[str]:
        values = self.fields.getall(name, [])
        return [text for text in values if isinstance(text, str) and text]

    def lines(self, name: str) -> list[str]:
        """One entry on each line; what is only white does not count."""
        typed = "\n".join(self.texts(name)).splitlines()
        return [line.strip() for line in typed if line.strip()]

    def hours(self) -> list[dict[str, str]]:
        """The weekly hours of the ticked boxes."""
        try:
            return hours_of_ticks(self.texts("weekly_hours"))
        except KeyError as error:
            sentence = "These hours are not on the form. Open the form again."
            raise Invalid.at("weekly_hours", sentence) from error

    @property
    def step(self) -> str:
        """Of a form with a summary: "summary" asks for it, "change" leads back, "" sends."""
        return "".join(self.texts("step"))

    @property
    def is_of_a_program(self) -> bool:
        """People do not see the field: whoever fills it is thanked like others, and forgotten."""
        return bool(self.texts("website"))

    def carried(self) -> list[tuple[str, str]]:
        """What was typed, as hidden fields of a page that sends it again."""
        pairs = self.fields.multi_items()
        return [(name, text) for name, text in pairs if isinstance(text, str) and name != "step"]

    def as_typed(self, schema: type[BaseModel]) -> dict[str, Any]:
        """By name: all values of what the schema takes as a list, else the last one."""
        typed: dict[str, Any] = {}
        for name in self.fields:
            if name == CONFIRMING:
                continue
            values = [value for value in self.fields.getall(name) if isinstance(value, str)]
            known = schema.model_fields.get(name)
            many = known is not None and get_origin(known.annotation) is list
            typed[name] = [v for v in values if v] if many else values[-1] if values else ""
        return typed


async def sent_by(asked: Asked) -> Sent:
    return Sent(await asked.form())


async def read_form(asked: Asked, schema: type[Schema], **given: Any) -> Form[Schema]:
    """What is `given` is known from elsewhere, such as the page's address."""
    return checked(schema, (await sent_by(asked)).as_typed(schema) | given)


NOT_TYPED = {"version", "step", "website", "proof"}
"""What a page sends of its own beside the fields of a schema."""


def _takes_text(annotation: Any) -> bool:
    return annotation is str or any(_takes_text(part) for part in get_args(annotation))


def checked(schema: type[Schema], typed: Mapping[str, Any]) -> Form[Schema]:
    """Browsers send a field that was left empty as "": where it is needed, that is missing.

    So it is where it is no text: an empty day is none.

    The version that the form was made from is no field of a schema: see `Form.seen`.
    """
    needed = {
        name
        for name, field in schema.model_fields.items()
        if field.is_required() or (field.default is None and not _takes_text(field.annotation))
    }
    filled = {
        name: text
        for name, text in typed.items()
        if name not in NOT_TYPED and (text != "" or name not in needed)
    }
    try:
        return Form(typed, schema.model_validate(filled))
    except ValidationError as error:
        return Form(typed, None, _first_by_field(field_errors(error)), 422)


CHANGED_MEANWHILE = (
    "This was changed, by someone else or in another window, after you opened it. What you typed"
    " is not kept yet: send it again, and it replaces what is there now."
)


def errors_of(refusal: Refusal) -> dict[str, str]:
    """A refusal as a form shows it: by field, or above the form."""
    if isinstance(refusal, Stale):
        return {"": CHANGED_MEANWHILE}
    return _first_by_field(refusal.errors) or {"": refusal.sentence}


def _first_by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    return {error.field.split("/")[0]: error.message for error in reversed(errors)}


def field_errors(error: ValidationError) -> list[FieldError]:
    return [
        FieldError("/".join(str(step) for step in found["loc"]), sentence(found))
        for found in error.errors(include_input=False, include_url=False)
    ]


_SENTENCES = {
    "missing": "This is needed.",
    "extra_forbidden": "We do not know this field. Remove it, or check its spelling.",
    "int_parsing": "This must be a whole number.",
    "int_type": "This must be a whole number.",
    "float_parsing": "This must be a number such as 1.5.",
    "float_type": "This must be a number such as 1.5.",
    "finite_number": "This must be a number such as 1.5.",
    "date_from_datetime_parsing": "This must be a date such as 2026-11-23.",
    "time_parsing": "This must be a time such as 06:00.",
    "too_short": "Choose at least one.",
    "enum": "Choose one of those that are offered.",
    "uuid_parsing": "This is not an id that we gave out.",
}


def sentence(found: Mapping[str, Any]) -> str:
    """What was wrong with a value, in words for a person."""
    kind, facts = found["type"], found.get("ctx", {})
    is_list = facts.get("field_type") in {"List", "Set", "Tuple"}
    if kind in {"string_too_short", "too_short"} and not is_list:
        least = facts["min_length"]
        return "This is needed." if least == 1 else f"This needs at least {least} characters."
    if kind in {"string_too_long", "too_long"}:
        most = f"{facts['max_length']:,}"
        return f"This is longer than {most} {'entries' if is_list else 'characters'}."
    if kind == "greater_than_equal":
        return f"This must be at least {_bound(facts['ge'])}."
    if kind == "string_pattern_mismatch":
        return expected(facts["pattern"])
    if kind == "literal_error":
        return f"This must be {facts['expected'].lower()}."
    if kind == "less_than_equal":
        return f"This must be at most {_bound(facts['le'])}."
    if kind == "value_error":
        return f"This {facts['error']}."
    message: str = _SENTENCES.get(kind) or found["msg"]
    return message.rstrip(".") + "."


def _bound(bound: Any) -> str:
    """As people write it: 0 rather than 0.0."""
    return f"{bound:.15g}" if isinstance(bound, float) else str(bound)
