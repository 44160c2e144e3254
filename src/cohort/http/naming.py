"""The list above a refused form names each field in the words that stand at the field."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from markupsafe import escape

MARK = "data-errors"
LONGEST = 80
_LIST = re.compile(rf"(<ul {MARK}>)(.*?)(</ul>)", re.DOTALL)
_ERROR = re.compile(r'<li data-field="([^"]*)">(.*?)</li>', re.DOTALL)
_ID = "field-"


def name_fields(html: str) -> str:
    """Only a page that refuses something is read; then each error leads to its field by name."""
    if f"<ul {MARK}>" not in html:
        return html
    read = _Labels()
    read.feed(html)
    return _LIST.sub(lambda found: found[1] + _named(found[2], read) + found[3], html)


def _named(errors: str, read: "_Labels") -> str:
    """In the order of the form; what nobody sees on the page comes last, by its own name."""
    found = {unescape(name): message for name, message in _ERROR.findall(errors)}
    known = [name for name in read.fields if name in found]
    unseen = [name for name in found if name not in read.fields]
    links = [
        f'<a href="#{_ID}{escape(name)}">{_said(read.label(name), found[name])}</a>'
        for name in known
    ]
    rest = [_said(name.replace("_", " ").capitalize(), found[name]) for name in unseen]
    return "".join(f"<li>{one}</li>" for one in links + rest)


def _said(label: str, message: str) -> str:
    if not label:
        return message
    short = label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
    return f"{escape(short)}{'' if short.endswith(('?', '…', '.')) else ':'} {message}"


@dataclass
class _OpenLabel:
    """A label, a legend: of which field, until which tag, and the words so far."""

    name: str
    tag: str
    words: list[str] = field(default_factory=list)


class _Labels(HTMLParser):
    """The fields of a page in order, and what stands at each: a label, a legend, `aria-label`."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.group = ""
        self.reading: _OpenLabel | None = None
        self.is_aside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        own = its.get("id") or ""
        if own.startswith(_ID) and not own.endswith(("-hint", "-error")):
            self.group = own.removeprefix(_ID)
            self.fields.setdefault(self.group, its.get("aria-label") or "")
        if tag == "label" and (its.get("for") or "").startswith(_ID):
            self.reading = _OpenLabel((its["for"] or "").removeprefix(_ID), tag)
        elif tag == "legend" and self.group:
            self.reading = _OpenLabel(self.group, tag)
        self.is_aside = its.get("class") == "optional"

    def handle_data(self, data: str) -> None:
        if self.reading and not self.is_aside:
            self.reading.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_aside = False
        if self.reading and tag == self.reading.tag:
            self.labels.setdefault(self.reading.name, " ".join("".join(self.reading.words).split()))
            self.reading = None

    def label(self, name: str) -> str:
        return self.labels.get(name) or self.fields[name]
