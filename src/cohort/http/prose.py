"""Markdown as HTML: bounded in what it may cost, rendered once, and kept.

To look for the end of a link from each bracket costs the square of the text's length. So each
paragraph may take a number of steps in proportion to its length; one that needs more is shown
as it was typed, and so is a table whose empty cells would be far more than its text. What is
long is rendered beside the event loop (`prepare`) before a page asks.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import nh3
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup

from cohort.http.addresses import from_base

STEPS_PER_CHARACTER = 2
STEPS_AT_LEAST = 2_000
LONGEST_PARAGRAPH = 20_000
"""A longer one is shown as it was typed: no person writes it."""
CELLS_AT_LEAST = 2_000
"""Rows that are shorter than their table's head are filled up: with so many cells, and then with as
many as the table has characters."""
MOST_KEPT = 32_000_000
"""Characters of HTML in one process."""
AT_ONCE = 500
"""Shorter texts are not worth a thread."""
LINK_REL = "nofollow noopener noreferrer"
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area", "header", "footer", "nav", "article", "aside"}


class TooManySteps(Exception):
    pass


class BoundedInline(ParserInline):
    """Gives up on a paragraph whose links and brackets cost more than its length allows."""

    left = 0

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        self.left = STEPS_AT_LEAST + STEPS_PER_CHARACTER * len(src)
        before = len(tokens)
        if len(src) <= LONGEST_PARAGRAPH:
            try:
                return super().parse(src, md, env, tokens)
            except TooManySteps:
                del tokens[before:]
        tokens.append(Token("text", "", 0, content=src))
        return tokens

    def skipToken(self, state: StateInline) -> None:  # noqa: N802  (the library's name)
        self.left -= 1
        if self.left < 0:
            raise TooManySteps
        super().skipToken(state)


def bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """A table, unless filling up its rows would make it far longer than it was typed."""
    if silent or not table(state, start, end, silent=True):
        return table(state, start, end, silent)
    last = start
    while last + 1 < end and not state.isEmpty(last + 1):
        last += 1
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    typed = state.eMarks[last] - state.bMarks[start]
    if columns * (last - start) > CELLS_AT_LEAST + typed:
        return False
    return table(state, start, end, silent)


def bounded(md: MarkdownIt) -> MarkdownIt:
    """With the same rules as before, and at a bounded price."""
    inline = BoundedInline()
    inline.ruler, inline.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = inline
    md.block.ruler.at("table", bounded_table, {"alt": ["paragraph", "reference"]})
    return md


def html_of(text: str, *, with_html: bool = False, base: str = "") -> str:
    """What people type, without raw HTML; a guide `with_html` keeps what of it can do no harm.

    Links lead from `base`; one that would lead from whatever page shows it is only text.
    """

    def where(tag: str, name: str, address: str) -> str | None:
        if tag != "a" or name != "href" or (address.startswith("/") and not with_html):
            return address
        return from_base(address, base)

    options = {"breaks": not with_html, "html": with_html}
    md = bounded(MarkdownIt("js-default", options).disable("image"))
    return nh3.clean(md.render(text), tags=TAGS, link_rel=LINK_REL, attribute_filter=where)


class KeptHtml:
    """What was rendered, by its text; the longest unread goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[bytes, str] = OrderedDict()
        self._lock = Lock()

    def has(self, text: str, *, with_html: bool = False, base: str = "") -> bool:
        return self._key(text, base, with_html=with_html) in self._kept

    def html(self, text: str, *, with_html: bool = False, base: str = "") -> str:
        key = self._key(text, base, with_html=with_html)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        html = html_of(text, with_html=with_html, base=base)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = html
                self._size += len(html)
            while self._size > self._most and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return html

    @staticmethod
    def _key(text: str, base: str, *, with_html: bool) -> bytes:
        """A base has no NUL, so that no text can pass for another one with its base."""
        said = f"{base}\0{text}".encode()
        return hashlib.blake2b(said, digest_size=16, salt=bytes([with_html])).digest()


KEPT = KeptHtml()


async def prepare(texts: Iterable[str], *, with_html: bool = False, base: str = "") -> None:
    """Render what a page is about to show, in a thread, so that nobody else waits for it."""
    new = [
        text
        for text in texts
        if len(text) > AT_ONCE and not KEPT.has(text, with_html=with_html, base=base)
    ]
    if new:
        await asyncio.to_thread(_render_all, new, with_html=with_html, base=base)


def _render_all(texts: list[str], *, with_html: bool, base: str) -> None:
    for text in texts:
        KEPT.html(text, with_html=with_html, base=base)


def markdown(text: str) -> Markup:
    """Markdown as HTML that can do no harm: no raw HTML, no scripts, no pictures."""
    return Markup(KEPT.html(text))  # noqa: S704  (cleaned)


def guide_markdown(text: str, base: str) -> Markup:
    """The same for a course's own page: what of its HTML is harmless stays, pictures do not."""
    return Markup(KEPT.html(text, with_html=True, base=base))  # noqa: S704  (cleaned)
