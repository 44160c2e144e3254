"""A Markdown guide as a tree of sections: pure, the same bytes always give the same document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cohort.guides.decoding import GuideUnreadable, decode
from cohort.guides.front_matter import split_front_matter
from cohort.guides.html_headings import HtmlHeading, banner_in, headings_in, says_something
from cohort.guides.slugs import slug_of, slugs_of

__all__ = ["GuideDocument", "GuideUnreadable", "SectionDraft", "parents_of", "read_guide"]

TITLE_LIMIT = 500
PLAIN = re.compile(r"[^\\`*_\[\]<>!&]*")
"""A heading without any character that Markdown could mean something by."""

CONTENTS = {"contents", "content", "table-of-contents", "toc", "index", "inhalt", "indice"}
"""Slugs of headings that name no guide."""
PREAMBLE_NOTE = (
    "The text above the first heading (line {line}) belongs to no section and was left out: "
    "give it a heading."
)


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """One heading and the Markdown below it, up to the next heading of whatever level."""

    slug: str
    title: str
    level: int
    parent_slug: str | None
    position: int
    body: str


@dataclass(frozen=True, slots=True)
class GuideDocument:
    """A guide as read; `sections` are in reading order, each after its parent.

    `notes` says, in sentences, what was left out.
    """

    title: str
    description: str
    author: str
    date: date | None
    tags: tuple[str, ...]
    sections: tuple[SectionDraft, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    level: int
    start: int
    """The first line of the heading, counted from 0 below the front matter."""
    end: int


def read_guide(raw: bytes, *, most_headings: int | None = None) -> GuideDocument:
    """Read a guide of at most 20 MB and 400,000 lines, in time linear in its size.

    Only headings that stand on their own open a section (CommonMark decides; one inside a code
    fence, a comment, a list or a quote does not), whether they are Markdown's or `<h1>` to
    `<h6>`. A section's parent is the nearest heading above it of a lower level, however many
    levels lie between. Raises GuideUnreadable.
    """
    text = decode(raw)
    front_matter, skipped = split_front_matter(text)
    lines = text.split("\n")[skipped:]
    headings, notes = _headings("\n".join(lines), skipped, most_headings)
    if not headings:
        raise GuideUnreadable(
            "The file has no headings: begin each section with one, such as '# Title'."
        )
    preamble = "\n".join(lines[: headings[0].start])
    if says_something(preamble):
        note = PREAMBLE_NOTE.format(line=skipped + headings[0].start + 1)
        notes = (note, *notes)
    return GuideDocument(
        title=front_matter.title or _title_of(headings, preamble),
        description=front_matter.description,
        author=front_matter.author,
        date=front_matter.date,
        tags=front_matter.tags,
        sections=_sections(headings, lines),
        notes=notes,
    )


def _headings(text: str, skipped: int, most: int | None) -> tuple[list[_Heading], tuple[str, ...]]:
    """Return the headings of the text, and notes on those without words."""
    references: dict[str, Any] = {}
    blocks = MarkdownIt("commonmark").disable("inline").parse(text, references)
    count = sum(block.type == "heading_open" for block in blocks)
    if most is not None and count > most:
        raise GuideUnreadable(
            f"The text has {count:,} headings; a guide may have at most {most:,}. "
            "Split it into several guides."
        )
    words = MarkdownIt("commonmark")
    found: list[_Heading] = []
    for opening, content in pairwise([*blocks, Token("", "", 0)]):
        if opening.level > 0 or opening.map is None:
            continue
        start, end = opening.map
        if opening.type == "html_block":
            found += [_of_html(one, start) for one in headings_in(opening.content)]
        elif opening.type == "heading_open":
            _refuse_long(content.content, skipped + start + 1)
            title = _title(content.content, words, references)
            found.append(_Heading(title, int(opening.tag[1:]), start, end))
    for one in found:
        _refuse_long(one.title, skipped + one.start + 1)
    headings = [one for one in found if one.title]
    nameless = [skipped + one.start + 1 for one in found if not one.title]
    if not nameless:
        return headings, ()
    note = (
        f"Headings without words were passed over ({len(nameless)}, the first on line "
        f"{nameless[0]}): what is below them stays with the section before."
    )
    return headings, (note,)


def _of_html(heading: HtmlHeading, start: int) -> _Heading:
    return _Heading(heading.title, heading.level, start + heading.first, start + heading.last + 1)


def _refuse_long(title: str, line: int) -> None:
    if len(title) > TITLE_LIMIT:
        raise GuideUnreadable(
            f"this heading has {len(title):,} characters; a title may have at most "
            f"{TITLE_LIMIT}. Does a line of '===' or '---' stand directly under a paragraph?",
            line=line,
        )


def _title_of(headings: Sequence[_Heading], preamble: str) -> str:
    """The first heading that is no list of contents; an only one of the first level before it.

    Without any of the first level, a picture above them all may say what the guide is called.
    """
    telling = [one for one in headings if slug_of(one.title) not in CONTENTS] or headings
    highest = [one for one in telling if one.level == 1]
    if len(highest) == 1:
        return highest[0].title
    return telling[0].title if highest else banner_in(preamble) or telling[0].title


def _title(markdown: str, words: MarkdownIt, references: dict[str, Any]) -> str:
    if PLAIN.fullmatch(markdown):
        return " ".join(markdown.split())
    tokens = words.parseInline(markdown, references)
    title = "".join(_plain(token) for token in tokens)
    if not title.strip():  # pictures alone say what they show
        title = "".join(_plain(token, of_pictures=True) for token in tokens)
    return " ".join(title.split())


def _plain(token: Token, *, of_pictures: bool = False) -> str:
    """Return the words that a reader would see; a badge beside a title is none of it."""
    if token.type == "image" and not of_pictures:
        return ""
    if token.children:
        return "".join(_plain(one, of_pictures=of_pictures) for one in token.children)
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content if token.type in {"text", "code_inline"} else ""


def _sections(headings: Sequence[_Heading], lines: Sequence[str]) -> tuple[SectionDraft, ...]:
    parents = parents_of([heading.level for heading in headings])
    slugs = slugs_of([heading.title for heading in headings], parents)
    ends = [heading.start for heading in headings[1:]] + [len(lines)]
    return tuple(
        SectionDraft(
            slug=slugs[position],
            title=heading.title,
            level=heading.level,
            parent_slug=None if parent is None else slugs[parent],
            position=position,
            body=_body(lines[heading.end : end]),
        )
        for position, (heading, parent, end) in enumerate(zip(headings, parents, ends, strict=True))
    )


def parents_of(levels: Sequence[int]) -> list[int | None]:
    """Return for each heading the index of the nearest one above it with a lower level."""
    parents: list[int | None] = []
    open_above: list[int] = []
    for index, level in enumerate(levels):
        while open_above and levels[open_above[-1]] >= level:
            open_above.pop()
        parents.append(open_above[-1] if open_above else None)
        open_above.append(index)
    return parents


def _body(lines: Sequence[str]) -> str:
    """Join the lines without the blank ones at both ends; indentation means something."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(lines[first:last])
