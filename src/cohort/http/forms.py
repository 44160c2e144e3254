"""Forms in a browser: what was typed as a schema's instance, or the errors field by field."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from cohort.errors import FieldError, Refusal, Stale
from cohort.http.pages import Asked

Form = TypeVar("Form", bound=BaseModel)


async def read_form(
    asked: Asked, form: type[Form], **given: Any
) -> tuple[Form | None, dict[str, str], Mapping[str, Any]]:
    """The form as a schema's instance, or the errors by field; and what was typed, to keep it.

    What is `given` is known from elsewhere, such as the page's address.
    """
    sent = await asked.form()
    typed: dict[str, Any] = {}
    for name in sent:
        values = [value for value in sent.getall(name) if isinstance(value, str)]
        field = form.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) is list
        typed[name] = [v for v in values if v] if many else values[-1] if values else ""
    typed.update(given)
    return *validated(form, typed), typed


def validated(form: type[Form], typed: Mapping[str, Any]) -> tuple[Form | None, dict[str, str]]:
    """Browsers send a field that was left empty as "": where it is needed, that is missing."""
    needed = {name for name, field in form.model_fields.items() if field.is_required()}
    filled = {name: text for name, text in typed.items() if text != "" or name not in needed}
    try:
        return form.model_validate(filled), {}
    except ValidationError as error:
        return None, _first_by_field(field_errors(error))


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
    "string_pattern_mismatch": "This is not in the form that we expect.",
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
        return f"This must be at least {facts['ge']}."
    if kind == "literal_error":
        return f"This must be {facts['expected'].lower()}."
    if kind == "less_than_equal":
        return f"This must be at most {facts['le']}."
    if kind == "value_error":
        return f"This {facts['error']}."
    message: str = _SENTENCES.get(kind) or found["msg"]
    return message.rstrip(".") + "."
