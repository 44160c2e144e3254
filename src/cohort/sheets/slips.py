"""Which known word was meant, when one is misspelt; pure."""

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np

from cohort.assignment.problem import Ints

LIKENESS = 0.8
BUCKETS = 64
MOST_LOOKED_UP = 1_000
"""Whoever misspells more different words than this does not misspell: they are other words."""


class Slips:
    """The words that are known, ready to be asked for the nearest one to a misspelt word."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)
        self._letters = np.array([_letters(word) for word in self._words], dtype=np.int16)
        self._found: dict[str, str] = {}

    def meant(self, word: str) -> str:
        """The known word of which `word` may be a slip of the pen; empty if there is none."""
        if word not in self._found and self._words and len(self._found) < MOST_LOOKED_UP:
            # No comparison letter by letter finds more in common than the letters themselves.
            common = np.minimum(self._letters, _letters(word)).sum(axis=1)
            most = 2 * common / (self._letters.sum(axis=1) + len(word))
            worth_it = [self._words[k] for k in np.flatnonzero(most >= LIKENESS)]
            near = get_close_matches(word, worth_it, n=1, cutoff=LIKENESS)
            self._found[word] = near[0] if near else ""
        return self._found.get(word, "")


def _letters(word: str) -> Ints:
    return np.bincount([ord(letter) % BUCKETS for letter in word], minlength=BUCKETS)
