"""Who is to be grouped with whom, and what a set of groups is worth.

A group of s people with the set of pairs E is worth

    2 / (s - 1) * sum(affinity[i, j] for i, j in E)  -  UNEVEN * (s - size) ** 2

which is the sum, over its people, of the mean affinity to the others, less what a size beside the
wanted one costs. Whoever is in no group costs UNPLACED, which is more than any change of sizes.
The worth of a set of groups is the sum. All affinities are whole multiples of GRAIN, so that sums
are exact in any order, and what is equal is found equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from cohort.assignment.problem import Bools, Floats, Ints

UNPLACED = 20.0
UNEVEN = 1.0
GRAIN = 2.0**-16
ALONE = -1

Singles = npt.NDArray[np.float32]
"""Sums of few grains are exact in them, at half the cost."""
Groups = Sequence[Sequence[int]]
"""People by their positions."""


class BadGroups(ValueError):
    """The problem cannot be read, or asks for what excludes itself."""


@dataclass(frozen=True, kw_only=True)
class GroupProblem:
    """Nothing of it is changed.

    ids         of the people, each once; what is equal is settled by their order.
    affinity    how well two suit each other: float[n, n] in [0, 1], symmetric.
    common      bool[n, c] each: a group must share a column of every one of them, such as an hour
                at which all are free and a language that all speak.
    least, most, size   how many people a group has, and the size that is wanted.
    apart       pairs of ids who are never in one group.
    together    pairs of ids who are in one group, and whom nothing moves.
    present     the group in which somebody is now, by id.
    keep        added to the affinity of two who are in one group now.
    """

    ids: Sequence[str]
    affinity: Floats
    common: Sequence[Bools]
    least: int = 3
    most: int = 6
    size: int = 4
    apart: Sequence[tuple[str, str]] = ()
    together: Sequence[tuple[str, str]] = ()
    present: Mapping[str, str] = field(default_factory=dict)
    keep: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.ids)
        if len(set(self.ids)) < n:
            raise BadGroups("An id is there twice; give each person once.")
        if self.affinity.shape != (n, n):
            raise BadGroups(f"affinity has the shape {self.affinity.shape}, not {(n, n)}.")
        wrong = ~np.isfinite(self.affinity) | (self.affinity < 0) | (self.affinity > 1)
        if wrong.any():
            raise BadGroups(f"affinity{np.argwhere(wrong)[0].tolist()} is not between 0 and 1.")
        if not np.array_equal(self.affinity, self.affinity.T):
            raise BadGroups("affinity is not symmetric.")
        if any(one.shape[0] != n for one in self.common):
            raise BadGroups(f"What is common needs a row for each of the {n} people.")
        if not 2 <= self.least <= self.size <= self.most <= 12:
            raise BadGroups("Sizes must be from 2 to 12, with the wanted one in between.")
        if not 0 <= self.keep <= 1:
            raise BadGroups("keep must be from 0 to 1.")
        known = set(self.ids)
        for one in {*sum(self.apart, ()), *sum(self.together, ()), *self.present} - known:
            raise BadGroups(f"{one!r} is nobody here.")


@dataclass(frozen=True)
class Ordered:
    """The problem with its people in the order of their ids: what everything here works on."""

    problem: GroupProblem

    @cached_property
    def order(self) -> Ints:
        return np.argsort(np.array(self.problem.ids, dtype=str), kind="stable")

    @cached_property
    def ids(self) -> list[str]:
        return [self.problem.ids[one] for one in self.order]

    @cached_property
    def at(self) -> dict[str, int]:
        return {one: position for position, one in enumerate(self.ids)}

    @cached_property
    def affinity(self) -> Singles:
        """In grains, with what keeps people together, and nothing for oneself."""
        found = np.rint(self.problem.affinity[np.ix_(self.order, self.order)] / GRAIN) * GRAIN
        now = self.present
        stays = (now[:, None] == now) & (now[:, None] != ALONE)
        found = found + stays * (np.rint(self.problem.keep / GRAIN) * GRAIN)
        np.fill_diagonal(found, 0.0)
        grains: Singles = found.astype(np.float32)
        return grains

    @cached_property
    def present(self) -> Ints:
        names = sorted(set(self.problem.present.values()))
        number = {name: k for k, name in enumerate(names)}
        now = self.problem.present
        return np.array([number[now[one]] if one in now else ALONE for one in self.ids], dtype=int)

    @cached_property
    def common(self) -> list[Bools]:
        """Columns that differ, and that anybody has."""
        found = [np.unique(one[self.order], axis=1) for one in self.problem.common]
        return [one[:, one.any(axis=0)] for one in found]

    @cached_property
    def apart(self) -> Bools:
        found = np.zeros((len(self.ids),) * 2, dtype=np.bool_)
        for one, other in self.problem.apart:
            found[self.at[one], self.at[other]] = found[self.at[other], self.at[one]] = True
        return found

    @cached_property
    def bundles(self) -> list[list[int]]:
        """People who must be together, by the first of each."""
        of = list(range(len(self.ids)))
        for one, other in self.problem.together:
            low, high = sorted((of[self.at[one]], of[self.at[other]]))
            of = [low if its == high else its for its in of]
        found = [[i for i, its in enumerate(of) if its == k] for k in sorted(set(of))]
        return [one for one in found if len(one) > 1]

    @cached_property
    def compatible(self) -> Bools:
        """Two who may be in one group, as far as the two are concerned."""
        found = ~self.apart
        for one in self.common:
            free = one.astype(np.float32)
            found &= free @ free.T > 0
        np.fill_diagonal(found, val=False)
        return found

    def only(self, some: Sequence[int]) -> "Ordered":
        """These alone, in their order."""
        chosen, whole = self.order[list(some)], self.problem
        ids = [whole.ids[one] for one in chosen]
        inside = set(ids)
        return Ordered(
            replace(
                whole,
                ids=ids,
                affinity=whole.affinity[np.ix_(chosen, chosen)],
                common=[one[chosen] for one in whole.common],
                apart=[two for two in whole.apart if inside.issuperset(two)],
                together=[two for two in whole.together if inside.issuperset(two)],
                present={one: its for one, its in whole.present.items() if one in inside},
            )
        )

    def fits(self, group: Sequence[int]) -> bool:
        """Whether these share what they must, none is kept apart, and none misses a companion."""
        inside = set(group)
        return (
            all(one[list(group)].all(axis=0).any() for one in self.common)
            and not self.apart[np.ix_(group, group)].any()
            and all(inside.isdisjoint(one) or inside.issuperset(one) for one in self.bundles)
        )

    def worth_of(self, group: Sequence[int]) -> float:
        pairs = sum(float(self.affinity[i, j]) for i, j in combinations(group, 2))
        return worth(pairs, len(group), self.problem.size)

    def worth_of_all(self, groups: Groups) -> float:
        alone = len(self.ids) - sum(map(len, groups))
        return sum(map(self.worth_of, groups)) - UNPLACED * alone


def worth(pairs: float, people: int, size: int) -> float:
    return 2 * pairs / (people - 1) - UNEVEN * (people - size) ** 2
