"""Pages: the template environment, forms, and the sentence shown after an act."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie, State
from litestar.response import Redirect

from cohort.http.compiled import FOLDER, CompiledTemplates
from cohort.http.formats import FILTERS, GLOBALS
from cohort.http.naming import name_fields
from cohort.http.prose import guide_markdown, markdown
from cohort.settings import PACKAGE, Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Pages = Environment
Asked = Request[Any, Any, State]

STATIC = PACKAGE / "static"
NOTICE = "cohort_notice"
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

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def names(self, path: str, query: str) -> bool:
        """Whether this is the address of a file as it is now, and of no other state of it."""
        folder, _, name = path.rpartition("/")
        return folder == "/static" and name in self._known and query == f"v={self._known[name]}"


def create_pages(settings: Settings) -> Pages:
    pages = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        bytecode_cache=CompiledTemplates(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(FILTERS)
    pages.filters["markdown"] = markdown
    pages.filters["guide_markdown"] = guide_markdown
    pages.globals.update(GLOBALS)
    pages.globals["static"] = Fingerprints(STATIC)
    pages.globals["development"] = settings.development
    return pages


def load_all(pages: Pages) -> None:
    """Before anybody asks for one; where none is compiled yet, all of them take three seconds."""
    for name in pages.list_templates(extensions=["html"]):
        pages.get_template(name)


class FormShown(Protocol):
    """What a page shows again of a form (`cohort.http.forms.Form`)."""

    @property
    def typed(self) -> Mapping[str, Any]: ...
    @property
    def errors(self) -> Mapping[str, str]: ...
    @property
    def status(self) -> int: ...


def page(
    asked: Asked,
    template: str,
    view: "DataclassInstance | None" = None,
    /,
    *,
    form: FormShown | None = None,
    status: int = 200,
    **context: Any,
) -> Response[str]:
    """Render a page for whoever asks.

    The template sees the fields of `view`, a frozen record, by their names; a few values may be
    given by name instead. Of a `form`, it sees `typed` and `errors`, and the form says the status.
    """
    if view is not None:
        context |= {one.name: getattr(view, one.name) for one in fields(view)}
    if form is not None:
        context |= {"typed": form.typed, "errors": form.errors}
        status = form.status
    notice = asked.cookies.get(NOTICE)
    response = Response(
        name_fields(
            pages_of(asked)
            .get_template(template)
            .render(
                **context,
                actor=asked.scope.get("user"),
                nav=nav_for(asked),
                flashes=[{"kind": "ok", "text": unquote(notice)}] if notice else [],
            )
        ),
        media_type=MediaType.HTML,
        status_code=status,
    )
    if notice:
        response.delete_cookie(NOTICE)
    return response


def pages_of(asked: Asked) -> Pages:
    pages: Pages = asked.app.state.pages
    return pages


def nav_for(asked: Asked) -> list[dict[str, Any]]:
    user = asked.scope.get("user")
    entries = [("Home", "/"), ("Cohorts", "/cohorts")] if user else []
    if user and user.is_admin:
        entries.append(("People", "/people"))
    settings: Settings = asked.app.state.settings
    if settings.shows_mail:
        entries.append(("Mailbox", "/mailbox"))
    here = asked.url.path
    return [
        {"title": title, "href": href, "current": here == href or here.startswith(f"{href}/")}
        for title, href in entries
    ]


def see(address: str, *, saying: str = "", cookies: Sequence[Cookie] = ()) -> Redirect:
    """After a form was handled: go there with GET, and say once what happened."""
    notice = [Cookie(NOTICE, value=quote(saying), max_age=60, httponly=True, samesite="lax")]
    return Redirect(address, status_code=303, cookies=[*cookies, *(notice if saying else [])])


def local(address: str | None) -> str:
    """An address on this site, or the home page: nobody is sent elsewhere by a link of ours."""
    return address if address and _HERE.fullmatch(address) else "/"
