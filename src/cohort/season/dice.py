"""Chance that depends on the seed and on what is decided, never on the order of asking; pure.

So two policies play with the same people, who would answer the same question in the same way, and
what differs between the two seasons comes from the policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

STANDARD = NormalDist()


@dataclass(frozen=True)
class Dice:
    seed: int

    def share(self, *what: object) -> float:
        """A draw from the uniform distribution over (0, 1)."""
        named = "|".join(map(str, (self.seed, *what)))
        drawn = int.from_bytes(blake2b(named.encode(), digest_size=6).digest(), "big")
        return (drawn + 0.5) / 2**48

    def chance(self, likelihood: float, *what: object) -> bool:
        return self.share(*what) < likelihood

    def normal(self, *what: object) -> float:
        """A draw from the standard normal distribution."""
        return STANDARD.inv_cdf(self.share(*what))

    def day(self, first: int, last: int, *what: object) -> int:
        """One of the days from `first` to `last`, each as likely."""
        return first + int(self.share(*what) * (last - first + 1))

    def pick(self, choices: Sequence[T], *what: object) -> T:
        return choices[int(self.share(*what) * len(choices))]

    def some(self, choices: Sequence[T], count: int, *what: object) -> list[T]:
        """`count` different ones, or all where there are fewer."""
        return sorted(choices, key=lambda one: self.share(*what, one))[:count]
