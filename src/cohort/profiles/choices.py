"""What the forms offer to choose from, as groups of options."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from cohort.profiles.languages import LANGUAGES, OFTEN_SPOKEN

Options = list[dict[str, Any]]

CONTINENTS = {
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}
STAGE_CHOICES: Options = [
    {"value": "phd", "label": "PhD student"},
    {"value": "postdoc", "label": "Postdoc"},
    {"value": "researcher", "label": "Researcher after that"},
]


class Word(Protocol):
    """A term of a taxonomy."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def parent_slug(self) -> str | None: ...


def options(words: Iterable[Word]) -> Options:
    return [{"value": word.slug, "label": word.title} for word in words]


def trees(words: Sequence[Word]) -> Options:
    """One group for each tree, its root first, then all that lies in it."""
    parent_of = {word.slug: word.parent_slug for word in words}
    groups: dict[str, Options] = {}
    for word in words:
        root = word.slug
        while (above := parent_of.get(root)) is not None:
            root = above
        groups.setdefault(root, []).append({"value": word.slug, "label": word.title})
    titles = {word.slug: word.title for word in words}
    return [{"label": titles[root], "options": found} for root, found in groups.items()]


def languages(chosen: Iterable[str] = ()) -> Options:
    """Those often spoken, and those that were chosen."""
    offered = {code for code in chosen if code in LANGUAGES} | OFTEN_SPOKEN
    by_name = sorted(offered, key=LANGUAGES.__getitem__)
    return [{"value": code, "label": LANGUAGES[code]} for code in by_name]
