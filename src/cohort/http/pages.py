"""Pages: the template environment, forms, and the sentence shown after an act."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_origin
from urllib.parse import quote, unquote

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.response import Redirect
from markdown_it import MarkdownIt
from markupsafe import Markup
from pydantic import BaseModel, ValidationError

from cohort.errors import FieldError, Refusal, Stale
from cohort.http.formats import FILTERS, GLOBALS
from cohort.settings import PACKAGE, Settings

Pages = Environment
Asked = Request[Any, Any, State]
Form = TypeVar("Form", bound=BaseModel)

STATIC = PACKAGE / "static"
SAID = "cohort_said"
# Browsers read \ as /, and skip tabs and ends of lines: //elsewhere could hide behind either.
_HERE = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")


class Fingerprints:
    """Versioned addresses of static files, so that browsers may keep them for ever."""

    def __init__(self, folder: Path) -> None:
        self._known = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            for file in folder.iterdir()
            if file.is_file()
        }

    def __call__(self, name: str) -> str:
        return f"/static/{name}?v={self._known[name]}"


def create_pages(settings: Settings) -> Pages:
    pages = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(FILTERS)
    pages.filters["markdown"] = markdown
    pages.filters["summary"] = summary
    pages.globals.update(GLOBALS)
    pages.globals["static"] = Fingerprints(STATIC)
    pages.globals["development"] = settings.development
    return pages


def markdown(text: str) -> Markup:
    """Markdown as HTML that can do no harm: no raw HTML, no scripts, no pictures."""
    html = MarkdownIt("js-default", {"breaks": True}).disable("image").render(text)
    return Markup(nh3.clean(html, link_rel="nofollow noopener noreferrer"))  # noqa: S704


def summary(errors: Mapping[str, str]) -> list[dict[str, str]]:
    """Errors by field as the list that stands above a form."""
    return [{"field": field, "message": message} for field, message in errors.items()]


def page(asked: Asked, template: str, *, status: int = 200, **context: Any) -> Response[str]:
    """Render a page for whoever asks."""
    said = asked.cookies.get(SAID)
    response = Response(
        pages_of(asked)
        .get_template(template)
        .render(
            **context,
            actor=asked.scope.get("user"),
            nav=nav_for(asked),
            flashes=[{"kind": "ok", "text": unquote(said)}] if said else [],
        ),
        media_type="text/html; charset=utf-8",
        status_code=status,
    )
    if said:
        response.delete_cookie(SAID)
    return response


def pages_of(asked: Asked) -> Pages:
    pages: Pages = asked.app.state.pages
    return pages


def nav_for(asked: Asked) -> list[dict[str, Any]]:
    entries = [("Home", "/"), ("Cohorts", "/cohorts")] if asked.scope.get("user") else []
    settings: Settings = asked.app.state.settings
    if settings.keeps_mail:
        entries.append(("Mailbox", "/mailbox"))
    here = asked.url.path
    return [
        {"title": title, "href": href, "current": here == href or here.startswith(f"{href}/")}
        for title, href in entries
    ]


def see(address: str, *, saying: str = "", cookies: Sequence[Cookie] = ()) -> Redirect:
    """After a form was handled: go there with GET, and say once what happened."""
    said = [Cookie(SAID, value=quote(saying), max_age=60, httponly=True, samesite="lax")]
    return Redirect(address, status_code=303, cookies=[*cookies, *(said if saying else [])])


def local(address: str | None) -> str:
    """An address on this site, or the home page: nobody is sent elsewhere by a link of ours."""
    return address if address and _HERE.fullmatch(address) else "/"


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
