"""Sets of words as rows of numbers: what each person names, as sparse and dense matrices."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from cohort.assignment.problem import Floats, Ints


@dataclass(frozen=True, eq=False)
class Kinds:
    """kind: the number of each one's kind; first: the position of the first of each kind."""

    kind: Ints
    first: list[int]


def kinds_of(keys: Iterable[Hashable]) -> Kinds:
    """Those with equal keys are of one kind; kinds are numbered as they first appear."""
    number: dict[Hashable, int] = {}
    first: list[int] = []
    kinds: list[int] = []
    for position, key in enumerate(keys):
        kind = number.setdefault(key, len(number))
        if kind == len(first):
            first.append(position)
        kinds.append(kind)
    return Kinds(np.array(kinds, dtype=np.int64), first)


def weighted_rows(needs: Sequence[Mapping[Any, float]], words: Sequence[Hashable]) -> csr_array:
    """float[people, words], sparse: the weight of each word that a person needs."""
    position = {word: k for k, word in enumerate(words)}
    columns: list[int] = []
    weights: list[float] = []
    ends = [0]
    for one in needs:
        for word, weight in one.items():
            if word in position:
                columns.append(position[word])
                weights.append(weight)
        ends.append(len(columns))
    rows: Any = (np.array(weights), np.array(columns, dtype=np.int32), ends)
    return csr_array(rows, shape=(len(needs), len(words)), dtype=np.float64)


def positions(words: Iterable[str], known: Sequence[str]) -> list[int]:
    """Where each word is among the known ones; -1 for one that is not."""
    position = {word: k for k, word in enumerate(known)}
    return [position.get(word, -1) for word in words]


def members(sets: Sequence[Collection[str]], words: Sequence[str]) -> Floats:
    """float[words, people] of 0 and 1: who has which of the words."""
    position = {word: k for k, word in enumerate(words)}
    matrix = np.zeros((len(words), len(sets)))
    for i, one in enumerate(sets):
        matrix[[position[word] for word in one if word in position], i] = 1.0
    return matrix


def common_words(
    some: Sequence[Collection[Hashable]], others: Sequence[Collection[Hashable]]
) -> tuple[csr_array, csr_array]:
    """Both sides' words that occur on both, as sparse matrices of ones."""
    words = dict.fromkeys(word for one in some for word in one)
    words = dict.fromkeys(word for one in others for word in one if word in words)
    first, second = (
        weighted_rows([dict.fromkeys(one, 1.0) for one in side], [*words])
        for side in (some, others)
    )
    return first, second


def from_entries(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> csr_array:
    """A sparse matrix from (row, column, value); values at one place add up."""
    rows, columns, values = np.array(entries, dtype=np.float64).reshape(-1, 3).T
    where: Any = (rows.astype(np.int64), columns.astype(np.int64))
    return csr_array((values, where), shape=shape)
