"""What the forms offer to choose from, as groups of options."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

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


def zones(chosen: str = "") -> Options:
    """Cities by continent; a zone of another name is offered to who has it."""
    groups = _cities()
    named = {option["value"] for group in groups for option in group["options"]}
    other = [zone for zone in ("UTC", chosen) if zone and zone not in named]
    own = [{"value": zone, "label": zone} for zone in dict.fromkeys(other)]
    return [{"label": "No city", "options": own}, *groups]


def zone_names() -> list[str]:
    """UTC and every city that `zones` offers."""
    return ["UTC", *(one["value"] for group in _cities() for one in group["options"])]


@cache
def _cities() -> Options:
    groups: dict[str, Options] = {}
    for zone in sorted(available_timezones()):
        continent, _, city = zone.partition("/")
        if continent in CONTINENTS:
            label = city.replace("_", " ").replace("/", ", ")
            groups.setdefault(continent, []).append({"value": zone, "label": label})
    return [{"label": continent, "options": found} for continent, found in groups.items()]
