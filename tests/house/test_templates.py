"""The pages' Content-Security-Policy allows nothing inline; the templates keep to it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

import cohort
from cohort.http import formats
from cohort.rooms import JOBS

HOME = Path(cohort.__file__).parent
TEMPLATES = HOME / "templates"
MAILS = {
    TEMPLATES / "mail.html",
    TEMPLATES / "mail_button.html",
    *TEMPLATES.glob("emails/**/*.html"),
}
PAGES = sorted(set(TEMPLATES.rglob("*.html")) - MAILS)
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style block": re.compile(r"<style\b"),
    "an event attribute": re.compile(r"<[^>]*\son\w+\s*="),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)"),
    "an address of another site": re.compile(r"""(src|href|action)=["']?(https?:)?//"""),
    "a value that skips escaping": re.compile(r"\|\s*safe\b"),
}


def rendered_design() -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FILTERS)
    environment.globals.update(formats.GLOBALS, static=lambda path: f"/static/{path}")
    return environment.get_template("operations/design.html").render(
        actor={"name": "Nkechi <b>O'Neil</b>"},
        nav=[{"title": "Home", "href": "/", "current": True}],
        flashes=[{"kind": "ok", "text": "Saved & sent"}],
        now=datetime(2026, 11, 23, 17, tzinfo=UTC),
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TEMPLATES).as_posix())
def test_no_page_needs_what_the_policy_forbids(page):
    source = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)
    found = [what for what, pattern in INLINE.items() if pattern.search(source)]
    assert found == [], f"{page.name} has {found}; use a class, app.js, or the package's own files."


def test_the_design_page_shows_every_macro():
    defined = re.findall(r"macro ([a-z]\w*)\(", (TEMPLATES / "macros.html").read_text())
    pages = ("operations/design.html", "base.html")
    shown = "".join((TEMPLATES / name).read_text() for name in pages)
    through_others = {"icon", "field_error", "fieldset", "bar", "factor_bars"}
    missing = {name for name in defined if f"ui.{name}(" not in shown} - through_others
    assert missing == set(), "Show the new macro on the design page, in every state it has."


def test_what_people_typed_is_escaped():
    page = rendered_design()
    assert "Nkechi &lt;b&gt;O&#39;Neil&lt;/b&gt;" in page
    assert "Saved &amp; sent" in page


def test_every_id_is_unique_and_every_description_exists():
    page = rendered_design()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    described = " ".join(re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page)).split()
    assert set(described) <= set(ids)


def test_work_that_failed_is_named_in_words():
    source = (TEMPLATES / "dashboard" / "_parts.html").read_text()
    assert set(re.findall(r'"(\w+\.\w+)": "', source)) == set(JOBS)
