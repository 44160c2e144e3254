"""The hard requirements: which pairs must not be, and because of what."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.pairing.scores.incidence import common_words, from_entries
from cohort.pairing.scores.parts import RULED_OUT, Apart, Entries, Part
from cohort.pairing.scores.profiles import Profiles

TITLES = re.compile(r"^(?:(?:prof(?:essor)?|drs?|mrs?|ms|mx|sir|dame)\b[. ]*)+")
IdPairs = Collection[tuple[str, str]]
"""(researcher id, mentor id); pairs of people who are not in this round are ignored."""


@dataclass(frozen=True, kw_only=True)
class RuledOut:
    """Pairs that must not be, whatever the requirements: (researcher id, mentor id).

    conflict   of interest, declared by one of them; only where conflicts rule a pair out.
    lifted     pairs that no conflict of interest rules out, be it found or declared.
    """

    block: IdPairs = ()
    declined: IdPairs = ()
    ended: IdPairs = ()
    veto: IdPairs = ()
    conflict: IdPairs = ()
    lifted: IdPairs = ()


def conflicts(people: Profiles, declared: IdPairs = (), lifted: IdPairs = ()) -> list[Part]:
    """Who shares an organisation, has the mentor as an adviser (by name or e-mail), or said so.

    Compared without regard to case, to how much white space there is, and to titles before a
    name: Prof. Tove Lind is Tove Lind. Each word says which it is: an organisation advises nobody.
    """
    hers = [conflict_words(one.organisations, one.advisers) for one in people.researchers]
    theirs = [conflict_words(one.organisations, [one.name, one.email]) for one in people.mentors]
    for i, j in _positions(people, declared):
        hers[i].append(f"between {i} and {j}")
        theirs[j].append(f"between {i} and {j}")
    apart = Apart(*common_words(hers, theirs))
    again = [
        (i, j, float(RULED_OUT))
        for i, j in _positions(people, lifted)
        if not set(hers[i]).isdisjoint(theirs[j])
    ]
    return (
        [apart, Entries(from_entries(again, people.shape).astype(np.int32))] if again else [apart]
    )


def conflict_words(organisations: Sequence[str], names: Sequence[str]) -> list[str]:
    """What two may not have in common: `names` are a researcher's advisers, or a mentor's own."""
    return [
        *(f"at {name}" for name in plain(organisations)),
        *(f"by {name}" for name in plain(names)),
    ]


def named_pairs(people: Profiles, pairs: Iterable[tuple[str, str]]) -> Entries:
    """These pairs are ruled out; those of people who are not there are ignored."""
    entries = [(i, j, -float(RULED_OUT)) for i, j in _positions(people, pairs)]
    return Entries(from_entries(entries, people.shape).astype(np.int32))


def _positions(people: Profiles, pairs: Iterable[tuple[str, str]]) -> list[tuple[int, int]]:
    row, column = people.rows_by_id(), people.columns_by_id()
    return sorted({(row[i], column[j]) for i, j in pairs if i in row and j in column})


def plain(names: Sequence[str]) -> list[str]:
    """What two ways to write one name have in common, without those that say nothing."""
    return [one for one in map(_bare, names) if one]


def _bare(name: str) -> str:
    spoken = " ".join(name.casefold().split())
    return spoken if "@" in spoken else TITLES.sub("", spoken) or spoken
