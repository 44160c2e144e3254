"""The people of a season, made up from the taxonomies that ship with cohort; pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cohort.demo.cast import CastMember
from cohort.season.dice import Dice

FIRST = "Aino Bela Chidi Dara Emre Farah Goran Hana Iker Jalil Kaya Lior Maren Noor Otis Priya"
LAST = "Abara Berg Castel Dufour Eklund Farkas Galvez Horvat Ito Jansen Kovac Lindqvist Moreau"
ZONES = ("Europe/Lisbon", "Europe/Berlin", "Europe/Athens", "Africa/Nairobi", "America/New_York")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
LANGUAGES = ("de", "fr", "pt", "es", "sw", "hi")
STAGES = ("phd", "postdoc")
ARRIVALS_OF_MENTORS = 0.5
"""Of a season's weeks: no mentor comes later than this share of them, no researcher than half."""
ARRIVALS_OF_RESEARCHERS = 0.25
MOST_PLACES = 3


@dataclass(frozen=True)
class TaxonomyWords:
    """Slugs of the taxonomies; of the domains only those without narrower ones."""

    domains: Sequence[str]
    roles: Sequence[str]
    contexts: Sequence[str]
    skills: Sequence[str]


@dataclass(frozen=True)
class Newcomer(CastMember):
    """`day` counts from the season's first."""

    day: int
    profile: dict[str, Any]


def read_words(seed: Path) -> TaxonomyWords:
    read = tomllib.loads((seed / "taxonomy.toml").read_text(encoding="utf-8"))
    parents = {one.get("parent") for one in read["domain"]}
    slugs = {kind: [one["slug"] for one in read[kind]] for kind in ("role", "context", "skill")}
    leaves = [one["slug"] for one in read["domain"] if one["slug"] not in parents]
    return TaxonomyWords(leaves, slugs["role"], slugs["context"], slugs["skill"])


def researchers(dice: Dice, words: TaxonomyWords, count: int, *, weeks: int) -> list[Newcomer]:
    """One half is there in the first week; the others come in the first quarter of the season."""
    last = max(int(weeks * 7 * ARRIVALS_OF_RESEARCHERS), 1)
    made = []
    for number in range(count):
        who = f"researcher-{number + 1}"
        day = 1 if number < count / 2 else dice.day(2, last, who, "comes")
        own = {
            "stage": dice.pick(STAGES, who, "stage"),
            "role_goals": dice.some(words.roles, 2, who, "goals"),
        }
        made.append(_newcomer(dice, words, who, day, own))
    return made


def mentors(dice: Dice, words: TaxonomyWords, count: int, *, weeks: int) -> list[Newcomer]:
    """Two thirds are there from the start; the others come until the middle of the season."""
    last = max(int(weeks * 7 * ARRIVALS_OF_MENTORS), 1)
    made = []
    for number in range(count):
        who = f"mentor-{number + 1}"
        day = 0 if number < count * 2 / 3 else dice.day(2, last, who, "comes")
        own = {
            "roles": dice.some(words.roles, 2, who, "roles"),
            "skills": dice.some(words.skills, 6, who, "skills"),
            "came_from": dice.pick((*STAGES, "industry"), who, "from"),
            "capacity": dice.day(1, MOST_PLACES, who, "places"),
            "motivation": "I was there once.",
        }
        made.append(_newcomer(dice, words, who, day, own))
    return made


def _newcomer(
    dice: Dice, words: TaxonomyWords, who: str, day: int, own: dict[str, Any]
) -> Newcomer:
    number = who.rpartition("-")[2]  # no two have one name
    first, last = dice.pick(FIRST.split(), who, "first"), dice.pick(LAST.split(), who, "last")
    evenings = dice.some(DAYS, 3, who, "evenings")
    shared = {
        "domains": dice.some(words.domains, 2, who, "domains"),
        "contexts": dice.some(words.contexts, 2, who, "contexts"),
        "languages": ["en", dice.pick(LANGUAGES, who, "language")],
        "time_zone": dice.pick(ZONES, who, "zone"),
        "weekly_hours": [{"day": one, "start": "17:00", "end": "21:00"} for one in evenings],
    }
    return Newcomer(
        name=f"{first} {last} {number}",
        email=f"{who}@example.org",
        day=day,
        profile={**shared, **own},
    )
