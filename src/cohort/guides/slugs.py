"""Readable names of sections that stay the same from import to import."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

TITLE_PART = 60
PARENT_PART = 50
POSSESSIVE = re.compile(r"['’](?=s\b)")


class SlugBook:
    """The slugs already given in one guide; `take` finds the next free one."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._last_number: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        slug, number = wanted, self._last_number.get(wanted, 1)
        while slug in self._taken:
            number += 1
            slug = f"{wanted}-{number}"
        self._last_number[wanted] = number
        self._taken.add(slug)
        return slug


def latin_slug(title: str, *, otherwise: str = "milestone") -> str:
    """A name in addresses, of the letters a to z and digits; `otherwise`, where it has none."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) > TITLE_PART:
        slug = slug[: TITLE_PART + 1].rpartition("-")[0] or slug[:TITLE_PART]
    return slug or otherwise


def slug_of(title: str) -> str:
    """Return the letters, marks and digits of the title, in lower case, with hyphens between.

    At most 60 characters; letters of every script are kept. A title without any is "section".
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    text = POSSESSIVE.sub("", text)
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()
    slug = "-".join(words)
    if len(slug) > TITLE_PART:
        slug = slug[: TITLE_PART + 1].rpartition("-")[0] or slug[:TITLE_PART]
    return slug or "section"


def qualified(parent_slug: str | None, slug: str) -> str:
    """Return the slug with its parent's before it: at most 111 characters."""
    return f"{parent_slug[:PARENT_PART].rstrip('-')}-{slug}" if parent_slug else slug


def slugs_of(titles: Sequence[str], parents: Sequence[int | None]) -> list[str]:
    """Name every section of a guide; `parents[i]` is the index of i's parent (or None), below i.

    A title that stands once gives the slug alone. Where it stands several times, each carries
    its parent's slug, so that a section elsewhere renames none; a number settles the rest.
    """
    own = [slug_of(title) for title in titles]
    uses = Counter(own)
    book = SlugBook(slug for slug, count in uses.items() if count == 1)
    named: list[str] = []
    for slug, parent in zip(own, parents, strict=True):
        if uses[slug] == 1:
            named.append(slug)
        else:
            parent_slug = None if parent is None else named[parent]
            named.append(book.take(qualified(parent_slug, slug)))
    return named
