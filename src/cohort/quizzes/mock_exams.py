"""Mock exams by the official weights, and placement quizzes of all sections.

Pure, and the same file gives the same ones.
"""

from collections.abc import Mapping, Sequence
from math import floor


def apportion(seats: int, weights: Mapping[str, float]) -> dict[str, int]:
    """So many for each, by their weights: largest remainders, of equal ones the first."""
    whole = sum(weights.values())
    shares = {name: seats * weight / whole for name, weight in weights.items()}
    given = {name: floor(share + 1e-9) for name, share in shares.items()}
    names = list(weights)
    left = seats - sum(given.values())
    by_remainder = sorted(names, key=lambda n: (round(given[n] - shares[n], 9), names.index(n)))
    for name in by_remainder[:left]:
        given[name] += 1
    return given


def deal(
    pool: Mapping[str, Sequence[str]], wanted: Mapping[str, int], exams: int
) -> list[list[str]]:
    """The questions of each exam, section after section, from the pool of each section.

    They are dealt in turn like cards; where a pool is too small for all exams, what an exam still
    lacks comes from the others' beginnings, so that exams overlap only where they must.
    """
    dealt: list[list[str]] = [[] for _ in range(exams)]
    for section, count in wanted.items():
        cards = pool.get(section, ())
        for turn in range(exams):
            own = [*cards[turn::exams], *(one for one in cards if one not in cards[turn::exams])]
            dealt[turn] += own[:count]
    return dealt


def draw(pool: Mapping[str, Sequence[str]], each: int, taken: Sequence[Sequence[str]]) -> list[str]:
    """So many of each section: what is in none of `taken` first, then what is in the first.

    They take turns, section after section, so that whoever stops early has met all of them.
    """
    last_of = {slug: place for place, slugs in enumerate(taken, start=1) for slug in slugs}
    columns = [
        sorted(slugs, key=lambda slug: last_of.get(slug, 0))[:each] for slugs in pool.values()
    ]
    return [slug for row in zip(*columns, strict=True) for slug in row]
