"""The hard requirements: which pairs must not be, and because of what."""

import re
from collections.abc import Collection, Sequence

import numpy as np

from cohort.assignment.problem import Bools, Floats
from cohort.pairing.rules import Requirements
from cohort.pairing.scores.factors import common
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile

TITLES = re.compile(r"^(?:(?:prof(?:essor)?|drs?|mrs?|ms|mx|sir|dame)\b[. ]*)+")
IdPairs = Collection[tuple[str, str]]
"""(researcher id, mentor id); pairs of people who are not in this round are ignored."""


def removed(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    hours: Floats,
    requirements: Requirements,
    *,
    blocks: IdPairs,
    declined: IdPairs,
    vetoes: IdPairs,
) -> dict[str, Bools]:
    """For each requirement, the pairs that it removes: bool[n, m]. One pair may fail several."""
    none = np.zeros((len(researchers), len(mentors)), dtype=np.bool_)
    return {
        "conflict_of_interest": (
            conflicts_of_interest(researchers, mentors)
            if requirements.conflict_of_interest
            else none.copy()
        ),
        "common_language": (
            common([r.languages for r in researchers], [m.languages for m in mentors]) == 0
            if requirements.common_language
            else none.copy()
        ),
        "shared_hours": hours < requirements.min_shared_hours,
        "block": _named(blocks, researchers, mentors),
        "declined": _named(declined, researchers, mentors),
        "veto": _named(vetoes, researchers, mentors),
    }


def conflicts_of_interest(
    researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]
) -> Bools:
    """Who shares an organisation, or has the mentor as an adviser (by name or e-mail).

    Compared without regard to case, to how much white space there is, and to titles before a
    name: Prof. Tove Lind is Tove Lind.
    """
    same_house = common(
        [plain(one.organisations) for one in researchers],
        [plain(one.organisations) for one in mentors],
    )
    adviser = common(
        [plain(one.advisers) for one in researchers],
        [plain([one.name, one.email]) for one in mentors],
    )
    return (same_house + adviser) > 0


def plain(names: Sequence[str]) -> list[str]:
    """What two ways to write one name have in common, without those that say nothing."""
    return [one for one in map(_bare, names) if one]


def _bare(name: str) -> str:
    spoken = " ".join(name.casefold().split())
    return spoken if "@" in spoken else TITLES.sub("", spoken) or spoken


def _named(
    pairs: IdPairs, researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile]
) -> Bools:
    row = {one.id: i for i, one in enumerate(researchers)}
    column = {one.id: j for j, one in enumerate(mentors)}
    named = np.zeros((len(row), len(column)), dtype=np.bool_)
    for researcher, mentor in pairs:
        if researcher in row and mentor in column:
            named[row[researcher], column[mentor]] = True
    return named
