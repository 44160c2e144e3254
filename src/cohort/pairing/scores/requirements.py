"""The hard requirements: which pairs must not be, and because of what."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.pairing.scores.incidence import common_words, from_entries
from cohort.pairing.scores.parts import RULED_OUT, Apart, Entries
from cohort.pairing.scores.profiles import Profiles

TITLES = re.compile(r"^(?:(?:prof(?:essor)?|drs?|mrs?|ms|mx|sir|dame)\b[. ]*)+")
IdPairs = Collection[tuple[str, str]]
"""(researcher id, mentor id); pairs of people who are not in this round are ignored."""


@dataclass(frozen=True, kw_only=True)
class RuledOut:
    """Pairs that must not be, whatever the requirements: (researcher id, mentor id)."""

    block: IdPairs = ()
    declined: IdPairs = ()
    ended: IdPairs = ()
    veto: IdPairs = ()


def conflicts(people: Profiles) -> Apart:
    """Who shares an organisation, or has the mentor as an adviser (by name or e-mail).

    Compared without regard to case, to how much white space there is, and to titles before a
    name: Prof. Tove Lind is Tove Lind. Each word says which it is: an organisation advises nobody.
    """
    hers = [
        [
            *(f"at {name}" for name in plain(one.organisations)),
            *(f"by {name}" for name in plain(one.advisers)),
        ]
        for one in people.researchers
    ]
    theirs = [
        [
            *(f"at {name}" for name in plain(one.organisations)),
            *(f"by {name}" for name in plain([one.name, one.email])),
        ]
        for one in people.mentors
    ]
    return Apart(*common_words(hers, theirs))


def named_pairs(people: Profiles, pairs: Iterable[tuple[str, str]]) -> Entries:
    """These pairs are ruled out; those of people who are not there are ignored."""
    row, column = people.rows_by_id(), people.columns_by_id()
    known = {(row[i], column[j]) for i, j in pairs if i in row and j in column}
    entries = [(i, j, -float(RULED_OUT)) for i, j in sorted(known)]
    return Entries(from_entries(entries, people.shape).astype(np.int32))


def plain(names: Sequence[str]) -> list[str]:
    """What two ways to write one name have in common, without those that say nothing."""
    return [one for one in map(_bare, names) if one]


def _bare(name: str) -> str:
    spoken = " ".join(name.casefold().split())
    return spoken if "@" in spoken else TITLES.sub("", spoken) or spoken
