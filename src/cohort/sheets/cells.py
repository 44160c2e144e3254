"""What one cell of a spreadsheet says; pure. Whatever cannot be read is a BadCell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from zoneinfo import available_timezones

from babel import Locale

from cohort.sheets.columns import plain
from cohort.sheets.spelling import nearest

MOST_PEOPLE = 1_000
MARKS = re.compile(r"[;|\n\r]+")
STAGE_SPELLINGS = {
    "phd": ("phd", "phd student", "phd candidate", "doctoral", "doctorate", "doctoral researcher"),
    "postdoc": ("postdoc", "postdoctoral", "postdoctoral researcher", "postdoctoral fellow"),
    "researcher": ("researcher", "research staff", "scientist", "professor", "lecturer", "faculty"),
    "industry": ("industry", "company", "engineering"),
}
LOCALES = ("de", "fr", "es", "it", "pt")
"""Beside English, the languages in which the name of a language is understood."""
OTHER_NAMES = {
    "castellano": "es",
    "mandarin": "zh",
    "bengali": "bn",
    "chichewa": "ny",
    "greenlandic": "kl",
}
"""What CLDR, from which the names of languages come, does not call them."""
LEGAL_FORMS = {
    *("inc", "incorporated", "ltd", "limited", "llc", "llp", "plc", "corp", "corporation", "co"),
    *("gmbh", "gmbhcokg", "ag", "kg", "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab"),
}
STAGE_BY_NAME = {plain(name): stage for stage, names in STAGE_SPELLINGS.items() for name in names}


class BadCell(ValueError):
    """What is wrong with a cell, and what to write instead, in a sentence."""


@dataclass
class OwnWords:
    """Words outside the taxonomy: terms of a file, the same for all who write the same.

    titles  by kind of term, then by slug, which no term of a taxonomy can have.
    first   where each was seen first, and which term of the taxonomy may be meant.
    near    the slugs of the terms that may be meant.
    """

    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    first: dict[str, tuple[str, str]] = field(default_factory=dict)
    near: dict[str, list[str]] = field(default_factory=dict)
    place: str = ""
    """The cell that is being read."""
    fate: str = "and are shared only by those who write the same"
    """What becomes of them, as part of a sentence."""

    def slug_of(self, kind: str, word: str, hint: str, near: Sequence[str] = ()) -> str:
        slug = f"{kind} {plain(word)}"
        title = self.titles.setdefault(kind, {}).setdefault(slug, " ".join(word.split()))
        self.first.setdefault(slug, (f"“{title[:60]}” ({self.place})", hint))
        self.near.setdefault(slug, list(near))
        return slug

    @property
    def title_by_slug(self) -> dict[str, str]:
        return {slug: title for words in self.titles.values() for slug, title in words.items()}


@dataclass(frozen=True)
class TermList:
    """The terms of one list, such as the domains: titles by slug. Both can be written."""

    kind: str
    titles: Mapping[str, str]
    hint: str = ""
    """What to write, where no word is near; if empty, that the taxonomy has the words."""
    own: OwnWords | None = None
    """Where words that the list does not have are kept; without it they are refused."""

    @cached_property
    def _slugs(self) -> dict[str, str]:
        return {plain(title): slug for slug, title in self.titles.items()} | {
            plain(slug): slug for slug in self.titles
        }

    def __contains__(self, word: str) -> bool:
        return plain(word) in self._slugs

    def read_all(self, cell: str) -> list[str]:
        """Slugs in the order of the cell; a title may contain a comma."""
        return list(dict.fromkeys(slug for part in split(cell) for slug in self._read_part(part)))

    def _read_part(self, part: str) -> list[str]:
        pieces, found = part.split(","), []
        while pieces:
            ends = range(len(pieces), 0, -1)
            known = (end for end in ends if plain(",".join(pieces[:end])) in self._slugs)
            end = next(known, 1)
            word = ",".join(pieces[:end]).strip()
            found.extend([self.read(word)] if word else [])
            pieces = pieces[end:]
        return found

    def read(self, word: str) -> str:
        slug = self._slugs.get(plain(word))
        if slug is not None:
            return slug
        if self.own is None or not plain(word):
            raise BadCell(f"“{word}” is no {self.kind} that we know. {self._hint(word)}")
        near = self._near_slugs(word)
        return self.own.slug_of(self.kind, word, self._named(near), near)

    def _named(self, slugs: Sequence[str]) -> str:
        return " or ".join(f"“{self.titles[slug]}”" for slug in slugs)

    def _near_slugs(self, word: str) -> list[str]:
        near = nearest(plain(word), list(self._slugs), likeness=0.7, limit=3)
        return list(dict.fromkeys(self._slugs[key] for key in near))

    def _hint(self, word: str) -> str:
        near = self._named(self._near_slugs(word))
        if near:
            return f"Did you mean {near}?"
        if self.hint:
            return self.hint
        examples = " or ".join(f"“{title}”" for title in list(self.titles.values())[:2])
        return f"Write words of the taxonomy, such as {examples}." if examples else ""


def split(cell: str, marks: re.Pattern[str] = MARKS) -> list[str]:
    return [part for part in (part.strip() for part in marks.split(cell)) if part]


def read_list(cell: str) -> list[str]:
    """Names and addresses, split at ; | and new lines, and where there is none of these, at ,."""
    parts = split(cell) if MARKS.search(cell) else split(cell, re.compile(","))
    return list(dict.fromkeys(parts))


def read_organisations(cell: str) -> list[str]:
    """As a list; what only says the kind of a company (Google, Inc.) is none."""
    return [one for one in read_list(cell) if plain(one) not in LEGAL_FORMS]


def read_languages(cell: str, terms: TermList) -> list[str]:
    """Codes or names; `en-GB` is `en`, and German, French, Spanish, Italian and Portuguese
    names are understood beside the English ones.

    How well somebody speaks it may stand in brackets.
    """
    parts = split(re.sub(r"\(.*?\)|\[.*?\]", " ", cell), re.compile(r"[;|,/&\n\r]+| and "))
    spoken = [re.sub(r"^([A-Za-z]{2})[-_][A-Za-z]{2,4}$", r"\1", part) for part in parts]
    return list(dict.fromkeys(_read_language(one, terms) for one in spoken))


def _read_language(name: str, terms: TermList) -> str:
    """In English at first: the names in other languages are loaded for whoever needs them."""
    if name in terms:
        return terms.read(name)
    return terms.read(_codes_by_name().get(plain(name), name))


@lru_cache
def _codes_by_name() -> dict[str, str]:
    names = {locale: Locale(locale).languages for locale in LOCALES}
    return OTHER_NAMES | {
        plain(name): code
        for languages in names.values()
        for code, name in languages.items()
        if len(code) == 2
    }


def read_stage(cell: str, among: Sequence[str], own: OwnWords | None = None) -> str:
    stage = STAGE_BY_NAME.get(plain(cell).removesuffix("s"), "")
    if stage not in among:
        if own is not None and plain(cell):
            return own.slug_of("stage", cell, "")
        raise BadCell(f"“{cell}” is not one of: {', '.join(among)}.")
    return stage


def read_count(cell: str) -> int:
    number = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", cell)
    if number is None or int(number[1]) > MOST_PEOPLE:
        raise BadCell(f"“{cell}” is not a whole number from 0 to {MOST_PEOPLE:,}.")
    return int(number[1])


def read_number(cell: str) -> float:
    """`3`, `2.5` or `2,5`, of at most a billion."""
    if re.fullmatch(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?", cell) is None:
        raise BadCell(f"“{cell}” is not a number such as 3 or 2.5.")
    return float(cell.replace(",", "."))


def read_gaps(cell: str, terms: TermList) -> dict[str, float]:
    """Skills, each worth 1, or the number after its colon: `monitoring: 2.5; SQL`."""
    gaps: dict[str, float] = {}
    for part in split(cell):
        skills, _, weight = part.partition(":")
        try:
            worth = float(weight.replace(",", ".")) if weight.strip() else 1.0
        except ValueError:
            worth = 0.0
        if not 0 < worth <= 1e6:
            raise BadCell(f"“{part}”: the weight of a skill must be a number above 0.")
        gaps |= dict.fromkeys(terms.read_all(skills), worth)
    return gaps


def read_zone(cell: str) -> str:
    """An IANA name, in any case and with spaces; its city alone; or a fixed offset."""
    fixed = re.fullmatch(r"(?:UTC|GMT)?\s*([+\-−–])\s*0?(\d{1,2})(?::?00)?", cell, re.IGNORECASE)
    if fixed and int(fixed[2]) <= 12:
        # POSIX counts hours west of Greenwich, so the sign of these names is the other one.
        hours, sign = int(fixed[2]), "-" if fixed[1] == "+" else "+"
        return f"Etc/GMT{sign}{hours}" if hours else "UTC"
    if cell.upper() in {"Z", "UTC±0", "UTC±00:00"}:
        return "UTC"
    zones = _zones()
    key = cell.casefold().replace(" ", "_")
    if key in zones:
        return zones[key]
    near = nearest(key, list(zones), likeness=0.75, limit=2)
    hint = f"Did you mean {' or '.join(zones[one] for one in near)}?" if near else ""
    raise BadCell(
        f"“{cell}” is no time zone that we know. "
        + (hint or "Write an area and city such as Europe/Berlin.")
    )


def is_fixed(zone: str) -> bool:
    return zone.startswith("Etc/GMT")


@lru_cache
def _zones() -> dict[str, str]:
    """Every zone by its small name, and by its city where only one place has that."""
    names = sorted(available_timezones())
    cities: dict[str, set[str]] = {}
    for name in names:
        area, _, city = name.rpartition("/")
        if area and area not in {"Etc", "SystemV"}:
            cities.setdefault(city.casefold(), set()).add(name)
    alone = {city: one for city, (one, *others) in cities.items() if not others}
    return alone | {name.casefold(): name for name in names}
