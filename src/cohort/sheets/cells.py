"""What one cell of a spreadsheet says; pure. Whatever cannot be read is a BadCell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from zoneinfo import available_timezones

from cohort.sheets.columns import plain

MOST_PEOPLE = 1_000
MARKS = re.compile(r"[;|\n\r]+")
STAGE_SPELLINGS = {
    "phd": ("phd", "phd student", "phd candidate", "doctoral", "doctorate", "doctoral researcher"),
    "postdoc": ("postdoc", "postdoctoral", "postdoctoral researcher", "postdoctoral fellow"),
    "researcher": ("researcher", "research staff", "scientist", "professor", "lecturer", "faculty"),
    "industry": ("industry", "company", "engineering"),
}
LANGUAGES = {
    "en": ("Englisch", "anglais", "inglés", "inglese", "inglês"),
    "de": ("Deutsch", "allemand", "alemán", "tedesco", "alemão"),
    "fr": ("Französisch", "français", "francés", "francese", "francês"),
    "es": ("Spanisch", "espagnol", "español", "castellano", "spagnolo", "espanhol"),
    "it": ("Italienisch", "italien", "italiano"),
    "pt": ("Portugiesisch", "portugais", "portugués", "português", "portoghese"),
    "zh": ("Chinesisch", "chinois", "chino", "Mandarin"),
}
LEGAL_FORMS = {
    *("inc", "incorporated", "ltd", "limited", "llc", "llp", "plc", "corp", "corporation", "co"),
    *("gmbh", "gmbhcokg", "ag", "kg", "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab"),
}
CALLED = {plain(name): code for code, names in LANGUAGES.items() for name in names}
STAGE_OF = {plain(said): stage for stage, words in STAGE_SPELLINGS.items() for said in words}


class BadCell(ValueError):
    """What is wrong with a cell, and what to write instead, in a sentence."""


@dataclass(frozen=True)
class Words:
    """The words of one list, such as the domains: titles by slug. Both can be written."""

    kind: str
    titles: Mapping[str, str]
    hint: str = ""
    """What to write, where no word is near; if empty, that the taxonomy has the words."""

    @cached_property
    def _slugs(self) -> dict[str, str]:
        return {plain(title): slug for slug, title in self.titles.items()} | {
            plain(slug): slug for slug in self.titles
        }

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
        if slug is None:
            raise BadCell(f"“{word}” is no {self.kind} that we know. {self._hint(word)}")
        return slug

    def _hint(self, word: str) -> str:
        near = get_close_matches(plain(word), self._slugs, n=3, cutoff=0.7)
        titles = dict.fromkeys(self.titles[self._slugs[key]] for key in near)
        if titles:
            return f"Did you mean {' or '.join(f'“{title}”' for title in titles)}?"
        if self.hint:
            return self.hint
        examples = " or ".join(f"“{title}”" for title in list(self.titles.values())[:2])
        return f"Write words of the taxonomy, such as {examples}." if examples else ""


def split(cell: str, marks: re.Pattern[str] = MARKS) -> list[str]:
    return [part for part in (part.strip() for part in marks.split(cell)) if part]


def read_list(cell: str) -> list[str]:
    """Names and addresses, split at ; | and new lines, and where there is none of these, at ,."""
    parts = split(cell)
    return list(dict.fromkeys(parts if len(parts) > 1 else split(cell, re.compile(","))))


def read_organisations(cell: str) -> list[str]:
    """As a list; what only says the kind of a company (Google, Inc.) is none."""
    return [one for one in read_list(cell) if plain(one) not in LEGAL_FORMS]


def read_languages(cell: str, words: Words) -> list[str]:
    """Codes or names; `en-GB` is `en`, and the commonest languages may be called otherwise.

    How well somebody speaks it may stand in brackets.
    """
    parts = split(re.sub(r"\(.*?\)|\[.*?\]", " ", cell), re.compile(r"[;|,/&\n\r]+| and "))
    spoken = [re.sub(r"^([A-Za-z]{2})[-_][A-Za-z]{2,4}$", r"\1", part) for part in parts]
    return list(dict.fromkeys(words.read(CALLED.get(plain(one), one)) for one in spoken))


def read_stage(cell: str, among: Sequence[str]) -> str:
    stage = STAGE_OF.get(plain(cell).removesuffix("s"), "")
    if stage not in among:
        raise BadCell(f"“{cell}” is not one of: {', '.join(among)}.")
    return stage


def read_count(cell: str) -> int:
    number = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", cell)
    if number is None or int(number[1]) > MOST_PEOPLE:
        raise BadCell(f"“{cell}” is not a whole number from 0 to {MOST_PEOPLE:,}.")
    return int(number[1])


def read_gaps(cell: str, words: Words) -> dict[str, float]:
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
        gaps |= dict.fromkeys(words.read_all(skills), worth)
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
    near = get_close_matches(key, zones, n=2, cutoff=0.75)
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
