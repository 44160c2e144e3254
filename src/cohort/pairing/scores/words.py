"""Words of profiles as rows of numbers."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from cohort.assignment.problem import Floats, Ints
from cohort.pairing.scores.factors import NEUTRAL
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import plain


@dataclass(frozen=True, eq=False)
class Alike:
    """kind: the number of each one's kind; first: the position of the first of each kind."""

    kind: Ints
    first: list[int]


def alike(said: Iterable[Hashable]) -> Alike:
    """Number what is said as it first appears."""
    number: dict[Hashable, int] = {}
    first: list[int] = []
    kinds: list[int] = []
    for position, one in enumerate(said):
        kind = number.setdefault(one, len(number))
        if kind == len(first):
            first.append(position)
        kinds.append(kind)
    return Alike(np.array(kinds, dtype=np.int64), first)


def weighed(needs: Sequence[Mapping[Any, float]], words: Sequence[Hashable]) -> csr_array:
    """Each one's needs among these words."""
    position = {word: k for k, word in enumerate(words)}
    return _sparse(
        [
            (i, position[word], weight)
            for i, one in enumerate(needs)
            for word, weight in one.items()
            if word in position
        ],
        (len(needs), len(words)),
    )


def positions(words: Iterable[str], known: Sequence[str]) -> list[int]:
    position = {word: k for k, word in enumerate(known)}
    return [position.get(word, -1) for word in words]


def marked(sets: Sequence[Collection[str]], words: Sequence[str]) -> Floats:
    position = {word: k for k, word in enumerate(words)}
    matrix = np.zeros((len(sets), len(words)))
    for i, one in enumerate(sets):
        matrix[i, [position[word] for word in one if word in position]] = 1.0
    return matrix


def common_words(
    some: Sequence[Collection[str]], others: Sequence[Collection[str]]
) -> tuple[csr_array, csr_array]:
    """Both sides' words that occur on both, as sparse matrices of ones."""
    words = dict.fromkeys(word for one in some for word in one)
    words = dict.fromkeys(word for one in others for word in one if word in words)
    first, second = (
        weighed([dict.fromkeys(one, 1.0) for one in side], [*words]) for side in (some, others)
    )
    return first, second


def _sparse(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> csr_array:
    rows, columns, values = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    where: Any = (rows.astype(np.int64), columns.astype(np.int64))
    return csr_array((values, where), shape=shape)


def circle_of(researcher: ResearcherProfile) -> list[str]:
    """An organisation is no adviser, so each word says which it is."""
    return [
        *(f"at {one}" for one in plain(researcher.organisations)),
        *(f"by {one}" for one in plain(researcher.advisers)),
    ]


def names_of(mentor: MentorProfile) -> list[str]:
    return [
        *(f"at {one}" for one in plain(mentor.organisations)),
        *(f"by {one}" for one in plain([mentor.name, mentor.email])),
    ]


def wished(
    researchers: Sequence[ResearcherProfile], mentors: Sequence[MentorProfile], worth: float
) -> csr_array:
    """The units that wishes add to the neutral half: the mean of those of both sides."""
    row = {one.id: i for i, one in enumerate(researchers)}
    column = {one.id: j for j, one in enumerate(mentors)}
    extra: list[tuple[int, int, float]] = []
    for i, one in enumerate(researchers):
        extra += [(i, column[j], w) for j, w in _ranked(one.wishes) if j in column]
    for j, other in enumerate(mentors):
        extra += [(row[i], j, w) for i, w in _ranked(other.wishes) if i in row]
    extra = [(i, j, round(w * worth / 2)) for i, j, w in extra]
    return _sparse(extra, (len(row), len(column)))


def _ranked(wishes: Sequence[str]) -> Iterable[tuple[str, float]]:
    first: dict[str, int] = {}
    for rank, one in enumerate(wishes, start=1):
        first.setdefault(one, rank)
    return [(one, (1 - NEUTRAL) / rank) for one, rank in first.items()]


def named(
    pairs: Iterable[tuple[str, str]],
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
) -> csr_array:
    row = {one.id: i for i, one in enumerate(researchers)}
    column = {one.id: j for j, one in enumerate(mentors)}
    known = {(row[i], column[j], 1.0) for i, j in pairs if i in row and j in column}
    return _sparse(sorted(known), (len(researchers), len(mentors)))
