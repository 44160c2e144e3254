"""Headings that a course page writes in HTML, as many do for a centred title: pure, and linear."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)h([1-6])(?=[\s/>])[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_ALT = re.compile(r"""<img\b[^<>]*?\balt\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)
_BADGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?")
_LINK = re.compile(r"\[\s*\](?:\([^()]*\)|\[[^\[\]]*\])?")
_NO_TITLE = re.compile(
    r"\b(?:badge|logo|banner|cover|image|picture|licen[sc]e|build|stars?)\b", re.IGNORECASE
)
_VERBATIM = ("<pre", "<script", "<style", "<textarea")


@dataclass(frozen=True, slots=True)
class HtmlHeading:
    """`first` and `last` are lines, counted from the start of the block."""

    title: str
    level: int
    first: int
    last: int


def headings_in(block: str) -> Iterator[HtmlHeading]:
    """The `<h1>` to `<h6>` of one block of HTML; what is commented out or code is none."""
    if block.lstrip().lower().startswith(_VERBATIM):
        return
    block = without_comments(block)
    opened: re.Match[str] | None = None
    for tag in _TAG.finditer(block):
        if not tag[1]:
            opened = tag
        elif opened is not None and opened[2] == tag[2]:
            inside = block[opened.end() : tag.start()]
            first = block.count("\n", 0, opened.start())
            last = first + block.count("\n", opened.start(), tag.end())
            yield HtmlHeading(words_of(inside), int(tag[2]), first, last)
            opened = None


def words_of(markup: str) -> str:
    """What a reader sees of it; of pictures alone, what they say of themselves."""
    words = html.unescape(_ANY_TAG.sub(" ", markup)).replace("<", " ").split()
    if not words:
        said = " ".join(one or two for one, two in _ALT.findall(markup))
        words = html.unescape(said).split()
    return " ".join(words)


def banner_in(preamble: str) -> str:
    """What a first large picture says of itself: often the title. Badges stand in links."""
    preamble = without_comments(preamble)
    found = _ALT.search(preamble)
    said = html.unescape(found[1] or found[2] or "") if found else ""
    is_linked = (
        found is not None
        and preamble[: found.start()].rstrip().endswith(">")
        and (preamble.rfind("<a ", 0, found.start()) > preamble.rfind("</a", 0, found.start()))
    )
    if is_linked or _NO_TITLE.search(said) or len(said) > 100:
        return ""
    return " ".join(said.split())


def without_comments(block: str) -> str:
    """Every line stays where it was."""
    parts: list[str] = []
    at = 0
    while (start := block.find("<!--", at)) >= 0:
        end = block.find("-->", start)
        end = len(block) if end < 0 else end + 3
        parts += [block[at:start], "\n" * block.count("\n", start, end)]
        at = end
    return "".join([*parts, block[at:]])


def says_something(text: str) -> bool:
    """Whether anything but tags, badges and pictures stands there."""
    text = _LINK.sub("", _BADGE.sub("", _ANY_TAG.sub("", without_comments(text))))
    return any(character.isalnum() for character in text)
